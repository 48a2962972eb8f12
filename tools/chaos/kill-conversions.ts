import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { SeededRandom } from '../../generator/seeded-random.ts';
import { endsWithUs } from '../bound-child.ts';
import { countsText } from './counts-text.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/positional-lake.mjs', import.meta.url));

const RECORDS = 12_000;
/** A night of small files, which are converted in lots. */
const SMALL_FILES = 12;

/** The findings after one kill. */
interface Killed {
  afterMs: number;
  /** How it ended: by the signal, or with this exit code if it was faster. */
  ended: string;
  /** Rows that readers saw before the rerun. */
  seen: number;
  broken: string[];
}

/** A night to convert, and the rows of each of its files. */
interface Night {
  inputs: string[];
  rangeSize: string;
  right: string[][];
  wholeMs: number;
}

/**
 * Converts a night in a process of its own, kills the process with SIGKILL at a random moment, and runs the same command again: `kills`
 * times, each in a lake of its own; in turn a file of many ranges and many small files. Readers must see all rows of a file or none after
 * the kill and the right rows after the rerun, and nothing of a run may be left after `clean --older-than 0`.
 */
export async function killConversions(kills: number, seed: number, isJson: boolean): Promise<boolean> {
  const dir = await mkdtemp(join(tmpdir(), 'chaos-kill-'));
  try {
    const nights = [
      await nightOf(join(dir, 'one'), 1, seed, '200KiB'),
      await nightOf(join(dir, 'small'), SMALL_FILES, seed, '8MiB'),
    ];
    const random = new SeededRandom(seed, 17);
    const all: Killed[] = [];
    for (let kill = 0; kill < kills; kill++) {
      const lake = join(dir, `lake-${kill}`);
      const night = nights[kill % nights.length]!;
      const killed = await killOnce(night, lake, random.below(Math.ceil(night.wholeMs)));
      all.push(killed);
      if (isJson) console.log(JSON.stringify(killed));
      for (const what of killed.broken) console.error(`Killed after ${killed.afterMs} ms: ${what}`);
      await rm(lake, { recursive: true, force: true });
    }
    if (!isJson) {
      const count = (is: (killed: Killed) => boolean) => all.filter(is).length;
      console.log(
        countsText('conversions', [
          ['killed by the signal', count(({ ended }) => ended === 'SIGKILL')],
          ['ended before it', count(({ ended }) => ended !== 'SIGKILL')],
          ['published already', count(({ seen }) => seen > 0)],
          ['broken', count(({ broken }) => broken.length > 0)],
        ]),
      );
    }
    return all.every(({ broken }) => broken.length === 0);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Generates a night, and converts it once without any kill, and each of its files alone. */
async function nightOf(dir: string, fileCount: number, seed: number, rangeSize: string): Promise<Night> {
  const flags = ['--records', String(RECORDS), '--files', String(fileCount), '--seed', String(seed)];
  await finished(spawnNode([PROGRAM, 'generate', ...flags, '--out', join(dir, 'night')]));
  const names = await readdir(join(dir, 'night'), { recursive: true });
  const inputs = names
    .filter((file) => file.endsWith('.txt'))
    .sort()
    .map((file) => join(dir, 'night', file));
  const right: string[][] = [];
  for (const [index, input] of inputs.entries()) {
    const lake = join(dir, `right-${index}`);
    await convert([input], lake, rangeSize);
    right.push(await rowsOf(lake));
  }
  const startedAt = performance.now();
  await convert(inputs, join(dir, 'right'), rangeSize);
  const wholeMs = performance.now() - startedAt;
  const rows = await rowsOf(join(dir, 'right'));
  if (rows.length !== RECORDS || !sameRows(rows, right.flat().sort())) {
    throw new Error(`${rows.length} of ${RECORDS} rows without any kill`);
  }
  return { inputs, rangeSize, right, wholeMs };
}

async function killOnce(night: Night, lake: string, afterMs: number): Promise<Killed> {
  const { inputs, rangeSize } = night;
  const right = night.right.flat().sort();
  const broken: string[] = [];
  const child = spawnNode(convertFlags(inputs, lake, rangeSize));
  const timer = setTimeout(() => child.kill('SIGKILL'), afterMs);
  const { code, signal } = await ended(child);
  clearTimeout(timer);
  const seen = await rowsOf(lake);
  if (!areWholeFiles(seen, night.right)) broken.push(`a reader saw ${seen.length} of ${right.length} rows`);
  await convert(inputs, lake, rangeSize).catch((error: Error) =>
    broken.push(`the rerun failed: ${error.message}`),
  );
  if (!sameRows(await rowsOf(lake), right)) broken.push('the rows after the rerun are wrong');
  const left = await readdir(join(lake, '.incoming')).catch(() => []);
  if (left.length > 0) broken.push(`left behind: ${left.join(', ')}`);
  await finished(spawnNode([PROGRAM, 'clean', '--lake', lake, '--older-than', '0'])).catch((error: Error) =>
    broken.push(`clean failed: ${error.message}`),
  );
  const kept = await filesInFolders(join(lake, 'runs'));
  if (kept.length > 0) broken.push(`left of runs after clean: ${kept.slice(0, 3).join(', ')} …`);
  if (!sameRows(await rowsOf(lake), right)) broken.push('the rows after clean are wrong');
  return { afterMs, ended: signal ?? String(code), seen: seen.length, broken };
}

/** True if the rows, which are sorted, are those of some of the files, each whole and once. */
function areWholeFiles(seen: string[], files: string[][]): boolean {
  const shown = new Set(seen);
  const whole = files.filter((rows) => rows.some((row) => shown.has(row)));
  return sameRows(seen, whole.flat().sort());
}

function convertFlags(inputs: string[], lake: string, rangeSize: string): string[] {
  const flags = ['--out', lake, '--range-size', rangeSize, '--workers', '2'];
  return [PROGRAM, 'convert', '--layout', 'contracts', ...flags, '--input', ...inputs];
}

async function convert(inputs: string[], lake: string, rangeSize: string): Promise<void> {
  await finished(spawnNode(convertFlags(inputs, lake, rangeSize)));
}

/** Files of runs and executions, each in a folder of its own: the metrics of the machine are beside them. */
async function filesInFolders(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && entry.parentPath !== dir)
    .map(({ parentPath, name }) => join(parentPath, name));
}

/** All rows that `query` shows, sorted. */
async function rowsOf(lake: string): Promise<string[]> {
  const child = spawnNode([PROGRAM, 'query', '--lake', lake, '--json', 'SELECT * FROM contracts']);
  const text = await outputOf(child).catch((error: Error) => {
    if (
      /nothing is published|no day is published yet|there is no such lake|holds no lake|is no lake/.test(
        error.message,
      )
    )
      return '';
    throw error;
  });
  return text.split('\n').filter(Boolean).sort();
}

function sameRows(some: string[], others: string[]): boolean {
  return some.length === others.length && some.every((row, index) => row === others[index]);
}

function spawnNode(flags: string[]): ChildProcessByStdio<null, Readable, Readable> {
  return endsWithUs(spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'pipe'] }));
}

function ended(
  child: ChildProcessByStdio<null, Readable, Readable>,
): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  child.stdout.resume();
  child.stderr.resume();
  return new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));
}

async function finished(child: ChildProcessByStdio<null, Readable, Readable>): Promise<void> {
  await outputOf(child);
}

/** Its standard output. Fails with its error output if it did not end with 0. */
async function outputOf(child: ChildProcessByStdio<null, Readable, Readable>): Promise<string> {
  const texts = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => {
    texts.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    texts.stderr += text;
  });
  const { code } = await new Promise<{ code: number | null }>((resolve) =>
    child.once('close', (exit) => resolve({ code: exit })),
  );
  if (code !== 0) throw new Error(texts.stderr || `ended with ${code}`);
  return texts.stdout;
}
