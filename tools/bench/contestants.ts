import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { partitionPath } from '../../shared/keys/partition-path.ts';
import { type Compression, firstDataset } from '../../shared/layout/layout.ts';
import {
  type Arena,
  type Contestant,
  PROGRAM,
  type Said,
  sizeOf,
  timed,
  timedProcess,
} from './contestant.ts';
import { duckdbCopy } from './duckdb-select.ts';
import { detailsOf, KernelRun } from './kernel-run.ts';
import { writePlainly } from './plain-writer.ts';
import { POLARS, pythonContestant, SPARK } from './python-contestants.ts';
import { SMALL_FILES, smallFiles } from './small-files.ts';

const DUCKDB = fileURLToPath(new URL('./duckdb-copy.ts', import.meta.url));
const PLAIN_BYTES = 20_000_000;

/** The contestants' names, in the order of the table. */
export const CONTESTANTS = [
  'kernel',
  'kernel, snappy',
  'kernel, zstd',
  'kernel, zstd-fast',
  'kernel, no compression',
  'convert, 1 worker',
  'convert, 2 workers',
  'convert, 2 workers, --no-sync',
  SMALL_FILES,
  'DuckDB, 1 thread',
  'DuckDB, 2 threads',
  SPARK.name,
  POLARS.name,
  'hyparquet-writer',
];

export function contestantsOf(arena: Arena): Contestant[] {
  let details: Uint8Array | undefined;
  // Read only if a kernel takes part, and once for all of them: a file of 10 GB would not fit into memory.
  const records = () => {
    details ??= detailsOf(readFileSync(arena.path), arena.layout);
    return details;
  };
  return [
    kernel(arena, 'kernel', 'auto', records),
    kernel(arena, 'kernel, snappy', 'snappy', records),
    kernel(arena, 'kernel, zstd', 'zstd', records),
    kernel(arena, 'kernel, zstd-fast', 'zstd-fast', records),
    kernel(arena, 'kernel, no compression', 'none', records),
    convert(arena, 1),
    convert(arena, 2),
    convert(arena, 2, '--no-sync'),
    smallFiles(arena),
    duckdb(arena, 1),
    duckdb(arena, 2),
    pythonContestant(SPARK, arena),
    pythonContestant(POLARS, arena),
    plain(arena),
  ];
}

function kernel(
  { path, layout, scratchDir }: Arena,
  name: string,
  compression: Compression,
  records: () => Uint8Array,
): Contestant {
  const outDir = join(scratchDir, name);
  const run = new KernelRun();
  return {
    name,
    ...sizeOf(statSync(path).size, layout),
    glob: join(outDir, '**/*.parquet'),
    async run() {
      const details = records();
      return timed(() => run.convert(details, layout, compression));
    },
    async prepareOutput() {
      const pieces: [string, Uint8Array][] = [];
      await run.convert(records(), layout, compression, (values, bytes) => {
        const partition = Object.fromEntries(
          firstDataset(layout).partitionBy.map((field, index) => [field.name, values[index]!]),
        );
        const folder = join(outDir, partitionPath(partition));
        mkdirSync(folder, { recursive: true });
        pieces.push([join(folder, 'part.parquet'), bytes.slice()]);
      });
      for (const [file, bytes] of pieces) await appendFile(file, bytes);
    },
  };
}

function convert(
  { path, layout, layoutPath, scratchDir }: Arena,
  workers: number,
  ...flags: string[]
): Contestant {
  const name = [`convert, ${workers} ${workers === 1 ? 'worker' : 'workers'}`, ...flags].join(', ');
  const outDir = join(scratchDir, name.replace(/[ ,]+/g, '-'));
  return {
    name,
    ...sizeOf(statSync(path).size, layout),
    glob: join(outDir, `processed/${layout.name}/**/*.parquet`),
    async run() {
      await rm(outDir, { recursive: true, force: true });
      const args = [
        '--layout',
        layoutPath,
        '--input',
        path,
        '--out',
        outDir,
        '--business-date',
        '2025-08-12',
      ];
      // What an earlier run left to be written would be this run's burden, above all if it waits for the disk and that one did not.
      await settleDisk();
      const command = [PROGRAM, 'convert', ...args, '--workers', String(workers), '--json', ...flags];
      return timedProcess(process.execPath, command, saidByConvert);
    },
  };
}

function duckdb({ text: { path, layout }, scratchDir }: Arena, threads: number): Contestant {
  const outDir = join(scratchDir, `duckdb-${threads}`);
  return {
    name: `DuckDB, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    ...sizeOf(statSync(path).size, layout),
    glob: join(outDir, '**/*.parquet'),
    async run() {
      await rm(outDir, { recursive: true, force: true });
      await mkdir(outDir, { recursive: true });
      const command = [DUCKDB, String(threads), duckdbCopy(layout, path, outDir)];
      return timedProcess(process.execPath, command, (output) => ({ workMs: Number(output) }));
    },
  };
}

/** Enough bytes of the file for a slice and the header before it. */
function beginningOf(path: string): Uint8Array {
  const bytes = Buffer.alloc(Math.min(statSync(path).size, 2 * PLAIN_BYTES));
  const handle = openSync(path, 'r');
  readSync(handle, bytes);
  closeSync(handle);
  return bytes;
}

function plain({ text: { path, layout }, scratchDir }: Arena): Contestant {
  const outDir = join(scratchDir, 'plain');
  const all = detailsOf(beginningOf(path), layout);
  const strideBytes = layout.record.lengthBytes + 1;
  const details = all.slice(0, Math.floor(Math.min(all.length, PLAIN_BYTES) / strideBytes) * strideBytes);
  return {
    name: 'hyparquet-writer',
    ...sizeOf(details.length, layout),
    async run() {
      return timed(() => writePlainly(details, layout));
    },
    async prepareOutput() {
      await mkdir(outDir, { recursive: true });
      await writePlainly(details, layout, outDir);
      await writeFile(join(outDir, 'slice.txt'), details);
    },
  };
}

/** Waits until the disk has what was written before. Without the command `sync` nothing is waited for. */
function settleDisk(): Promise<void> {
  return new Promise((resolve) => {
    const child = spawn('sync', { stdio: 'ignore' });
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });
}

/** The time of the file itself, as the command says it. */
function saidByConvert(output: string): Said {
  return { workMs: (JSON.parse(output) as { seconds: number }).seconds * 1000 };
}
