import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { byteSizeText, parseByteSize } from '../../terminal/byte-size.ts';
import { runWithFlags, textOr, wholeNumber } from '../../terminal/command-line.ts';
import { EXIT_FAILED, EXIT_LOADED } from '../../terminal/exit.ts';
import { endServer } from '../servers/child-server.ts';
import { type FloorSteps, floorSeconds } from './floor.ts';
import { runConnector } from './measured-child.ts';

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

/** What some bytes cost: on a busy machine time says little, and CPU says more. */
interface Cost {
  seconds: number;
  cpuSeconds: number;
}

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
  const show = (what: string, { seconds, cpuSeconds }: Cost) =>
    console.log(
      `${what.padEnd(28)} ${seconds.toFixed(2).padStart(8)} s  ${byteSizeText(bytes / seconds)}/s  ${cpuSeconds.toFixed(2).padStart(7)} s of CPU`,
    );
  const floor = async (what: string, steps: FloorSteps) => {
    const before = process.cpuUsage();
    let seconds = 0;
    for (let index = 1; index <= files; index++)
      seconds += await floorSeconds(
        join(dir, 'in', `night_20250812_${index}.txt`),
        sizeBytes,
        port,
        PARTS_AT_ONCE,
        steps,
      );
    const { user, system } = process.cpuUsage(before);
    const cost = { seconds, cpuSeconds: (user + system) / 1e6 };
    show(what, cost);
    return cost;
  };
  console.log(`${files} files of ${byteSizeText(sizeBytes)}, parts of 8 MiB, ${PARTS_AT_ONCE} at once`);
  await floor('floor: read', { reads: true, sums: false, sends: false });
  await floor('floor: sum', { reads: false, sums: true, sends: false });
  await floor('floor: send', { reads: false, sums: false, sends: true });
  const before = await floor('floor: read, sum and send', { reads: true, sums: true, sends: true });
  const measured = await runConnector(dir, port, files, PARTS_AT_ONCE);
  show('connector', measured);
  const after = await floor('floor: read, sum and send', { reads: true, sums: true, sends: true });
  const ratio = (what: keyof Cost) => (measured[what] / ((before[what] + after[what]) / 2)).toFixed(3);
  console.log(
    `connector / floor            ${ratio('seconds')} in time, ${ratio('cpuSeconds')} in CPU; its memory at most ${byteSizeText(measured.peakBytes)}`,
  );
  return measured.isWhole ? EXIT_LOADED : EXIT_FAILED;
}
