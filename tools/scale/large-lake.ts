import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createFileObjectStore } from '../../local/adapters/file-object-store.ts';
import { convertNight } from '../../local/convert-night.ts';
import { createLocalPorts } from '../../local/local-ports.ts';
import { type DayCommit, planDayCommit } from '../../shared/day/day-commit.ts';
import type { Shape } from '../../shared/json-shape.ts';
import { addDays, dayPath } from '../../shared/keys/business-date.ts';
import { dayCommitKey } from '../../shared/keys/lake-keys.ts';
import { executionIdOf, sourceIdOf } from '../../shared/keys/source-id.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import { applyCommit } from '../../shared/pipeline/publish/apply-commit.ts';
import { fromJsonBytes, toJsonBytes } from '../../shared/pipeline/store/json-object.ts';
import { sealedBytes } from '../../shared/pipeline/store/sealed-json.ts';
import { tableSchemas } from '../../shared/pipeline/store/table-schemas.ts';
import {
  type FilePlan,
  filePlanShape,
  type PlannedRange,
  plannedRangesShape,
} from '../../shared/run/file-plan.ts';
import { isLoaded, type LoadedEntry, ledgerEntryShape } from '../../shared/run/ledger-entry.ts';
import { runOfPlan } from '../../shared/run/run-of-plan.ts';

const DATE = '2025-08-12';
const NAME = 'lot_20250812.txt';
/** Records of each file. */
export const FILE_ROWS = 3;
export const DATASET = 'scale';
const LAYOUT = JSON.stringify({
  name: DATASET,
  encoding: 'us-ascii',
  record: { format: 'lines', length: 8 },
  fields: [{ name: 'id', start: 1, end: 8, type: 'string', required: true }],
});

export interface LakeSize {
  days: number;
  filesPerDay: number;
}

/** A date of the lake, from 0. */
export function dateOf(day: number): string {
  return addDays(DATE, day);
}

/** Writes the layout of the lake, and the source files of a date, into a folder. Answers their paths. */
export async function writeSources(
  dir: string,
  date: string,
  files: number,
): Promise<{ layout: string; inputs: string[] }> {
  await mkdir(dir, { recursive: true });
  const layout = join(dir, `${DATASET}.json`);
  await writeFile(layout, LAYOUT);
  const inputs = Array.from({ length: files }, (_, file) =>
    join(dir, `lot${file}_${date.replaceAll('-', '')}.txt`),
  );
  for (const [file, path] of inputs.entries()) writeFileSync(path, linesOf(file));
  return { layout, inputs };
}

/** The records of a file; no two files of a day have the same bytes. */
function linesOf(file: number): string {
  return Array.from({ length: FILE_ROWS }, (_, index) => `R${file}.${index}\n`.padStart(9)).join('');
}

/**
 * Writes a lake of many runs, as if each file had been converted and each day published at once: one file is converted, and everything
 * that this wrote is repeated under other names. Much faster than converting, and without waiting for the disk.
 */
export async function writeLargeLake(lakeDir: string, { days, filesPerDay }: LakeSize): Promise<void> {
  const model = await modelRun(`${lakeDir}.model`);
  const layout = readLayout(LAYOUT, `${DATASET}.json`);
  const schemas = tableSchemas(layout);
  const setup = { lakeDir, rawRoot: lakeDir, rangeSizeBytes: 0, expectedFiles: undefined, sync: false };
  const ports = createLocalPorts(setup);
  const made = new Set<string>();
  const write = (key: string, bytes: Uint8Array) => {
    const path = join(lakeDir, key);
    const folder = dirname(path);
    if (!made.has(folder)) mkdirSync(folder, { recursive: true });
    made.add(folder);
    writeFileSync(path, bytes);
  };
  for (const { key, bytes } of model.shared) write(key, bytes);
  for (let day = 0; day < days; day++) {
    const date = dateOf(day);
    const loaded: LoadedEntry[] = [];
    for (let file = 0; file < filesPerDay; file++) {
      const renamed = namesOf(model, date, day * filesPerDay + file);
      for (const { key, bytes } of model.objects) {
        const writtenKey = renamed(key);
        const written = key.endsWith('.json') ? resealed(writtenKey, renamed(bytes.toString())) : bytes;
        write(writtenKey, written);
        if (key !== model.entryKey) continue;
        const entry = fromJsonBytes(written, writtenKey, ledgerEntryShape);
        if (isLoaded(entry)) loaded.push(entry);
      }
    }
    for (const { key, bytes } of model.terms) {
      const termsKey = key.replace(dayPath(DATE), dayPath(date));
      write(termsKey, resealed(termsKey, bytes.toString()));
    }
    const at = new Date(`${date}T06:00:00Z`).toISOString();
    const commit = planDayCommit(DATASET, 1, date, at, loaded, schemas, undefined);
    write(dayCommitKey(DATASET, date, 1), toJsonBytes(commit));
    placeObjects(commit, model.rows, write);
    // As a publication does: the catalog with its segments, the row of the day, and what other programs read.
    await applyCommit(ports, commit);
  }
}

/** A document of the model under another key: its seal holds for that key. Lists have none. */
function resealed(key: string, text: string): Uint8Array {
  const { seal, ...value } = JSON.parse(text);
  return seal === undefined ? Buffer.from(text) : sealedBytes(key, value);
}

function placeObjects(commit: DayCommit, rows: Buffer, write: (key: string, bytes: Uint8Array) => void) {
  for (const { partitions } of commit.tables) {
    for (const { objects } of partitions) for (const { key } of objects) write(`processed/${key}`, rows);
  }
}

interface StoredBytes {
  key: string;
  bytes: Buffer;
}

interface Model {
  runId: string;
  plan: FilePlan;
  ranges: PlannedRange[];
  execution: string;
  entryKey: string;
  /** What belongs to the one run: ledger entry, history, run, pointer. */
  objects: StoredBytes[];
  terms: StoredBytes[];
  /** What all runs of a lake have in common. */
  shared: StoredBytes[];
  /** Its Parquet file. */
  rows: Buffer;
}

async function modelRun(dir: string): Promise<Model> {
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  const [layoutPath, input, lakeDir] = [join(dir, `${DATASET}.json`), join(dir, NAME), join(dir, 'lake')];
  await writeFile(layoutPath, LAYOUT);
  await writeFile(input, linesOf(0));
  const request = { layout: layoutPath };
  const night = convertNight({
    ...{ lakeDir, request, inputs: [input], workerCount: 1, expectedFiles: undefined, sync: false },
  });
  for await (const _summary of night);
  const store = createFileObjectStore({ rootDir: lakeDir, sync: false });
  const all: StoredBytes[] = [];
  for await (const { key } of store.list('')) {
    all.push({ key, bytes: await readFile(join(lakeDir, key)) });
  }
  await rm(dir, { recursive: true, force: true });
  const entryKey = `ledger/${DATASET}/${dayPath(DATE)}/${sourceIdOf(NAME)}.json`;
  const entry = all.find(({ key }) => key === entryKey);
  const rows = all.find(({ key }) => /^processed\/.*\.parquet$/.test(key));
  if (!entry || !rows) throw new Error('the file of the model was not loaded');
  const { runId, execution } = fromJsonBytes(entry.bytes, entryKey, ledgerEntryShape);
  const documentOf = <T>(name: string, shape: Shape<T>): T => {
    const found = all.find(({ key }) => key === `runs/${runId}/${name}`);
    if (!found) throw new Error(`the run of the model has no ${name}`);
    return fromJsonBytes(found.bytes, found.key, shape);
  };
  const isShared = (key: string) => /^ledger\/_(tables|fields)\//.test(key);
  return {
    ...{ runId: runId ?? '', execution, entryKey, rows: rows.bytes },
    plan: documentOf('plan.json', filePlanShape),
    ranges: documentOf('ranges.json', plannedRangesShape),
    objects: all.filter(
      ({ key }) =>
        (key.startsWith('runs/') && !key.endsWith('.jsonl')) ||
        (key.startsWith('ledger/') && !isShared(key) && !/\/_(day|terms)\//.test(key)),
    ),
    terms: all.filter(({ key }) => key.includes('/_terms/')),
    shared: all.filter(({ key }) => isShared(key)),
  };
}

/** Gives keys and documents of the model the names of another run. */
function namesOf(
  { runId, execution, plan, ranges }: Model,
  date: string,
  index: number,
): (text: string) => string {
  const name = `lot${index}_${date.replaceAll('-', '')}.txt`;
  const otherExecution = `${execution}-${index}`;
  const names: [string, string][] = [
    [executionIdOf(execution), executionIdOf(otherExecution)],
    [execution, otherExecution],
    [sourceIdOf(NAME), sourceIdOf(name)],
    [NAME, name],
    [dayPath(DATE), dayPath(date)],
    [DATE, date],
  ];
  const renamed = (text: string) => names.reduce((part, [from, to]) => part.replaceAll(from, to), text);
  // The id of a run is a hash of its plan.
  const otherRun = runOfPlan(JSON.parse(renamed(JSON.stringify(plan))), ranges);
  return (text) => renamed(text).replaceAll(runId, otherRun);
}
