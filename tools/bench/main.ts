import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startUrl } from '../../local/start-bundle.ts';
import { OutputUnwritable } from '../../shared/errors.ts';
import { parseByteSize } from '../../terminal/byte-size.ts';
import { isSet, runWithFlags, text, textOr, texts, usageError } from '../../terminal/command-line.ts';
import { EXIT_FAILED, EXIT_LOADED } from '../../terminal/exit.ts';
import type { FlagValues } from '../../terminal/parse-flags.ts';
import { type BenchOptions, benchWorkload } from './bench-workload.ts';
import { OutputsDiffer } from './compare-outputs.ts';
import { CONTESTANTS } from './contestants.ts';
import { ratiosOf } from './ratios.ts';
import { reportText } from './report.ts';
import type { Workload } from './workload.ts';
import { WORKLOADS } from './workloads.ts';

const NAMES = WORKLOADS.map(({ name }) => name);

const COMMAND = {
  does: 'Compares our kernel and conversion with others, on the same file in one run.',
  usage: 'npm run bench -- [flags]',
  flags: {
    workload: texts('NAME', `${NAMES.join(', ')}; all if not given`),
    bytes: text('SIZE', "size of each workload's file, such as 500MB"),
    rounds: textOr('3', 'N', 'timed rounds; the table shows medians'),
    only: texts('TEXT', `contestants whose name contains TEXT: ${CONTESTANTS.join('; ')}`),
    dir: text('DIR', "writes its files here, and removes them; the system's temporary folder if not given"),
    json: isSet('one object per workload'),
  },
  notes:
    'Contestants take turns. Before anything is timed, their outputs are compared; if two differ, the bench exits with 1.',
} as const;
type Flags = FlagValues<typeof COMMAND.flags>;

const CONVERT = new URL('../../cli/convert-command.ts', import.meta.url);

await runWithFlags(COMMAND, async (flags) => {
  const options = optionsOf(flags);
  const workloads = WORKLOADS.filter(({ name }) => !flags.workload || flags.workload.includes(name));
  const scratchDir = await makeScratch(flags.dir ?? tmpdir());
  if (startUrl(CONVERT).href === CONVERT.href)
    console.error(
      'A source has changed since the last install, so conversions start slower: npm run prepare',
    );
  try {
    for (const workload of workloads) await benchAndPrint(workload, scratchDir, options, flags.json === true);
    return EXIT_LOADED;
  } catch (error) {
    if (!(error instanceof OutputsDiffer)) throw error;
    console.error(`\n${error.message}`);
    return EXIT_FAILED;
  } finally {
    await rm(scratchDir, { recursive: true, force: true });
  }
});

function optionsOf({ workload = [], only, rounds, bytes }: Flags): BenchOptions {
  for (const name of workload) expectKnown('--workload', name, NAMES, NAMES.includes(name));
  for (const text of only ?? []) {
    const isKnown = CONTESTANTS.some((name) => name.includes(text));
    expectKnown('--only', text, CONTESTANTS, isKnown);
  }
  if (!/^[1-9]\d?$/.test(rounds)) {
    throw usageError(`--rounds '${rounds}' is not a number from 1 to 99`);
  }
  return {
    bytes: bytes === undefined ? undefined : parseByteSize(bytes),
    rounds: Number(rounds),
    only,
    progress: (line) => process.stderr.isTTY && process.stderr.write(`\r\x1b[K${line}`),
  };
}

function expectKnown(flag: string, value: string, valid: string[], isKnown: boolean): void {
  if (isKnown) return;
  throw usageError(`${flag} '${value}' is unknown`, `Valid: ${valid.join('; ')}`);
}

async function makeScratch(dir: string): Promise<string> {
  try {
    return await mkdtemp(join(dir, 'bench-'));
  } catch (cause) {
    throw new OutputUnwritable({
      what: 'no folder can be made here',
      where: dir,
      next: 'Name a writable folder with --dir.',
      cause,
    });
  }
}

async function benchAndPrint(
  workload: Workload,
  scratchDir: string,
  options: BenchOptions,
  asJson: boolean,
): Promise<void> {
  const dir = join(scratchDir, workload.name);
  const result = await benchWorkload(workload, dir, options);
  await rm(dir, { recursive: true, force: true });
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  console.log(asJson ? JSON.stringify({ ...result, ratios: ratiosOf(result) }) : `\n${reportText(result)}`);
}
