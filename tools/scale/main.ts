import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../shared/errors.ts';
import { isSet, runWithFlags, text, textOr } from '../../terminal/command-line.ts';
import { EXIT_FAILED, EXIT_LOADED } from '../../terminal/exit.ts';
import { writeLargeLake } from './large-lake.ts';
import { convertLargeLake, secondsSince, timeCommands } from './timed-commands.ts';

const COMMAND = {
  does: 'Times the commands of the person on call on a large lake.',
  usage: 'npm run scale -- [flags]',
  flags: {
    days: textOr('250', 'N', 'business dates of the lake'),
    files: textOr('200', 'N', 'files of each date'),
    dir: text('DIR', "writes the lake here, and removes it; the system's temporary folder if not given"),
    convert: isSet(
      'makes it by the command convert, day by day, which is timed; else it is written, which takes far less time',
    ),
    keep: isSet('does not remove it'),
  },
  notes: 'What each command shows is checked; if it is wrong, the exit code is 1.',
} as const;

await runWithFlags(COMMAND, async (flags) => {
  const size = { days: countOf('--days', flags.days), filesPerDay: countOf('--files', flags.files) };
  const dir = await mkdtemp(join(flags.dir ?? tmpdir(), 'scale-'));
  const lakeDir = join(dir, 'lake');
  try {
    const startedAt = performance.now();
    if (flags.convert) await convertLargeLake(lakeDir, size);
    else await writeLargeLake(lakeDir, size);
    console.log(
      `${size.days * size.filesPerDay} runs of ${size.days} days in ${lakeDir}, written in ${secondsSince(startedAt)}`,
    );
    return (await timeCommands(lakeDir, size)) ? EXIT_LOADED : EXIT_FAILED;
  } finally {
    if (!flags.keep) await rm(dir, { recursive: true, force: true });
  }
});

function countOf(flag: string, value: string): number {
  if (/^[1-9]\d{0,5}$/.test(value)) return Number(value);
  throw new UsageError({ what: `${flag} '${value}' is not a number from 1 to 999999` });
}
