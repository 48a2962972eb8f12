import { type SpawnOptions, spawn } from 'node:child_process';
import type { Layout } from '../../shared/layout/layout.ts';
import { terminatorBytesOf } from './workload.ts';

/** Milliseconds of one run. */
export interface Timing {
  /** Without the start of a process, if the contestant is one. */
  workMs: number;
  /** From the start of the process to its end. */
  wholeMs: number;
}

/** One way to make Parquet files of a file of records. */
export interface Contestant {
  name: string;
  /** The sentence that says why it cannot run here, or undefined once it can. */
  lack?(): Promise<string | undefined>;
  /** Runs once. */
  run(): Promise<Timing>;
  /** Bytes of its input: the whole file, or the beginning if that would take too long. */
  inputBytes: number;
  /** Records in its input. */
  recordCount: number;
  /** The Parquet files that it writes. */
  glob?: string;
  /** Writes the files of `glob`, if a timed run does not. */
  prepareOutput?(): Promise<void>;
}

export interface Arena {
  /** The file of records. */
  path: string;
  layout: Layout;
  layoutPath: string;
  /** The same records as lines of text, for contestants that read nothing else; the same file if it is one of lines. */
  text: { path: string; layout: Layout };
  /** A folder for everything that is written. */
  scratchDir: string;
}

/** Counts header and trailer as records: they are few. */
export function sizeOf(inputBytes: number, layout: Layout): { inputBytes: number; recordCount: number } {
  const strideBytes = layout.record.lengthBytes + terminatorBytesOf(layout);
  return { inputBytes, recordCount: Math.floor(inputBytes / strideBytes) };
}

/** Times an action of this process, which has no start of its own. */
export async function timed(act: () => Promise<unknown>): Promise<Timing> {
  const startedAt = performance.now();
  await act();
  const workMs = performance.now() - startedAt;
  return { workMs, wholeMs: workMs };
}

/** Times a process. `workMsOf` finds the milliseconds of the work in what it printed. */
export async function timedProcess(
  command: string,
  args: string[],
  workMsOf: (output: string) => number,
  options: SpawnOptions = {},
): Promise<Timing> {
  const startedAt = performance.now();
  const output = await runProcess(command, args, options);
  return { wholeMs: performance.now() - startedAt, workMs: workMsOf(output) };
}

/** Runs a process and returns its output. If it fails, the error is the end of its stderr. */
function runProcess(command: string, args: string[], options: SpawnOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errorText = '';
    child.once('error', reject);
    child.stdout?.on('data', (text) => {
      output += text;
    });
    child.stderr?.on('data', (text) => {
      errorText = `${errorText}${text}`.slice(-4000);
    });
    child.on('close', (code) => (code === 0 ? resolve(output) : reject(new Error(errorText))));
  });
}
