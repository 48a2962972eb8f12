import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileChecksum } from '../../local/adapters/file-checksum.ts';
import { createFileObjectStore } from '../../local/adapters/file-object-store.ts';
import { RunInconsistent } from '../../shared/errors.ts';
import { readJson } from '../../shared/pipeline/store/json-object.ts';
import { partManifestShape } from '../../shared/run/part-manifest.ts';
import { PROGRAM } from '../bench/contestant.ts';
import { endsWithUs } from '../bound-child.ts';
import type { MeasuredRun } from './worker-model.ts';

interface Conversion {
  layoutPath: string;
  path: string;
  lakeDir: string;
  workers: number;
  rangeBytes?: number;
}

/** Converts a file into a new lake with the command, and reads from the lake when each range began and ended. */
export async function measureConversion(conversion: Conversion): Promise<MeasuredRun> {
  const { layoutPath, path, lakeDir, workers, rangeBytes } = conversion;
  await rm(lakeDir, { recursive: true, force: true });
  const args = ['--layout', layoutPath, '--input', path, '--out', lakeDir, '--business-date', '2025-08-12'];
  if (rangeBytes !== undefined) args.push('--range-size', String(rangeBytes));
  const startedMs = Date.now();
  const child = spawn(
    process.execPath,
    [PROGRAM, 'convert', ...args, '--workers', String(workers), '--json'],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const [code] = (await once(endsWithUs(child), 'close')) as [number | null];
  const wallSeconds = (Date.now() - startedMs) / 1000;
  if (code !== 0) throw new RunInconsistent({ what: `the conversion ended with ${code}`, where: path });
  const tasks = (await tasksOf(lakeDir)).map(({ beginMs, endMs, ...bytes }) => ({
    ...bytes,
    beginSeconds: (beginMs - startedMs) / 1000,
    endSeconds: (endMs - startedMs) / 1000,
  }));
  const files = await filesOf(lakeDir);
  return {
    workers,
    wallSeconds,
    inputBytes: (await stat(path)).size,
    lakeFiles: files.length,
    lakeBytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    tasks: tasks.sort((a, b) => a.beginSeconds - b.beginSeconds),
  };
}

/** The ranges of the only run of a lake, from the manifests of their parts. */
async function tasksOf(lakeDir: string) {
  const lake = createFileObjectStore({ rootDir: lakeDir });
  const tasks: { inputBytes: number; outputBytes: number; beginMs: number; endMs: number }[] = [];
  for await (const { key } of lake.list('runs/')) {
    if (!/^runs\/[^/]+\/parts\/\d+\.json$/.test(key)) continue;
    const { startByte, endByte, work, outputs } = await readJson(lake, key, partManifestShape);
    tasks.push({
      inputBytes: endByte - startByte,
      outputBytes: outputs.reduce((sum, { bytes }) => sum + bytes, 0),
      beginMs: Date.parse(work?.startedAt ?? ''),
      endMs: Date.parse(work?.endedAt ?? ''),
    });
  }
  return tasks;
}

async function filesOf(lakeDir: string): Promise<{ path: string; bytes: number }[]> {
  const names = await readdir(join(lakeDir, 'processed'), { recursive: true });
  const parquet = names
    .filter((name) => name.endsWith('.parquet'))
    .map((name) => join(lakeDir, 'processed', name));
  return Promise.all(parquet.map(async (path) => ({ path, bytes: (await stat(path)).size })));
}

/** Seconds that one thread takes to prove a byte of a lake. */
export async function proofSecondsPerByte(lakeDir: string): Promise<number> {
  const files = await filesOf(lakeDir);
  // What becomes hot is compiled first.
  for (const { path } of files.slice(0, 2)) await fileChecksum(path);
  const startedAt = performance.now();
  for (const { path } of files) await fileChecksum(path);
  const seconds = (performance.now() - startedAt) / 1000;
  return (
    seconds /
    Math.max(
      1,
      files.reduce((sum, { bytes }) => sum + bytes, 0),
    )
  );
}
