import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { UsageError } from '../../shared/errors.ts';
import { EXIT_FAILED, EXIT_LOADED, runCommand } from '../../terminal/exit.ts';
import { writeLargeLake } from './large-lake.ts';
import { convertLargeLake, secondsSince, timeCommands } from './timed-commands.ts';

const HELP = `npm run scale -- [flags]    times the commands of the person on call on a large lake

  --days N    business dates of the lake, 250 if not given
  --files N   files of each date, 200 if not given
  --dir DIR   writes the lake here, and removes it; the system's temporary folder if not given
  --convert   makes it by the command convert, day by day, which is timed; else it is written, which takes far less time
  --keep      does not remove it

What each command shows is checked; if it is wrong, the exit code is 1.`;

const FLAGS = {
  days: { type: 'string', default: '250' },
  files: { type: 'string', default: '200' },
  dir: { type: 'string', default: tmpdir() },
  convert: { type: 'boolean' },
  keep: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

await runCommand(async () => {
  const { values: flags } = parseArgs({ options: FLAGS });
  if (flags.help) {
    console.log(HELP);
    return EXIT_LOADED;
  }
  const size = { days: countOf('--days', flags.days), filesPerDay: countOf('--files', flags.files) };
  const dir = await mkdtemp(join(flags.dir, 'scale-'));
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
