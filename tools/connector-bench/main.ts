import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { byteSizeText, parseByteSize } from '../../terminal/byte-size.ts';
import { isSet, runWithFlags, textOr, wholeNumber } from '../../terminal/command-line.ts';
import { EXIT_FAILED, EXIT_LOADED } from '../../terminal/exit.ts';
import { endsWithUs } from '../bound-child.ts';
import { median } from '../median.ts';
import { endServer } from '../servers/child-server.ts';
import { type FloorSteps, floorSeconds } from './floor.ts';
import { CONNECTOR_FLAG, runConnector } from './measured-child.ts';

const SINK = fileURLToPath(new URL('./sink-server.ts', import.meta.url));
const PARTS_AT_ONCE = 4;

const COMMAND = {
  does: 'Sends large sparse files with the connector to a server on this host that keeps nothing, and compares time and memory with the least that must be done.',
  usage: 'npm run bench:connector -- [flags]',
  flags: {
    files: textOr('2', 'N', 'how many files'),
    size: textOr('2GB', 'SIZE', 'of each file; they are sparse, so the disk needs no room'),
    rounds: textOr('3', 'N', 'how often floor and connector take turns; what counts is the median'),
    'no-flag': isSet('with --memory: without the flag that its unit gives to Node'),
    memory: isSet('only the connector, once: its peak of memory'),
  },
  notes: 'Floor and connector take turns, each with the same number of parts at once.',
} as const;

/** What some bytes cost: on a busy machine time says little, and CPU says more. */
interface Cost {
  seconds: number;
  cpuSeconds: number;
}

await runWithFlags(COMMAND, async (values) => {
  const [files, sizeBytes] = [wholeNumber('--files', values.files), parseByteSize(values.size)];
  const dir = await mkdtemp(join(tmpdir(), 'connector-bench-'));
  const sink = endsWithUs(spawn(process.execPath, [SINK], { stdio: ['ignore', 'pipe', 'inherit'] }));
  try {
    const [line] = (await once(sink.stdout, 'data')) as [Buffer];
    const port = Number(line.toString());
    await makeFiles(dir, files, sizeBytes);
    if (values.memory) {
      const flags = values['no-flag'] ? [] : [CONNECTOR_FLAG];
      return await measureMemory(dir, { files, sizeBytes, rounds: 1 }, port, flags);
    }
    return await measure(dir, { files, sizeBytes, rounds: wholeNumber('--rounds', values.rounds) }, port);
  } finally {
    await endServer(sink, 2_000);
    await rm(dir, { recursive: true, force: true });
  }
});

async function makeFiles(dir: string, files: number, sizeBytes: number): Promise<void> {
  await mkdir(join(dir, 'in'));
  for (let index = 1; index <= files; index++) {
    const handle = await open(fileOf(dir, index), 'w');
    await handle.truncate(sizeBytes);
    await handle.close();
  }
}

function fileOf(dir: string, index: number): string {
  return join(dir, 'in', `night_20250812_${index}.txt`);
}

async function measureMemory(
  dir: string,
  { files, sizeBytes }: Amount,
  port: number,
  flags: string[],
): Promise<number> {
  const measured = await runConnector(dir, port, files, PARTS_AT_ONCE, flags);
  console.log(
    `${files} files of ${byteSizeText(sizeBytes)}: at most ${byteSizeText(measured.peakBytes)} (VmHWM), in ${measured.seconds.toFixed(1)} s`,
  );
  return measured.isWhole ? EXIT_LOADED : EXIT_FAILED;
}

interface Amount {
  files: number;
  sizeBytes: number;
  rounds: number;
}

async function measure(dir: string, { files, sizeBytes, rounds }: Amount, port: number): Promise<number> {
  const bytes = files * sizeBytes;
  const show = (what: string, { seconds, cpuSeconds }: Cost) =>
    console.log(
      `${what.padEnd(28)} ${seconds.toFixed(2).padStart(8)} s  ${byteSizeText(bytes / seconds)}/s  ${cpuSeconds.toFixed(2).padStart(7)} s of CPU`,
    );
  const floor = async (what: string, steps: FloorSteps) => {
    const before = process.cpuUsage();
    let seconds = 0;
    for (let index = 1; index <= files; index++)
      seconds += await floorSeconds(fileOf(dir, index), sizeBytes, port, PARTS_AT_ONCE, steps);
    const { user, system } = process.cpuUsage(before);
    const cost = { seconds, cpuSeconds: (user + system) / 1e6 };
    show(what, cost);
    return cost;
  };
  console.log(`${files} files of ${byteSizeText(sizeBytes)}, parts of 8 MiB, ${PARTS_AT_ONCE} at once`);
  await floor('not counted: a first read', { reads: true, sums: false, sends: false });
  await floor('floor: read', { reads: true, sums: false, sends: false });
  await floor('floor: sum', { reads: false, sums: true, sends: false });
  await floor('floor: send', { reads: false, sums: false, sends: true });
  const floors: Cost[] = [];
  const connectors: Awaited<ReturnType<typeof runConnector>>[] = [];
  for (let round = 0; round < rounds; round++) {
    floors.push(await floor('floor: read, sum and send', { reads: true, sums: true, sends: true }));
    await rm(join(dir, 'state'), { recursive: true, force: true });
    connectors.push(await runConnector(dir, port, files, PARTS_AT_ONCE, [CONNECTOR_FLAG]));
    show('connector', connectors.at(-1)!);
  }
  const ratio = (what: keyof Cost) =>
    (median(connectors.map((one) => one[what])) / median(floors.map((one) => one[what]))).toFixed(3);
  const peakBytes = Math.max(...connectors.map((one) => one.peakBytes));
  console.log(
    `connector / floor            ${ratio('seconds')} in time, ${ratio('cpuSeconds')} in CPU; its memory at most ${byteSizeText(peakBytes)}`,
  );
  return connectors.every(({ isWhole }) => isWhole) ? EXIT_LOADED : EXIT_FAILED;
}
