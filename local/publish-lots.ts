import { type DayOutcome, publishDay } from '../shared/pipeline/publish/publish-day.ts';
import { readDayLayout } from '../shared/pipeline/store/kept-terms.ts';
import type { PipelinePorts } from '../shared/ports/pipeline-ports.ts';
import type { LotFile } from './convert-lot.ts';
import {
  type FileSummary,
  failedSummary,
  publishedKeys,
  publishedOutputs,
  summaryOf,
} from './file-summary.ts';

/** A day whose files come by and by is published at most so often, and its publication takes at most this share of the time. */
const LEAST_PUBLISH_MS = 1000;
const PUBLISH_SHARE = 0.1;

/** A file that is loaded, and whose day is not published yet; or what is said of one that was converted on its own. */
export type WaitingFile = LoadedFile | { summary: FileSummary };
type LoadedFile = LotFile & { input: string };

/** Publishes the days of many small files, now and then, as long as more of them come. */
export class LotPublisher {
  private readonly ports: PipelinePorts;
  private readonly convertAgain: (input: string) => Promise<FileSummary>;
  private dueAt = performance.now() + LEAST_PUBLISH_MS;

  /** `convertAgain` converts a file in an execution of its own. */
  constructor(ports: PipelinePorts, convertAgain: (input: string) => Promise<FileSummary>) {
    this.ports = ports;
    this.convertAgain = convertAgain;
  }

  isDue(): boolean {
    return performance.now() >= this.dueAt;
  }

  /** Publishes the days of files that are loaded, and answers with the summaries of all, in their order. */
  async *publish(waiting: WaitingFile[]): AsyncGenerator<FileSummary> {
    const startedAt = performance.now();
    const days = new Map<string, LoadedFile[]>();
    for (const file of waiting) {
      if ('summary' in file) continue;
      const day = `${file.entry.dataset} ${file.entry.businessDate}`;
      const known = days.get(day);
      if (known) known.push(file);
      else days.set(day, [file]);
    }
    const told = new Map<WaitingFile, FileSummary>();
    for (const files of days.values()) await this.publishDay(files, told);
    const tookMs = performance.now() - startedAt;
    this.dueAt = performance.now() + Math.max(LEAST_PUBLISH_MS, tookMs / PUBLISH_SHARE);
    for (const file of waiting) yield 'summary' in file ? file.summary : told.get(file)!;
  }

  private async publishDay(files: LoadedFile[], told: Map<WaitingFile, FileSummary>): Promise<void> {
    const last = files.at(-1)!;
    let day: DayOutcome;
    try {
      day = await this.outcome(files);
    } catch {
      // An execution of its own tries again as often as the state machine says, and tells people if it fails.
      const summary = await this.convertAgain(last.input);
      if (summary.status === 'failed' || summary.status === 'refused') {
        for (const file of files) told.set(file, unpublished(file, summary));
        return;
      }
      day = await this.outcome(files);
    }
    const keyOf = await publishedKeys(this.ports.lake, last.entry, day.commit);
    // What the commit warns of is told once.
    const { warnings: _, ...quiet } = day;
    for (const file of files) {
      const { entry, finalized, split, seconds } = file;
      const outcome = { ...finalized, day: file === last ? day : quiet };
      told.set(file, summaryOf(entry, outcome, split, publishedOutputs(entry, keyOf), seconds));
    }
  }

  private async outcome(files: LoadedFile[]): Promise<DayOutcome> {
    const { dataset, businessDate } = files[0]!.entry;
    const layout = await readDayLayout(this.ports.lake, dataset, businessDate!);
    const loaded = files.map(({ entry }) => ({ sourceId: entry.sourceId, runId: entry.loaded!.runId }));
    return publishDay(this.ports, layout, businessDate!, { loaded });
  }
}

/** A loaded file whose day could not be published: the reason is that of the last file of the day. */
function unpublished({ entry, split, seconds }: LoadedFile, { reason, errorName }: FileSummary): FileSummary {
  return failedSummary(
    entry.sourceKey,
    split,
    { name: errorName ?? 'Error', message: reason ?? '' },
    seconds,
  );
}
