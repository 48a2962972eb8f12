import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { byteSizeText, parseByteSize } from '../../terminal/byte-size.ts';
import { runWithFlags, textOr, wholeNumber } from '../../terminal/command-line.ts';
import { EXIT_FAILED, EXIT_LOADED } from '../../terminal/exit.ts';
import { endServer } from '../servers/child-server.ts';
import { type FloorSteps, floorSeconds } from './floor.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/positional-lake.mjs', import.meta.url));
const SINK = fileURLToPath(new URL('./sink-server.ts', import.meta.url));
const PARTS_AT_ONCE = 4;

const COMMAND = {
  does: 'Sends large sparse files with the connector to a server on this host that keeps nothing, and compares time and memory with the least that must be done.',
  usage: 'npm run bench:connector -- [flags]',
  flags: {
    files: textOr('2', 'N', 'how many files'),
    size: textOr('2GB', 'SIZE', 'of each file; they are sparse, so the disk needs no room'),
  },
  notes: 'Floors and connector run one after the other, each with the same number of parts at once.',
} as const;

await runWithFlags(COMMAND, async (values) => {
  const [files, sizeBytes] = [wholeNumber('--files', values.files), parseByteSize(values.size)];
  const dir = await mkdtemp(join(tmpdir(), 'connector-bench-'));
  const sink = spawn(process.execPath, [SINK], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = (await once(sink.stdout, 'data')) as [Buffer];
    return await measure(dir, files, sizeBytes, Number(line.toString()));
  } finally {
    await endServer(sink, 2_000);
    await rm(dir, { recursive: true, force: true });
  }
});

async function measure(dir: string, files: number, sizeBytes: number, port: number): Promise<number> {
  await mkdir(join(dir, 'in'));
  for (let index = 1; index <= files; index++) {
    const handle = await open(join(dir, 'in', `night_20250812_${index}.txt`), 'w');
    await handle.truncate(sizeBytes);
    await handle.close();
  }
  const bytes = files * sizeBytes;
  const show = (what: string, seconds: number) =>
    console.log(`${what.padEnd(28)} ${seconds.toFixed(2).padStart(8)} s  ${byteSizeText(bytes / seconds)}/s`);
  const floor = async (what: string, steps: FloorSteps) => {
    let seconds = 0;
    for (let index = 1; index <= files; index++)
      seconds += await floorSeconds(
        join(dir, 'in', `night_20250812_${index}.txt`),
        sizeBytes,
        port,
        PARTS_AT_ONCE,
        steps,
      );
    show(what, seconds);
    return seconds;
  };
  console.log(`${files} files of ${byteSizeText(sizeBytes)}, parts of 8 MiB, ${PARTS_AT_ONCE} at once`);
  await floor('floor: read', { reads: true, sums: false, sends: false });
  await floor('floor: sum', { reads: false, sums: true, sends: false });
  await floor('floor: send', { reads: false, sums: false, sends: true });
  const before = await floor('floor: read, sum and send', { reads: true, sums: true, sends: true });
  const { seconds, peakBytes, isWhole } = await connect(dir, port, files);
  show('connector', seconds);
  const after = await floor('floor: read, sum and send', { reads: true, sums: true, sends: true });
  const least = (before + after) / 2;
  console.log(
    `connector / floor            ${(seconds / least).toFixed(3)}; its memory at most ${byteSizeText(peakBytes)}`,
  );
  return isWhole ? EXIT_LOADED : EXIT_FAILED;
}

interface Measured {
  /** From the first upload to the last arrival, as the journal says. */
  seconds: number;
  peakBytes: number;
  isWhole: boolean;
}

async function connect(dir: string, port: number, files: number): Promise<Measured> {
  const config = {
    sources: [{ folder: 'in' }],
    files: [{ pattern: 'night_*', finished: { by: 'rename' } }],
    target: { bucket: 'bench', endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1' },
    stateFolder: 'state',
    upload: { partsAtOnce: PARTS_AT_ONCE, filesAtOnce: 1 },
  };
  await writeFile(join(dir, 'c.json'), JSON.stringify(config));
  const env = { ...process.env, AWS_ACCESS_KEY_ID: 'bench', AWS_SECRET_ACCESS_KEY: 'bench' };
  const words = ['connect', '--config', join(dir, 'c.json'), '--once', '--json'];
  const child = spawn(process.execPath, [PROGRAM, ...words], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  const peakBytes = await peakOf(child);
  const entries = said
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { at: string; event: string });
  const timesOf = (event: string) =>
    entries.filter((entry) => entry.event === event).map(({ at }) => Date.parse(at));
  const arrived = timesOf('arrived');
  const seconds = (Math.max(...arrived) - Math.min(...timesOf('finished'))) / 1000;
  return { seconds, peakBytes, isWhole: arrived.length === files };
}

/** The most memory that the process had at any time, as the kernel counts it. */
async function peakOf(child: ChildProcess): Promise<number> {
  let peakBytes = 0;
  while (child.exitCode === null && child.signalCode === null) {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
    peakBytes = Math.max(peakBytes, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024);
    await sleep(100);
  }
  return peakBytes;
}
