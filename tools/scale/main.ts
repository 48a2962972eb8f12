import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readCatalog } from '../../local/adapters/read-catalog.ts';
import { UsageError } from '../../shared/errors.ts';
import type { DayStatus } from '../../shared/pipeline/operate/day-status.ts';
import type { CleanReport } from '../../shared/pipeline/operate/removals.ts';
import type { DayOutcome } from '../../shared/pipeline/publish/publish-day.ts';
import { EXIT_FAILED, EXIT_LOADED, runCommand } from '../../terminal/exit.ts';
import { DATASET, dateOf, FILE_ROWS, type LakeSize, writeLargeLake } from './large-lake.ts';

const HELP = `npm run scale -- [flags]    times the commands of the person on call on a large lake

  --days N    business dates of the lake, 250 if not given
  --files N   files of each date, 200 if not given
  --dir DIR   writes the lake here, and removes it; the system's temporary folder if not given
  --keep      does not remove it

What each command shows is checked; if it is wrong, the exit code is 1.`;

const FLAGS = {
  days: { type: 'string', default: '250' },
  files: { type: 'string', default: '200' },
  dir: { type: 'string', default: tmpdir() },
  keep: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

const PROGRAM_FILE = resolve(import.meta.dirname, '../../bin/positional-lake.mjs');

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
    await writeLargeLake(lakeDir, size);
    console.log(
      `${size.days * size.filesPerDay} runs of ${size.days} days in ${lakeDir}, written in ${secondsSince(startedAt)}`,
    );
    return (await timeCommands(lakeDir, size)) ? EXIT_LOADED : EXIT_FAILED;
  } finally {
    if (!flags.keep) await rm(dir, { recursive: true, force: true });
  }
});

/** Runs each command once, checks what it shows, and prints its time. Answers false if one was wrong. */
async function timeCommands(lakeDir: string, { days, filesPerDay }: LakeSize): Promise<boolean> {
  const runCount = days * filesPerDay;
  const lastDay = { dataset: DATASET, businessDate: dateOf(days - 1) };
  const problems: string[] = [];
  const time = <T>(name: string, args: string[], check: (printed: T) => boolean) => {
    const startedAt = performance.now();
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [PROGRAM_FILE, name, '--lake', lakeDir, ...args, '--json'],
      { encoding: 'utf8', maxBuffer: 2 ** 30 },
    );
    const seconds = secondsSince(startedAt);
    const isRight = status === 0 && check(stdout === '' ? undefined : JSON.parse(stdout));
    if (!isRight) problems.push(`${name} ${args.join(' ')}: exit code ${status} ${stderr}`);
    console.log(`${[name, ...args].join(' ').padEnd(56)} ${seconds}${isRight ? '' : ' WRONG'}`);
  };
  const isWhole = ({ dataset, businessDate, counts, totals, published }: DayStatus) =>
    dataset === lastDay.dataset &&
    businessDate === lastDay.businessDate &&
    counts.loaded === filesPerDay &&
    totals.rows === filesPerDay * FILE_ROWS &&
    published?.files === filesPerDay;
  const isSound = ({ damaged, notes }: { damaged: number; notes: number }) => damaged + notes === 0;
  const [, month, day] = lastDay.businessDate.split('-');
  time('status', [], isWhole);
  time('publish', ['--business-date', lastDay.businessDate], ({ commit }: DayOutcome) => commit === 1);
  time('rejects', ['--business-date', lastDay.businessDate], (printed) => printed === undefined);
  time(
    'query',
    [`SELECT count(*) AS n FROM ${DATASET} WHERE day = '${day}' AND month = '${month}'`],
    (row: { n: number }) => row.n > 0,
  );
  time(
    'query',
    ["SELECT count(*) AS n FROM ledger WHERE state = 'loaded'"],
    (row: { n: number }) => row.n === runCount,
  );
  time('verify', ['--quick'], isSound);
  time('verify', [], isSound);
  const everyRun = ({ removed, failed }: CleanReport) =>
    failed.length === 0 && removed.filter(({ what }) => what === 'run').length === runCount;
  time('clean', ['--older-than', '0', '--dry-run'], everyRun);
  time('clean', ['--older-than', '0'], everyRun);
  time(
    'clean',
    ['--older-than', '0'],
    ({ removed, kept }: CleanReport) => removed.length + kept.length === 0,
  );
  time('status', [], isWhole);
  const left = await readdir(join(lakeDir, 'runs'), { recursive: true }).catch(() => []);
  if (left.length > 0) problems.push(`clean left ${left.length} objects and folders below runs/`);
  if (!(await isReadable(lakeDir, runCount))) problems.push('the catalog names files that are not there');
  for (const problem of problems) console.error(problem);
  return problems.length === 0;
}

/** Does the catalog name one file for each run, all of them there? */
async function isReadable(lakeDir: string, runCount: number): Promise<boolean> {
  const files = (await readCatalog(lakeDir, async (_tables, read) => read())).flatMap(({ partitions }) =>
    partitions.flatMap((partition) => partition.files),
  );
  for (const key of files) await stat(join(lakeDir, 'processed', key));
  return files.length === runCount;
}

function countOf(flag: string, value: string): number {
  if (/^[1-9]\d{0,5}$/.test(value)) return Number(value);
  throw new UsageError({ what: `${flag} '${value}' is not a number from 1 to 999999` });
}

function secondsSince(startedAt: number): string {
  return `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
}
