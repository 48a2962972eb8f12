import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { OutputUnwritable, UsageError } from '../../shared/errors.ts';
import { parseByteSize } from '../../terminal/byte-size.ts';
import { EXIT_FAILED, EXIT_LOADED, runCommand } from '../../terminal/exit.ts';
import { type BenchOptions, benchWorkload, OutputsDiffer } from './bench-workload.ts';
import { CONTESTANTS } from './contestants.ts';
import { ratiosOf } from './ratios.ts';
import { reportText } from './report.ts';
import { WORKLOADS } from './workloads.ts';

const HELP = `npm run bench -- [flags]    our kernel and conversion beside others, on the same file in one run

  --workload NAME…   ${WORKLOADS.map(({ name }) => name).join(', ')}; all without it
  --bytes SIZE       size of each workload's file, such as 500MB
  --rounds N         timed rounds, 3 without it; medians are shown
  --only TEXT…       contestants whose name contains it: ${CONTESTANTS.join('; ')}
  --dir DIR          where its files go and are removed from; the system's temporary folder without it
  --json             one object a workload

Contestants take turns. What each writes is compared before its time counts; where two differ, it ends with 1.`;

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      workload: { type: 'string', multiple: true },
      bytes: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      only: { type: 'string', multiple: true },
      dir: { type: 'string', default: tmpdir() },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(HELP);
    return EXIT_LOADED;
  }
  const names = WORKLOADS.map(({ name }) => name);
  for (const name of values.workload ?? []) known('--workload', name, names, names.includes(name));
  for (const text of values.only ?? []) {
    known(
      '--only',
      text,
      CONTESTANTS,
      CONTESTANTS.some((name) => name.includes(text)),
    );
  }
  if (!/^[1-9]\d?$/.test(values.rounds)) {
    throw new UsageError({ what: `--rounds '${values.rounds}' is no number from 1 to 99` });
  }
  const options: BenchOptions = {
    bytes: values.bytes === undefined ? undefined : parseByteSize(values.bytes),
    rounds: Number(values.rounds),
    only: values.only,
    progress: (line) => process.stderr.isTTY && process.stderr.write(`\r\x1b[K${line}`),
  };
  const scratch = await mkdtemp(join(values.dir, 'bench-')).catch((cause) => {
    throw new OutputUnwritable({
      what: 'no folder can be made here',
      where: values.dir,
      next: 'Name a folder that exists and can be written with --dir.',
      cause,
    });
  });
  try {
    for (const workload of WORKLOADS) {
      if (values.workload && !values.workload.includes(workload.name)) continue;
      const dir = join(scratch, workload.name);
      const result = await benchWorkload(workload, dir, options);
      await rm(dir, { recursive: true, force: true });
      if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
      console.log(
        values.json ? JSON.stringify({ ...result, ratios: ratiosOf(result) }) : `\n${reportText(result)}`,
      );
    }
    return EXIT_LOADED;
  } catch (error) {
    if (!(error instanceof OutputsDiffer)) throw error;
    console.error(`\n${error.message}`);
    return EXIT_FAILED;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
});

function known(flag: string, value: string, valid: string[], isKnown: boolean): void {
  if (isKnown) return;
  throw new UsageError({
    what: `${flag} '${value}' is none of those there are`,
    next: `Valid: ${valid.join('; ')}.`,
  });
}
