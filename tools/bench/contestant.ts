import { type SpawnOptions, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Layout } from '../../shared/layout/layout.ts';
import { terminatorBytesOf } from './workload.ts';

export const PROGRAM = fileURLToPath(new URL('../../bin/positional-lake.mjs', import.meta.url));

/** Milliseconds of one run. */
export interface Timing {
  /** Without the start of a process, if the contestant is one. */
  workMs: number;
  /** From the start of the process to its end. */
  wholeMs: number;
  /** Seconds of processors that the whole took, on all threads; undefined where the system does not count them for other processes. */
  cpuSeconds?: number | undefined;
  /** Bytes that a process of its own gave to the disk; undefined where the system does not count them. */
  diskBytes?: number | undefined;
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
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  await act();
  const workMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { workMs, wholeMs: workMs, cpuSeconds: (user + system) / 1e6 };
}

/** What a process says of its own run. */
export interface Said {
  /** The whole if it does not know. */
  workMs?: number;
  /** If it has children that it does not wait for. */
  cpuSeconds?: number;
}

/** Times a process. `saidOf` finds in what it printed what only the process knows. */
export async function timedProcess(
  command: string,
  args: string[],
  saidOf: (output: string) => Said,
  options: SpawnOptions = {},
): Promise<Timing> {
  const [bytesBefore, cpuBefore] = [diskBytes(), childrenSeconds()];
  const startedAt = performance.now();
  const output = await runProcess(command, args, options);
  const wholeMs = performance.now() - startedAt;
  const [bytesAfter, cpuAfter] = [diskBytes(), childrenSeconds()];
  return {
    wholeMs,
    workMs: wholeMs,
    cpuSeconds: difference(cpuAfter, cpuBefore),
    diskBytes: difference(bytesAfter, bytesBefore),
    ...saidOf(output),
  };
}

function difference(after: number | undefined, before: number | undefined): number | undefined {
  return after === undefined || before === undefined ? undefined : after - before;
}

const TICKS_PER_SECOND = 100;

/** Seconds of processors of all processes that this one waited for (Linux; proc_pid_stat(5): cutime and cstime, the 16th and 17th). */
function childrenSeconds(): number | undefined {
  try {
    // The second is a name in parentheses, which may hold spaces.
    const [, after = ''] = readFileSync('/proc/self/stat', 'utf8').split(') ');
    const fields = after.split(' ');
    return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
  } catch {
    return undefined;
  }
}

/** What this process and those that it waited for gave to the disk (Linux; proc_pid_io(5)). */
function diskBytes(): number | undefined {
  try {
    return Number(/^write_bytes: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}

/** Runs a process and returns its output. If it fails, the error says how, and has the end of what it wrote. */
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
    child.on('close', (code, signal) => {
      const how = `${command} ${args.join(' ')}: ended by ${signal ?? code}`;
      if (code === 0) resolve(output);
      else reject(new Error(`${how}\n${errorText || output.slice(-4000)}`));
    });
  });
}
