import { type DayOutcome, publishDay } from '../shared/pipeline/publish/publish-day.ts';
import { readDayLayout } from '../shared/pipeline/store/kept-terms.ts';
import type { PipelinePorts } from '../shared/ports/pipeline-ports.ts';
import {
  type FileSummary,
  failedSummary,
  publishedKeys,
  publishedOutputs,
  summaryOf,
} from './file-summary.ts';
import { type FileInBrief, loadedOf } from './sent-lot.ts';

/** A day whose files come by and by is published at most so often, and its publication takes at most this share of the time. */
const LEAST_PUBLISH_MS = 1000;
const PUBLISH_SHARE = 0.1;

/** A file that is loaded, and whose day is not published yet; or what is said of one that was converted on its own. */
export type WaitingFile = LoadedFile | { summary: FileSummary };
interface LoadedFile {
  input: string;
  file: FileInBrief;
}

/** Publishes the days of many small files, now and then, as long as more of them come. */
export class LotPublisher {
  private readonly ports: PipelinePorts;
  private readonly convertAgain: (input: string) => Promise<FileSummary>;
  private readonly onAllShown: () => void;
  private dueAt = performance.now() + LEAST_PUBLISH_MS;

  /** `convertAgain` converts a file in an execution of its own; `onAllShown` is called when no file waits for its day any more. */
  constructor(
    ports: PipelinePorts,
    convertAgain: (input: string) => Promise<FileSummary>,
    onAllShown: () => void,
  ) {
    this.ports = ports;
    this.convertAgain = convertAgain;
    this.onAllShown = onAllShown;
  }

  isDue(): boolean {
    return performance.now() >= this.dueAt;
  }

  /** Publishes the days of files that are loaded, and answers with the summaries of all, in their order. */
  async *publish(waiting: WaitingFile[]): AsyncGenerator<FileSummary> {
    const startedAt = performance.now();
    const days = new Map<string, LoadedFile[]>();
    for (const one of waiting) {
      if ('summary' in one) continue;
      const known = days.get(one.file.day);
      if (known) known.push(one);
      else days.set(one.file.day, [one]);
    }
    const told = new Map<WaitingFile, () => FileSummary>();
    let areAllShown = true;
    for (const files of days.values()) {
      const { published, waitingFor } = (await this.publishDay(files, told)) ?? {};
      areAllShown &&= published === true && waitingFor === undefined;
    }
    if (areAllShown) this.onAllShown();
    const tookMs = performance.now() - startedAt;
    this.dueAt = performance.now() + Math.max(LEAST_PUBLISH_MS, tookMs / PUBLISH_SHARE);
    for (const file of waiting) yield 'summary' in file ? file.summary : told.get(file)!();
  }

  /** Undefined if the day could not be published. Summaries are made when they are asked for: a thousand at once would be a heap of objects. */
  private async publishDay(
    files: LoadedFile[],
    told: Map<WaitingFile, () => FileSummary>,
  ): Promise<DayOutcome | undefined> {
    const last = files.at(-1)!;
    let day: DayOutcome;
    try {
      day = await this.outcome(files);
    } catch {
      // An execution of its own tries again as often as the state machine says, and tells people if it fails.
      const summary = await this.convertAgain(last.input);
      if (summary.status === 'failed' || summary.status === 'refused') {
        for (const file of files) told.set(file, () => unpublished(file, summary));
        return undefined;
      }
      day = await this.outcome(files);
    }
    const keyOf = await publishedKeys(this.ports.lake, loadedOf(last.file).entry, day.commit);
    // What the commit warns of is told once.
    const { warnings: _, ...quiet } = day;
    for (const one of files) {
      told.set(one, () => {
        const { entry, finalized, split, seconds } = loadedOf(one.file);
        const outcome = { ...finalized, day: one === last ? day : quiet };
        return summaryOf(entry, outcome, split, publishedOutputs(entry, keyOf), seconds);
      });
    }
    return day;
  }

  private async outcome(files: LoadedFile[]): Promise<DayOutcome> {
    const { dataset, businessDate } = loadedOf(files[0]!.file).entry;
    const layout = await readDayLayout(this.ports.lake, dataset, businessDate!);
    const loaded = files.map(({ file: { sourceId, runId } }) => ({ sourceId, runId }));
    return publishDay(this.ports, layout, businessDate!, { loaded });
  }
}

/** A loaded file whose day could not be published: the reason is that of the last file of the day. */
function unpublished({ file }: LoadedFile, { reason, errorName }: FileSummary): FileSummary {
  const { entry, split, seconds } = loadedOf(file);
  return failedSummary(
    entry.sourceKey,
    split,
    { name: errorName ?? 'Error', message: reason ?? '' },
    seconds,
  );
}
