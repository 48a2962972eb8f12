import { describe, expect, it } from 'vitest';
import { createWatchdog, readWatchdogEvent } from '../../../functions/watchdog/handler.ts';
import { UsageError } from '../../../shared/errors.ts';
import { readLayout } from '../../../shared/layout/compile/read-layout.ts';
import { METRICS } from '../../../shared/operations/metrics-table.ts';
import type { SlaSettings } from '../../../shared/operations/sla-settings.ts';
import type { SlaCheck } from '../../../shared/operations/sla-verdict.ts';
import { publishDay } from '../../../shared/pipeline/publish/publish-day.ts';
import { splitFile } from '../../../shared/pipeline/split/split-file.ts';
import type { SlaReport } from '../../../shared/pipeline/watch/watch-sla.ts';
import type { MetricFigure } from '../../../shared/ports/metrics.ts';
import type { Notification } from '../../../shared/ports/notifier.ts';
import { TestLake } from '../../support/run-pipeline.ts';

const LAYOUT = JSON.stringify({
  name: 'small',
  encoding: 'us-ascii',
  record: { format: 'lines', length: 10 },
  files: ['small_*.txt'],
  fields: [{ name: 'id', start: 1, end: 10, type: 'string' }],
  rejects: { maxPercent: 0 },
});
const FOLDER = 'year=2025/month=08/day=12';
/** Records that differ from file to file: the same bytes twice would be refused. */
const recordsOf = (name: string) => Buffer.from(`${name.slice(0, 7)}...\n`.repeat(10));
const SETTINGS: SlaSettings = {
  calendar: {
    timeZone: 'America/Sao_Paulo',
    deadline: '09:00',
    businessDate: 'day-before',
    holidays: [],
    weekends: 'silent',
  },
  layouts: [LAYOUT],
};

/** An hour of São Paulo's 13 August, UTC−3. */
function at(time: string): Date {
  return new Date(`2025-08-13T${time}:00-03:00`);
}

/** A lake that a watchdog looks at, what people were told, and the figures that were recorded since it last looked. */
class WatchedNight {
  readonly lake: TestLake;
  readonly told: Notification[] = [];
  readonly recorded: Record<string, number>[] = [];
  now = new Date(0);

  private constructor(lake: TestLake) {
    this.lake = lake;
    Object.assign(lake.ports, {
      clock: { now: () => this.now },
      notifier: { notify: async (notification: Notification) => void this.told.push(notification) },
      metrics: {
        record: async (_dataset: string, figures: MetricFigure[]) => {
          for (const { name, unit } of figures) expect(unit).toBe(METRICS[name].unit);
          this.recorded.push(Object.fromEntries(figures.map(({ name, value }) => [name, value])));
        },
      },
    });
    lake.ports.settings.expectedFiles = ['small_1.txt', 'small_2.txt'];
  }

  static async open(): Promise<WatchedNight> {
    return new WatchedNight(await TestLake.make());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lake[Symbol.asyncDispose]();
  }

  readonly look = async (check: SlaCheck, time: string, settings = SETTINGS): Promise<SlaReport> => {
    this.now = at(time);
    this.told.length = 0;
    this.recorded.length = 0;
    const watchdog = createWatchdog(this.lake.ports, settings);
    const result = await watchdog({ check, scheduledAt: this.now.toISOString() });
    const [report] = 'reports' in result ? result.reports : [];
    if (!report) throw new Error('the watchdog reported nothing');
    return report;
  };

  readonly load = async (name: string, time: string, bytes: Uint8Array = recordsOf(name)) => {
    this.now = at(time);
    await this.lake.putRaw(`${FOLDER}/${name}`, bytes);
    return this.lake.convert({ layout: LAYOUT, sourceKey: `${FOLDER}/${name}` });
  };
}

describe('the watchdog of a night', () => {
  it('names at 03:30 the files that have not arrived, once', async () => {
    await using night = await WatchedNight.open();
    const { told, recorded, look, load } = night;
    await load('small_1.txt', '03:00');
    const report = await look('arrivals', '03:30');
    expect(report).toMatchObject({ outcome: 'told', businessDate: '2025-08-12' });
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ kind: 'warning', subject: 'Files missing: small of 2025-08-12' });
    expect(told[0]?.message).toContain('1 of 2 files have arrived; missing: small_2.txt.');
    expect(recorded[0]).toMatchObject({ NightFilesExpected: 2, NightFilesArrived: 1, NightFilesMissing: 1 });
    expect((await look('arrivals', '03:31')).outcome).toBe('done-before');
    expect(told).toEqual([]);
    expect(recorded).toEqual([]);
  });

  it('is quiet at 03:30 if all files have arrived, but names one that no execution took', async () => {
    await using night = await WatchedNight.open();
    const { lake, told, recorded, look, load } = night;
    await load('small_1.txt', '03:00');
    await lake.putRaw(`${FOLDER}/small_2.txt`, recordsOf('small_2.txt'));
    const report = await look('arrivals', '03:30');
    expect(report.outcome).toBe('told');
    expect(told[0]?.message).toContain(`no execution took them: ${FOLDER}/small_2.txt`);
    expect(recorded[0]).toMatchObject({ NightFilesArrived: 2, NightFilesMissing: 0 });
  });

  it('says that no file has arrived if nobody knows what to expect', async () => {
    await using night = await WatchedNight.open();
    const { lake, told, recorded, look } = night;
    lake.ports.settings.expectedFiles = undefined;
    await look('arrivals', '03:30');
    expect(told[0]).toMatchObject({ kind: 'warning', subject: 'No file yet: small of 2025-08-12' });
    expect(recorded[0]).not.toHaveProperty('NightFilesExpected');
  });

  it('warns at 07:30 with percent done and an estimate, alarms at 08:30, and records what was missed at 09:00', async () => {
    await using night = await WatchedNight.open();
    const { lake, told, recorded, look, load } = night;
    await load('small_1.txt', '07:00');
    night.now = at('07:20');
    await lake.putRaw(`${FOLDER}/small_2.txt`, recordsOf('small_2.txt'));
    const request = { layout: LAYOUT, sourceKey: `${FOLDER}/small_2.txt`, rangeSizeBytes: 55 };
    await splitFile(lake.ports, 'slow', request);
    const report = await look('at-risk', '07:30');
    expect(report).toMatchObject({ outcome: 'told', percentDone: 50, marginMinutes: 80, met: false });
    expect(told[0]).toMatchObject({ kind: 'warning', subject: 'SLA at risk: small of 2025-08-12' });
    expect(told[0]?.message).toContain('50 % is done, 1 of 2 files are loaded');
    expect(told[0]?.message).toContain(
      'At the rate so far it ends at 07:40, 80 minutes before the deadline of 09:00',
    );
    expect(recorded[0]).toMatchObject({ SlaAtRisk: 1, NightPercentDone: 50, SlaMarginMinutes: 80 });

    await look('alarm', '08:30');
    expect(told[0]).toMatchObject({ kind: 'failure', subject: 'SLA alarm: small of 2025-08-12' });
    expect(recorded[0]).toMatchObject({ SlaViolated: 1 });

    expect(await look('deadline', '09:00')).toMatchObject({ met: false });
    expect(told[0]).toMatchObject({ kind: 'failure', subject: 'SLA missed: small of 2025-08-12' });
    expect(recorded[0]).toMatchObject({ SlaMet: 0, SlaViolated: 1 });
    expect(recorded[0]?.SlaMarginMinutes).toBeLessThan(0);
  });

  it('is quiet once the day is published, and says at 09:00 how many minutes were left', async () => {
    await using night = await WatchedNight.open();
    const { told, recorded, look, load } = night;
    await load('small_1.txt', '03:00');
    await load('small_2.txt', '04:15');
    for (const [check, time] of [
      ['arrivals', '04:20'],
      ['at-risk', '07:30'],
      ['alarm', '08:30'],
    ] as const) {
      expect((await look(check, time)).outcome).toBe('quiet');
      expect(told).toEqual([]);
    }
    expect(recorded[0]).toMatchObject({ SlaViolated: 0, NightPercentDone: 100 });
    expect(await look('deadline', '09:00')).toMatchObject({ met: true, marginMinutes: 285 });
    expect(told[0]).toMatchObject({ kind: 'success', subject: 'SLA met: small of 2025-08-12' });
    expect(told[0]?.message).toContain('published at 04:15, 285 minutes before the deadline of 09:00');
    expect(recorded[0]).toMatchObject({ SlaMet: 1, NightRecords: 20, NightRows: 20, NightFilesLoaded: 2 });
  });

  it('keeps a deadline met if a correction is published after it', async () => {
    await using night = await WatchedNight.open();
    const { look, load } = night;
    await load('small_1.txt', '03:00');
    await load('small_2.txt', '04:15');
    await load('small_1.txt', '09:30', Buffer.from('9876543210\n'));
    expect(await look('deadline', '09:45')).toMatchObject({ met: true, marginMinutes: 285 });
  });

  it('does not take a supplement for the file that a day published in part lacks', async () => {
    await using night = await WatchedNight.open();
    const { ports } = night.lake;
    ports.settings.expectedFiles = 2;
    night.now = at('03:00');
    const [id] = JSON.parse(LAYOUT).fields;
    const rejects = { maxPercent: 100 };
    const layout = JSON.stringify({ ...JSON.parse(LAYOUT), fields: [{ ...id, type: 'integer' }], rejects });
    const sourceKey = `${FOLDER}/small_1.txt`;
    const load = async (key: string, text: string, supplementOf?: string) => {
      await night.lake.putRaw(key, Buffer.from(text));
      await night.lake.convert({ layout, sourceKey: key, ...(supplementOf && { supplementOf }) });
    };
    await load(sourceKey, '0000000001\nno digits.\n');
    await load(`${FOLDER}/fix.txt`, '0000000002\n', sourceKey);
    const read = readLayout(layout, 'small.json');
    const { published } = await publishDay(ports, read, '2025-08-12', { partial: { reason: 'x' } });
    expect(published).toBe(true);
    expect(await night.look('alarm', '08:30')).toMatchObject({ outcome: 'told', publishedAt: undefined });
  });

  it('says which file stopped, and that nothing is parsed yet', async () => {
    await using night = await WatchedNight.open();
    const { look, load } = night;
    await load('small_1.txt', '03:00', Buffer.from(''));
    const report = await look('at-risk', '07:30');
    expect(report.sentence).toContain(`Stopped: ${FOLDER}/small_1.txt (refused)`);
    expect(report.sentence).toContain('Nothing is parsed yet');
  });

  it('is silent on holidays and weekends', async () => {
    await using night = await WatchedNight.open();
    const { told, recorded, look } = night;
    const calendar = { ...SETTINGS.calendar, holidays: ['2025-08-12'] };
    for (const check of ['arrivals', 'at-risk', 'alarm', 'deadline'] as const) {
      expect((await look(check, '09:00', { ...SETTINGS, calendar })).outcome).toBe('holiday');
      expect(told).toEqual([]);
      expect(recorded).toEqual([]);
    }
  });

  it('tells people again if it died before noting that it told them', async () => {
    await using night = await WatchedNight.open();
    const { lake, told, look } = night;
    const { notify } = lake.ports.notifier;
    lake.ports.notifier.notify = async () => {
      throw new Error('no network');
    };
    await expect(look('arrivals', '03:30')).rejects.toThrow('no network');
    lake.ports.notifier.notify = notify;
    expect((await look('arrivals', '03:32')).outcome).toBe('told');
    expect(told).toHaveLength(1);
  });

  it('updates a catalog that lags behind the last commit, on holidays too', async () => {
    await using night = await WatchedNight.open();
    const { lake, recorded, look, load } = night;
    await load('small_1.txt', '03:00');
    await load('small_2.txt', '04:15');
    const lagging = { ...(await lake.catalog('small')), days: {}, partitions: [] };
    await lake.ports.lake.put('catalog/small.json', new TextEncoder().encode(JSON.stringify(lagging)));
    expect(await lake.publishedRows('small', 'id')).toHaveLength(0);
    const calendar = { ...SETTINGS.calendar, holidays: ['2025-08-12'] };
    const report = await look('arrivals', '09:00', { ...SETTINGS, calendar });
    expect(report.driven).toEqual(['2025-08-12']);
    expect(recorded).toEqual([{ CatalogDaysDriven: 1 }]);
    expect(await lake.publishedRows('small', 'id')).toHaveLength(20);
    expect((await look('arrivals', '09:01')).driven).toEqual([]);
  });
});

describe('an event of the watchdog', () => {
  const detail = { executionArn: 'arn:one', status: 'FAILED', error: 'E', cause: 'c', input: '{}' };

  it.each([
    { detail },
    { detail: { ...detail, error: null, cause: null, input: null, redriveCount: null } },
    { detail: { ...detail, redriveCount: 2 } },
    { check: 'alarm' },
    { check: 'deadline', scheduledAt: '2025-08-13T12:00:00Z' },
  ])('is read: %j', (event) => {
    expect(readWatchdogEvent({ 'detail-type': 'whatever', ...event })).toEqual(event);
  });

  it.each([
    [{ check: 'noon' }, "Check is 'noon' and scheduledAt 'undefined'"],
    [{ check: 'alarm', scheduledAt: 'soon' }, "Check is 'alarm' and scheduledAt 'soon'"],
    [{ detail: {} }, "Check is 'undefined'"],
    [null, "Check is 'undefined'"],
  ])('is refused if it is another: %j', (event, message) => {
    expect(() => readWatchdogEvent(event)).toThrow(UsageError);
    expect(() => readWatchdogEvent(event)).toThrow(message);
  });
});
