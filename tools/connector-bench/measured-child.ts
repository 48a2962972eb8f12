import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { endsWithUs } from '../bound-child.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/positional-lake.mjs', import.meta.url));
/** As the unit of docs/connector.md starts it: most garbage of a part is gone with the part, and needs no large nursery. */
export const CONNECTOR_FLAG = '--max-semi-space-size=8';
/** Of utime and stime: proc_pid_stat(5). Linux has had 100 on every machine for a long time. */
const TICKS_A_SECOND = 100;

interface Measured {
  /** From the first upload to the last arrival, as the journal says. */
  seconds: number;
  /** From when the first file was taken. */
  cpuSeconds: number;
  peakBytes: number;
  isWhole: boolean;
}

/** Sends the files of `dir`/in with the connector, as a process of its own. */
export async function runConnector(
  dir: string,
  port: number,
  files: number,
  partsAtOnce: number,
  nodeFlags: string[],
): Promise<Measured> {
  const config = {
    sources: [{ folder: 'in' }],
    files: [{ pattern: 'night_*', finished: { by: 'rename' } }],
    target: {
      bucket: 'bench',
      prefix: `${process.hrtime.bigint()}/`,
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
    },
    stateFolder: 'state',
    upload: { partsAtOnce, filesAtOnce: 1 },
  };
  await writeFile(join(dir, 'c.json'), JSON.stringify(config));
  const env = { ...process.env, AWS_ACCESS_KEY_ID: 'bench', AWS_SECRET_ACCESS_KEY: 'bench' };
  const words = [...nodeFlags, PROGRAM, 'connect', '--config', join(dir, 'c.json'), '--once', '--json'];
  const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  endsWithUs(child);
  let said = '';
  let startCpu: number | undefined;
  child.stdout.on('data', (chunk) => {
    said += chunk;
    if (startCpu === undefined && said.includes('"finished"')) startCpu = cpuSecondsOf(child.pid!);
  });
  const { peakBytes, cpuSeconds } = await watched(child);
  const entries = said
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { at: string; event: string });
  const timesOf = (event: string) =>
    entries.filter((entry) => entry.event === event).map(({ at }) => Date.parse(at));
  const arrived = timesOf('arrived');
  const seconds = (Math.max(...arrived) - Math.min(...timesOf('finished'))) / 1000;
  return { seconds, cpuSeconds: cpuSeconds - (startCpu ?? 0), peakBytes, isWhole: arrived.length === files };
}

/** The most memory that the process had at any time, as the kernel counts it, and its CPU up to the last look. */
async function watched(child: ChildProcess): Promise<{ peakBytes: number; cpuSeconds: number }> {
  let peakBytes = 0;
  let cpuSeconds = 0;
  while (child.exitCode === null && child.signalCode === null) {
    const status = textOf(`/proc/${child.pid}/status`);
    peakBytes = Math.max(peakBytes, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024);
    cpuSeconds = Math.max(cpuSeconds, cpuSecondsOf(child.pid!));
    await sleep(50);
  }
  return { peakBytes, cpuSeconds };
}

function cpuSecondsOf(pid: number): number {
  const fields = textOf(`/proc/${pid}/stat`)
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS_A_SECOND;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
