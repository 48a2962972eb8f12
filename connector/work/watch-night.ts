import { alarmsOf, type NightAlarm } from '../decide/deadline.ts';
import { dateIn, timeOfDay } from '../decide/rate-limit.ts';
import type { Settings } from '../decide/settings.ts';
import { currentArrival } from '../decide/transfer-record.ts';
import type { ConnectorPorts } from './connector-ports.ts';
import { type DayState, recordsOfDay } from './finish-days.ts';
import type { Journal } from './journal.ts';
import type { SurveyedFile } from './survey.ts';

/** Tells people once a day for each alarm. */
export class NightWatch {
  private readonly ports: ConnectorPorts;
  private readonly settings: Settings;
  private readonly journal: Journal;
  private readonly told = new Set<string>();

  constructor(ports: ConnectorPorts, settings: Settings, journal: Journal) {
    this.ports = ports;
    this.settings = settings;
    this.journal = journal;
  }

  /** The alarms that hold now. */
  async watch(
    waiting: readonly SurveyedFile[],
    days: readonly DayState[],
    bytesPerSecond: number,
  ): Promise<NightAlarm[]> {
    const { nothingBy, deadline } = this.settings.service;
    if (nothingBy === undefined && deadline === undefined) return [];
    const { timeZone } = this.settings;
    const now = this.ports.clock.now();
    const today = dateIn(now, timeZone);
    const own = waiting.filter(({ place }) => place.businessDate === today);
    const states = days.filter(({ businessDate }) => businessDate === today);
    const records =
      states.length > 0
        ? states.flatMap(({ records }) => records)
        : await recordsOfDay(this.ports, this.settings, today);
    const sizes = [
      ...records.flatMap((record) => currentArrival(record)?.sizeBytes ?? []),
      ...own.map(({ seen }) => seen.sizeBytes),
    ];
    const expected = this.settings.files.reduce(
      (sum, { expected: given }) => sum + (typeof given === 'number' ? given : (given?.length ?? 0)),
      0,
    );
    const unseen = Math.max(0, expected - sizes.length);
    const mean = sizes.reduce((sum, size) => sum + size, 0) / Math.max(1, sizes.length);
    const alarms = alarmsOf(
      { nothingBy, deadline },
      {
        timeOfDay: timeOfDay(now, timeZone),
        hasFiles: sizes.length > 0,
        isComplete: own.length === 0 && unseen === 0,
        leftBytes: own.reduce((sum, { seen }) => sum + seen.sizeBytes, 0) + unseen * mean,
        bytesPerSecond,
      },
    );
    for (const alarm of alarms) await this.tell(alarm, today);
    return alarms;
  }

  private async tell({ name, text }: NightAlarm, today: string): Promise<void> {
    if (this.told.has(`${today}\n${name}`)) return;
    this.told.add(`${today}\n${name}`);
    await this.journal.note({ event: 'alarm', businessDate: today, detail: text });
    const subject = `Connector ${this.settings.name}: ${text}`.slice(0, 100);
    const message = `${text}. Look at the source folders and at the connector: npx positional-lake connect plan --config FILE, and its journal.`;
    await this.ports.notifier.notify({ kind: 'warning', subject, message }).catch(async (error: Error) => {
      await this.journal.note({ event: 'failed', detail: `nobody could be told: ${error.message}` });
    });
  }
}
