import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spreadRangeBytes } from '../../local/convert-file.ts';
import { parseByteSize } from '../../terminal/byte-size.ts';
import { isSet, runWithFlags, text, textOr, usageError } from '../../terminal/command-line.ts';
import { EXIT_LOADED } from '../../terminal/exit.ts';
import { WORKLOADS } from '../bench/workloads.ts';
import { median } from '../median.ts';
import { measureConversion, proofSecondsPerByte } from './measured-conversion.ts';
import {
  type MeasuredRun,
  modelOf,
  type SimulatedRun,
  simulateRun,
  type WorkerModel,
} from './worker-model.ts';

const COMMAND = {
  does: 'Says how much faster 1 to 16 workers convert a file, by measuring few and simulating the rest.',
  usage: 'npm run bench:workers -- [flags]',
  flags: {
    bytes: textOr('2GB', 'SIZE', 'size of the file of contracts'),
    rounds: textOr('2', 'N', 'conversions of each kind'),
    disk: text('SIZE', 'bytes a second that the disk takes; measured if not given'),
    workers: textOr('16', 'N', 'the most that are simulated'),
    dir: text('DIR', "writes its files here, and removes them; the system's temporary folder if not given"),
    json: isSet('one object'),
  },
  notes: `It converts the file with one worker in the ranges that convert chooses, and in sixteen times as many, and with two workers. From the times of
ranges with one worker it plays the queue; the conversions with two workers tell how far that is from what happens.`,
} as const;

const MORE_RANGES = 16;
const DISK_BYTES = 512 * 1024 * 1024;
/** A worker more is worth it as long as the speed of all is at least this share of that of as many single ones. */
const LINEAR_SHARE = 0.9;

interface Figures {
  measured: MeasuredRun[];
  model: WorkerModel;
  diskBytesPerSecond: number;
  simulated: SimulatedRun[];
}

await runWithFlags(COMMAND, async (flags) => {
  const rounds = wholeNumber('--rounds', flags.rounds);
  const most = wholeNumber('--workers', flags.workers);
  const dir = await mkdtemp(join(flags.dir ?? tmpdir(), 'bench-workers-'));
  try {
    const disk = flags.disk === undefined ? await diskSpeed(dir) : parseByteSize(flags.disk);
    const figures = await figuresOf(dir, parseByteSize(flags.bytes), rounds, most, disk);
    console.log(flags.json ? JSON.stringify(figures) : textOf(figures));
    return EXIT_LOADED;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

function wholeNumber(flag: string, value: string): number {
  if (/^[1-9]\d?$/.test(value)) return Number(value);
  throw usageError(`${flag} '${value}' is not a number from 1 to 99`);
}

async function figuresOf(
  dir: string,
  bytes: number,
  rounds: number,
  most: number,
  disk: number,
): Promise<Figures> {
  const workload = WORKLOADS.find(({ name }) => name === 'contracts')!;
  const path = join(dir, 'contracts.txt');
  const layoutPath = join(dir, 'contracts.json');
  const lakeDir = join(dir, 'lake');
  await writeFile(layoutPath, workload.layoutText);
  const inputBytes = await workload.write(path, bytes);
  const measured: MeasuredRun[] = [];
  const conversion = { layoutPath, path, lakeDir };
  // Not counted: it compiles what later ones find compiled, and leaves the file in memory.
  await measureConversion({ ...conversion, workers: 1 });
  for (let round = 0; round < rounds; round++) {
    measured.push(await measureConversion({ ...conversion, workers: 1 }));
    measured.push(await measureConversion({ ...conversion, workers: 2 }));
    const rangeBytes = Math.ceil(spreadRangeBytes(inputBytes, 1) / MORE_RANGES);
    measured.push(await measureConversion({ ...conversion, workers: 1, rangeBytes }));
  }
  const model = modelOf(measured, await proofSecondsPerByte(lakeDir));
  const simulated = Array.from({ length: most }, (_, index) => {
    const file = { inputBytes, rangeBytes: spreadRangeBytes(inputBytes, index + 1) };
    return simulateRun(model, file, index + 1, disk);
  });
  return { measured, model, diskBytesPerSecond: disk, simulated };
}

/** Bytes a second that the disk takes from one who waits for it. */
async function diskSpeed(dir: string): Promise<number> {
  const path = join(dir, 'disk.bin');
  const piece = Buffer.alloc(4 * 1024 * 1024, 'positional');
  const handle = await open(path, 'w');
  const startedAt = performance.now();
  for (let at = 0; at < DISK_BYTES; at += piece.length) await handle.write(piece, 0, piece.length, at);
  await handle.sync();
  const seconds = (performance.now() - startedAt) / 1000;
  await handle.close();
  await rm(path);
  return DISK_BYTES / seconds;
}

function textOf({ measured, model, diskBytesPerSecond, simulated }: Figures): string {
  const [one] = simulated;
  const seconds = (value: number) => value.toFixed(2).padStart(9);
  const lines = [
    `${(measured[0]!.inputBytes / 1e9).toFixed(1)} GB; ranges at ${(1e-6 / model.taskSecondsPerByte).toFixed(0)} MB/s and ${model.taskSeconds.toFixed(2)} s each; ` +
      `${model.beforeSeconds.toFixed(2)} s before the first, ${model.afterSeconds.toFixed(2)} s and ${(model.afterSecondsPerFile * 1000).toFixed(1)} ms a file after the last; ` +
      `a thread takes ${model.threadSeconds.toFixed(2)} s to begin; the disk ${(diskBytesPerSecond / 1e6).toFixed(0)} MB/s`,
    'workers  ranges  seconds  ÷ one  of ideal   alone    disk    idle',
    ...simulated.map(({ workers, ranges, wallSeconds, serialSeconds, diskSeconds, idleSeconds }) => {
      const faster = one!.wallSeconds / wallSeconds;
      const ideal = `${((100 * faster) / workers).toFixed(0)} %`;
      return (
        `${String(workers).padStart(7)}${String(ranges).padStart(8)}${seconds(wallSeconds)}${faster.toFixed(2).padStart(7)}${ideal.padStart(10)}` +
        `${serialSeconds.toFixed(2).padStart(8)}${diskSeconds.toFixed(2).padStart(8)}${idleSeconds.toFixed(2).padStart(8)}`
      );
    }),
    ...checks(measured, simulated),
  ];
  const linear = simulated.filter(
    ({ workers, wallSeconds }) => one!.wallSeconds / wallSeconds >= workers * LINEAR_SHARE,
  );
  lines.push(
    `Linear (${LINEAR_SHARE * 100} % of ideal) up to ${linear.at(-1)?.workers ?? 0} workers. Alone: seconds of the main thread while no range is converted. ` +
      'Disk and idle: seconds of all workers together that they waited for the disk, or had nothing left to do.',
  );
  return lines.join('\n');
}

/** The simulation beside what was measured: with one worker it must agree, with two it shows what it does not know. */
function checks(measured: readonly MeasuredRun[], simulated: readonly SimulatedRun[]): string[] {
  return [1, 2].flatMap((workers) => {
    const played = simulated[workers - 1];
    const runs = measured.filter((run) => run.workers === workers && run.tasks.length === played?.ranges);
    if (!played || runs.length === 0) return [];
    const wall = median(runs.map(({ wallSeconds }) => wallSeconds));
    const off = (100 * (played.wallSeconds - wall)) / wall;
    return [
      `measured with ${workers}: ${wall.toFixed(2)} s, simulated ${played.wallSeconds.toFixed(2)} s (${off >= 0 ? '+' : ''}${off.toFixed(0)} %)`,
    ];
  });
}
