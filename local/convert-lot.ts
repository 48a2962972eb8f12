import { dirname, join } from 'node:path';
import { createFinalizer, readFinalizerEvent } from '../functions/finalizer/handler.ts';
import { createParser, readParserEvent } from '../functions/parser/handler.ts';
import { createReconciler, readReconcilerEvent } from '../functions/reconciler/handler.ts';
import { createSplitter, readSplitterEvent } from '../functions/splitter/handler.ts';
import { executionKey } from '../shared/keys/run-keys.ts';
import { executionIdOf } from '../shared/keys/source-id.ts';
import type { FinalizeResult } from '../shared/pipeline/finalize/finalize-file.ts';
import type { SplitResult } from '../shared/pipeline/split/split-file.ts';
import { readEntry } from '../shared/pipeline/store/ledger.ts';
import type { LayoutSource } from '../shared/ports/layout-source.ts';
import type { MetricFigure } from '../shared/ports/metrics.ts';
import type { DescribedObject, DescribedRows } from '../shared/ports/object-store.ts';
import type { PipelinePorts } from '../shared/ports/pipeline-ports.ts';
import type { LedgerEntry } from '../shared/run/ledger-entry.ts';
import { type DraftMemory, giveBackDraftMemory, takeDraftMemory } from './adapters/draft-memory.ts';
import { DraftStore, NotDrafted } from './adapters/draft-store.ts';
import { createFileLayoutSource } from './adapters/file-layout-source.ts';
import { createFileMetrics } from './adapters/file-metrics.ts';
import { createFileObjectStore } from './adapters/file-object-store.ts';
import { executionNameHere } from './adapters/local-process.ts';
import { settleDrafts } from './adapters/settled-drafts.ts';
import { wholeSource } from './adapters/whole-source.ts';
import { isLedgerEntry, waveOf } from './adapters/write-order.ts';
import { type EarlySum, earlySum } from './early-sum.ts';
import { catalogOn, type LocalSetup, localPortsOn } from './local-ports.ts';
import { type NightRequest, secondsSince } from './night.ts';
import { loadPipeline, pipelineTasks } from './pipeline-tasks.ts';
import { sourceKeyOf } from './source-key.ts';
import type { StateMachineDefinition } from './state-machine/definition.ts';
import { taskOf } from './state-machine/task-function.ts';
import { walkMachine } from './state-machine/walk-machine.ts';

/** Small files that one thread converts one after the other, and whose documents the disk gets together. */
export interface Lot {
  /** Absolute paths. */
  inputs: string[];
  rawRoot: string | undefined;
  request: NightRequest;
  softwareVersion: string;
}

/** What became of a file of a lot. */
export interface LotFile extends LoadedLotFile {
  /** Its data files that were settled with the lot, so that the disk has their bytes. */
  settled: SettledFile[];
}

/** A data file that the disk has. */
interface SettledFile {
  key: string;
  described: DescribedObject | undefined;
  /** A publication proves what stands there: the thread that wrote it has just the time, and its bytes are still near. */
  early?: EarlySum | undefined;
}

/** What is said of a file of a lot. */
export interface LoadedLotFile {
  split: SplitResult;
  finalized: FinalizeResult & { status: 'loaded' | 'already-loaded' };
  entry: LedgerEntry;
  seconds: number;
}

/** What is known of Parquet files, by their keys. */
type KnownRows = Map<string, DescribedRows>;

/** Readers see the files of a lot together: `convertLots` publishes their days. */
const PUBLISHED_LATER = 'the other files that are converted with it';

/**
 * Converts the files of a lot, each in an execution of its own, and writes their documents together once all have ended: data, documents,
 * ledger entries, each after the disk has what it tells of. Until then they are drafts in memory, so that a file costs the disk what it
 * leaves there, and nothing of the steps in between. Undefined for a file that did not simply load: nothing of it was written, and whoever
 * asked converts it on its own, step by step, which also explains why.
 */
export async function convertLot(
  setup: LocalSetup,
  lot: Lot,
  onRead: (bytes: number) => void,
): Promise<(LotFile | undefined)[]> {
  for (let tries = 1; ; tries++) {
    const { files, figures, refused } = await tryLot(setup, lot, onRead);
    // A document of several files, which another lot wrote first: it is there now.
    const isShared = refused.some((key) => !isLedgerEntry(key));
    if (isShared && tries < MOST_TRIES) continue;
    if (isShared) return files.map(() => undefined);
    await recordTogether(setup.lakeDir, figures);
    const loaded = files.map((file) =>
      file && refused.includes(file.finalized.ledgerKey) ? undefined : file,
    );
    for (const one of loaded.flatMap((file) => file?.settled ?? []))
      one.early = await earlySum(join(setup.lakeDir, one.key));
    return loaded;
  }
}

const MOST_TRIES = 3;

interface Figures {
  dataset: string;
  figures: MetricFigure[];
}

/** Drafts all files of a lot, and settles the drafts. Answers with the keys that were not written, too. */
async function tryLot(setup: LocalSetup, lot: Lot, onRead: (bytes: number) => void) {
  const memory = takeDraftMemory();
  try {
    return await tryLotIn(memory, setup, lot, onRead);
  } finally {
    giveBackDraftMemory(memory);
  }
}

async function tryLotIn(memory: DraftMemory, setup: LocalSetup, lot: Lot, onRead: (bytes: number) => void) {
  const { lakeDir, sync = true } = setup;
  const store = createFileObjectStore({ rootDir: lakeDir, sync });
  const described: KnownRows = new Map();
  const drafts = new DraftStore(store, {
    describing: (key, rows) => void described.set(key, rows()),
    memory,
  });
  const catalog = catalogOn(drafts, lakeDir);
  const figures: Figures[] = [];
  const files: (LotFile | undefined)[] = [];
  const definition = await loadPipeline();
  const layouts = readOnce(createFileLayoutSource());
  for (const input of lot.inputs) {
    const rawRoot = lot.rawRoot ?? dirname(input);
    const sourceKey = sourceKeyOf(input, lot.rawRoot);
    const ports = localPortsOn(drafts, catalog, { ...setup, rawRoot }, () => undefined, onRead);
    const told: Figures[] = [];
    const file = await convertDrafted(
      definition,
      {
        ...{ ...ports, raw: wholeSource(ports.raw, { rootDir: rawRoot, sourceKey, onRead }), layouts },
        metrics: { record: async (dataset, all) => void told.push({ dataset, figures: all }) },
        settings: { ...draftSettings(ports, lot.softwareVersion) },
      },
      { ...lot.request, sourceKey },
    );
    if (file) {
      drafts.keep();
      figures.push(...told);
    } else drafts.drop();
    files.push(file && { ...file, settled: settledOf(file, drafts, described) });
  }
  const refused = await settleDrafts({ rootDir: lakeDir, sync, store }, drafts.take(), waveOf);
  return { files, figures, refused };
}

/** The data files of a source file that are among the drafts, with what is known of them. */
function settledOf({ entry }: LoadedLotFile, drafts: DraftStore, described: KnownRows): LotFile['settled'] {
  const { outputs = [], rejectOutputs = [] } = entry.loaded ?? {};
  return [...outputs, ...rejectOutputs]
    .filter(({ mergedKey }) => drafts.isDraft(mergedKey))
    .map(({ mergedKey: key, rows, bytes }) => {
      const known = described.get(key);
      return { key, described: known && { ...known, sizeBytes: bytes, recordCount: rows } };
    });
}

async function recordTogether(lakeDir: string, figures: Figures[]): Promise<void> {
  const metrics = createFileMetrics(lakeDir);
  for (const dataset of new Set(figures.map((one) => one.dataset))) {
    const own = figures.filter((one) => one.dataset === dataset);
    await metrics.record(
      dataset,
      own.flatMap((one) => one.figures),
    );
  }
}

/** The settings of one machine, without asking for the version of the code, which takes long. */
function draftSettings({ settings }: PipelinePorts, softwareVersion: string): PipelinePorts['settings'] {
  const { rangeSizeBytes, wholePartBytes, wholePartOfFew, expectedFiles, user } = settings;
  return {
    ...{ rangeSizeBytes, wholePartBytes, expectedFiles, softwareVersion, user },
    ...(wholePartOfFew && { wholePartOfFew }),
    publishedLater: PUBLISHED_LATER,
  };
}

/** All files of a lot have one layout, so it is read once. */
function readOnce({ load, loadBeside }: LayoutSource): LayoutSource {
  const known = new Map<string, ReturnType<LayoutSource['load']>>();
  const once = (key: string, read: () => ReturnType<LayoutSource['load']>) => {
    const reading = known.get(key) ?? read();
    known.set(key, reading);
    return reading;
  };
  return {
    load: (name) => once(name, () => load(name)),
    loadBeside: (file, name) => once(`${file}\n${name}`, () => loadBeside(file, name)),
  };
}

/** Converts one file into the drafts. Undefined if it did not simply load. */
async function convertDrafted(
  definition: StateMachineDefinition,
  ports: PipelinePorts,
  request: NightRequest & { sourceKey: string },
): Promise<LoadedLotFile | undefined> {
  const startedAt = performance.now();
  const answers: { split?: SplitResult; finalized?: FinalizeResult } = {};
  const splitter = createSplitter(ports);
  const finalizer = createFinalizer(ports);
  const executed = await walkMachine({
    definition,
    input: request,
    executionName: executionNameHere(),
    tasks: pipelineTasks({
      splitter: taskOf(readSplitterEvent, async (event) => (answers.split = await splitter(event))),
      parser: taskOf(readParserEvent, createParser(ports)),
      reconciler: taskOf(readReconcilerEvent, createReconciler(ports)),
      merger: async () => {
        throw new NotDrafted('merges');
      },
      finalizer: taskOf(readFinalizerEvent, async (event) => {
        if (event.verdict === 'refused') throw new NotDrafted('refusals');
        answers.finalized = await finalizer(event);
        return answers.finalized;
      }),
    }),
  });
  const { split, finalized } = answers;
  if (executed === undefined || !split || !finalized || finalized.status === 'refused') return undefined;
  const entry = await readEntry(ports.lake, split.ledgerKey);
  if (!entry) return undefined;
  // It leads the watchdog to the entry if the execution dies.
  if (ports.lake instanceof DraftStore) ports.lake.forget(executionKey(executionIdOf(executed)));
  return { split, finalized, entry, seconds: secondsSince(startedAt) };
}
