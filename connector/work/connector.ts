import { PipelineError } from '../../shared/errors.ts';
import { inParallel } from '../../shared/pipeline/store/in-parallel.ts';
import type { SeenFile, TransferSource } from '../../shared/ports/transfer-source.ts';
import type { FilePlace } from '../decide/file-place.ts';
import type { JournalEntry } from '../decide/journal-entry.ts';
import type { Settings } from '../decide/settings.ts';
import { type Arrival, currentArrival, recordKey, stateFolder } from '../decide/transfer-record.ts';
import type { ConnectorPorts } from './connector-ports.ts';
import { convertArrivals } from './convert-arrivals.ts';
import { type ConnectorFigures, noFigures, SendingRate } from './figures.ts';
import type { FileOutcome } from './file-job.ts';
import { type DayState, finishDay, recordsOfDay } from './finish-days.ts';
import { readRecord } from './held-record.ts';
import { Journal } from './journal.ts';
import { LeaseWatch } from './lease-watch.ts';
import { Pace } from './pace.ts';
import { PartBuffers } from './part-buffers.ts';
import { removeArrived } from './remove-sources.ts';
import { settleVanished } from './settle-vanished.ts';
import { Survey, type SurveyedFile } from './survey.ts';
import { needsPeople, takeFile, type Workshop } from './take-file.ts';
import { NightWatch } from './watch-night.ts';

/** What a round leaves to be done. */
interface RoundEnd {
  /** Files that a rule names and that have not arrived. */
  waiting: number;
  /** Of these, the ones that failed, or that another connector holds; and sources that could not be looked at. */
  unsettled: number;
  /** Of the unsettled, those that are worth another look before long: the others fail until people change something. */
  worthwhile: number;
  /** After so long, the next file may be finished. */
  nextMs: number | undefined;
}

interface ArrivedFile {
  source: TransferSource;
  seen: SeenFile;
  place: FilePlace;
  arrival: Arrival;
}

/** One process of the connector: round by round it looks, takes what is finished, and closes days. */
export class Connector {
  readonly figures: ConnectorFigures = noFigures();
  private readonly ports: ConnectorPorts;
  private readonly settings: Settings;
  private readonly journal: Journal;
  private readonly survey: Survey;
  private readonly shop: Workshop;
  private readonly rate = new SendingRate();
  private readonly night: NightWatch;
  /** Versions of files that are known to have arrived. */
  private readonly arrived = new Map<string, Arrival>();
  private arrivedNow: ArrivedFile[] = [];
  /** Places whose day this round may have changed. */
  private touched: FilePlace[] = [];
  /** How the looks at sources that could not be seen in this round ended. */
  private unseen: FileOutcome[] = [];

  constructor(ports: ConnectorPorts, settings: Settings, onEntry?: (entry: JournalEntry) => void) {
    this.ports = ports;
    this.settings = settings;
    this.journal = new Journal(ports, settings.name, onEntry);
    this.survey = new Survey(ports, settings, this.journal);
    this.night = new NightWatch(ports, settings, this.journal);
    this.shop = {
      ...{ ports, settings, journal: this.journal },
      leases: new LeaseWatch(ports, settings.leaseSeconds * 1000),
      buffers: new PartBuffers(settings.upload.partsAtOnce),
      pace: new Pace(ports, settings),
      sent: (bytes) => {
        this.figures.bytesSent += bytes;
      },
      retried: () => {
        this.figures.retries++;
      },
    };
  }

  async start(): Promise<void> {
    await this.survey.recall();
    await this.journal.note({
      event: 'started',
      detail: `${this.ports.sources.map(({ name }) => name).join(', ')} → ${this.ports.target.name}`,
    });
  }

  async stop(): Promise<void> {
    await this.journal.note({ event: 'stopped' });
    await this.journal.ship(this.folder);
  }

  async round(signal?: AbortSignal): Promise<RoundEnd> {
    this.arrivedNow = [];
    this.touched = [];
    const surveyed: SurveyedFile[] = [];
    this.unseen = [];
    for (const source of this.ports.sources) surveyed.push(...(await this.look(source)));
    await this.survey.save();
    const jobs = surveyed.filter(({ judgement }) => judgement.finished);
    const outcomes = await this.takeAll(jobs, signal);
    const left = surveyed.filter((file) => !isSettled(outcomes.get(file)));
    const days = await this.closeDays(left);
    await this.removeOld(signal);
    await this.count(left, days);
    await this.survey.save();
    await this.safely(() => this.journal.ship(this.folder));
    const waits = left.flatMap(({ judgement }) => (judgement.finished ? [] : [judgement.waitMs]));
    const ends = [...left.map((file) => outcomes.get(file)), ...this.unseen];
    const worthwhile = ends.filter((end) => ['failed', 'elsewhere', 'changed'].includes(end ?? '')).length;
    return {
      waiting: left.length,
      unsettled: worthwhile + ends.filter((end) => end === 'stuck').length,
      worthwhile,
      nextMs: waits.length > 0 ? Math.min(...waits) : undefined,
    };
  }

  private get folder(): string {
    return stateFolder(this.settings.target.prefix, this.settings.name);
  }

  private async look(source: TransferSource): Promise<SurveyedFile[]> {
    const found = await this.safely(
      () => this.survey.look(source, (name, seen, place) => this.hasArrived(source, name, seen, place)),
      (error) => this.unseen.push(needsPeople(error) ? 'stuck' : 'failed'),
    );
    return found ?? [];
  }

  private async hasArrived(
    source: TransferSource,
    name: string,
    seen: SeenFile,
    place: FilePlace,
  ): Promise<boolean> {
    const id = `${name}\n${seen.path}\n${seen.version}`;
    const known = this.arrived.get(id) ?? (await this.arrivalOf(name, seen, place));
    if (!known) return false;
    this.arrived.set(id, known);
    this.arrivedNow.push({ source, seen, place, arrival: known });
    return true;
  }

  private async arrivalOf(source: string, seen: SeenFile, place: FilePlace): Promise<Arrival | undefined> {
    const documentKey = recordKey(this.folder, place.key, place.businessDate);
    // A record that is damaged is told of when the file is taken: it must not hide the others.
    const read = await this.safely(() => readRecord(this.ports, documentKey));
    const arrival = read && !read.record.sending ? currentArrival(read.record) : undefined;
    const isThis =
      arrival?.version === seen.version && arrival.path === seen.path && arrival.source === source;
    return isThis ? arrival : undefined;
  }

  private async takeAll(jobs: SurveyedFile[], signal?: AbortSignal): Promise<Map<SurveyedFile, FileOutcome>> {
    const outcomes = new Map<SurveyedFile, FileOutcome>();
    const startedMs = this.ports.clock.steadyMs();
    const before = this.figures.bytesSent;
    await inParallel(jobs, this.settings.upload.filesAtOnce, async (job) => {
      if (signal?.aborted) return;
      const { by } = job.judgement as { by: string };
      const { source, seen, place } = job;
      await this.journal.note({
        event: 'finished',
        ...{ source: source.name, path: seen.path, key: place.key, businessDate: place.businessDate },
        ...{ version: seen.version, sizeBytes: seen.sizeBytes, detail: by },
      });
      const outcome = await takeFile(this.shop, job, signal);
      outcomes.set(job, outcome);
      if (outcome === 'changed') this.survey.forget(source, seen.path);
      if (outcome === 'failed' || outcome === 'stuck') this.figures.failures++;
      if (outcome !== 'arrived') return;
      this.touched.push(place);
      this.figures.filesArrived++;
      this.figures.lastArrivalSeconds = this.ports.clock.now().getTime() / 1000;
    });
    const sentBytes = this.figures.bytesSent - before;
    if (sentBytes > 0) this.rate.add(sentBytes, Math.max(1, this.ports.clock.steadyMs() - startedMs));
    return outcomes;
  }

  /** Days are looked at while files of theirs are there, or arrived in this round. */
  private async closeDays(left: SurveyedFile[]): Promise<DayState[]> {
    const dates = new Set(this.survey.goneDates);
    const places = [
      ...left.map(({ place }) => place),
      ...this.arrivedNow.map(({ place }) => place),
      ...this.touched,
    ];
    for (const { businessDate } of places) if (businessDate !== undefined) dates.add(businessDate);
    const states: DayState[] = [];
    for (const date of [...dates].sort()) {
      const isSettled = (rule: number) =>
        !left.some(({ place }) => place.rule === rule && place.businessDate === date);
      await this.safely(() => this.settleVanished(date));
      const days = await this.safely(() =>
        finishDay(this.ports, this.settings, this.journal, date, isSettled),
      );
      for (const state of days ?? []) states.push(state);
    }
    await this.safely(() => convertArrivals(this.ports, this.settings, this.journal, states));
    return states;
  }

  private async settleVanished(date: string): Promise<void> {
    for (const record of await recordsOfDay(this.ports, this.settings, date)) {
      const { sending } = record;
      if (sending && this.survey.isGone(sending.source, sending.path))
        await settleVanished(this.shop, record);
    }
  }

  private async removeOld(signal?: AbortSignal): Promise<void> {
    for (const file of this.arrivedNow) {
      const afterHours = this.settings.files[file.place.rule]?.removeAfterHours;
      if (afterHours === undefined || signal?.aborted) continue;
      await this.safely(() => removeArrived(this.ports, this.journal, file, file.arrival, afterHours));
    }
  }

  private async count(left: SurveyedFile[], days: DayState[]): Promise<void> {
    const { figures, ports } = this;
    figures.bytesPerSecond = this.rate.bytesPerSecond;
    figures.filesWaiting = left.length;
    figures.bytesWaiting = left.reduce((sum, { seen }) => sum + seen.sizeBytes, 0);
    figures.daysComplete += days.filter(({ announced }) => announced).length;
    const alarms = await this.safely(() => this.night.watch(left, days, figures.bytesPerSecond));
    figures.alarmsActive = alarms?.length ?? 0;
    figures.rounds++;
    figures.lastRoundSeconds = ports.clock.now().getTime() / 1000;
  }

  /** An error that a later round may not have becomes an entry of the journal. */
  private async safely<T>(
    action: () => Promise<T>,
    onError: (error: PipelineError) => void = () => undefined,
  ): Promise<T | undefined> {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof PipelineError)) throw error;
      this.figures.failures++;
      onError(error);
      await this.journal.note({ event: 'failed', detail: error.message });
      return undefined;
    }
  }
}

function isSettled(outcome: FileOutcome | undefined): boolean {
  return outcome === 'arrived' || outcome === 'same-bytes';
}
