import { spawnSync } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readCatalog } from '../../local/adapters/read-catalog.ts';
import { dayPath } from '../../shared/keys/business-date.ts';
import type { DayStatus } from '../../shared/pipeline/operate/day-status.ts';
import type { CleanReport } from '../../shared/pipeline/operate/removals.ts';
import type { DayOutcome } from '../../shared/pipeline/publish/publish-day.ts';
import { EXIT_LOADED } from '../../terminal/exit.ts';
import { DATASET, dateOf, FILE_ROWS, type LakeSize, writeSources } from './large-lake.ts';

const PROGRAM_FILE = resolve(import.meta.dirname, '../../bin/positional-lake.mjs');

/** Converts the files of each day by one command. */
export async function convertLargeLake(lakeDir: string, { days, filesPerDay }: LakeSize): Promise<void> {
  for (let day = 0; day < days; day++) {
    const { layout, inputs } = await writeSources(`${lakeDir}.sources`, dateOf(day), filesPerDay);
    const timed = timeCommand('convert', lakeDir, [
      ...[
        '--layout',
        layout,
        '--expected-files',
        String(filesPerDay),
        ...inputs.flatMap((path) => ['--input', path]),
      ],
    ]);
    console.log(`${`convert, ${filesPerDay} files`.padEnd(56)} ${timed.seconds}`);
    if (timed.status !== EXIT_LOADED) throw new Error(`convert ended with ${timed.status}: ${timed.stderr}`);
  }
}

function timeCommand(name: string, lakeDir: string, args: string[]) {
  const startedAt = performance.now();
  const flag = name === 'convert' ? '--out' : '--lake';
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [PROGRAM_FILE, name, flag, lakeDir, ...args, '--json'],
    { encoding: 'utf8', maxBuffer: 2 ** 30 },
  );
  return { seconds: secondsSince(startedAt), status, stdout, stderr };
}

/** Runs each command once, checks what it shows, and prints its time. Answers false if one was wrong. */
export async function timeCommands(lakeDir: string, { days, filesPerDay }: LakeSize): Promise<boolean> {
  const runCount = days * filesPerDay;
  const lastDate = dateOf(days - 1);
  const ofDay = ['--business-date', lastDate];
  const problems: string[] = [];
  /** `check` gets what was printed: an object, or a line for each. */
  const time = <T>(name: string, args: string[], check: (printed: T) => boolean) => {
    const { seconds, status, stdout, stderr } = timeCommand(name, lakeDir, args);
    const lines = stdout.split('\n').filter((line) => line !== '');
    const printed =
      lines.length > 1 ? lines.map((line) => JSON.parse(line)) : lines[0] && JSON.parse(lines[0]);
    const isRight = status === 0 && check(printed);
    if (!isRight) problems.push(`${name} ${args.join(' ')}: exit code ${status} ${stderr}`);
    console.log(`${[name, ...args].join(' ').padEnd(72)} ${seconds}${isRight ? '' : ' WRONG'}`);
  };
  const isWhole = (files: number) => (status: DayStatus) =>
    status.dataset === DATASET &&
    status.businessDate === lastDate &&
    status.counts.loaded === files &&
    status.totals.rows === files * FILE_ROWS &&
    status.published?.files === files;
  const isSound = ({ damaged, notes }: { damaged: number; notes: number }) => damaged + notes === 0;
  const has = (n: number) => (row: { n: number }) => row.n === n;
  const [year, month, day] = lastDate.split('-');
  time('status', [], isWhole(filesPerDay));
  time('status', ofDay, isWhole(filesPerDay));
  time<DayStatus[] | DayStatus>('status', ['--all'], (all) => [all].flat().length === days);
  time<{ commits: unknown[] }>('history', [], ({ commits }) => commits.length === days);
  time('publish', ofDay, ({ commit }: DayOutcome) => commit === 1);
  time('rejects', ofDay, (printed) => printed === undefined);
  time<{ businessDate: string }>('report', ofDay, ({ businessDate }) => businessDate === lastDate);
  time<{ month: string }>(
    'report',
    ['--month', `${year}-${month}`],
    (report) => report.month === `${year}-${month}`,
  );
  const where = `year = '${year}' AND month = '${month}' AND day = '${day}'`;
  time('query', [`SELECT count(*) AS n FROM ${DATASET} WHERE ${where}`], has(filesPerDay * FILE_ROWS));
  time('query', [`SELECT count(*) AS n FROM ${DATASET}_days`], has(days));
  time('query', ["SELECT count(*) AS n FROM ledger WHERE state = 'loaded'"], has(runCount));
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
  time('status', [], isWhole(filesPerDay));
  const below = await readdir(join(lakeDir, 'runs'), { recursive: true }).catch(() => []);
  // What conversions told of their times stays.
  const left = below.filter((name) => !name.endsWith('.jsonl'));
  if (left.length > 0) problems.push(`clean left ${left.length} objects and folders below runs/`);
  if (!(await isReadable(lakeDir, runCount))) problems.push('the catalog names files that are not there');
  if (filesPerDay > 1) {
    const taken = (printed: { commit: number }) => printed.commit === 2;
    const file = await aFileOf(lakeDir, lastDate);
    time('rollback', [...ofDay, '--file', file, '--remove', '--reason', 'bench'], taken);
    time(
      'query',
      [`SELECT count(*) AS n FROM ${DATASET} WHERE ${where}`],
      has((filesPerDay - 1) * FILE_ROWS),
    );
  }
  for (const problem of problems) console.error(problem);
  return problems.length === 0;
}

/** The name of a source file of the date. */
async function aFileOf(lakeDir: string, date: string): Promise<string> {
  const names = await readdir(join(lakeDir, 'ledger', DATASET, dayPath(date)));
  const entry = names.find((name) => name.startsWith('lot'));
  return `${entry?.slice(0, entry.lastIndexOf('-'))}.txt`;
}

/** Does the catalog name one file for each run, all of them there? */
async function isReadable(lakeDir: string, runCount: number): Promise<boolean> {
  const files = (await readCatalog(lakeDir, async (_tables, read) => read())).flatMap(({ partitions }) =>
    partitions.flatMap((partition) => partition.files),
  );
  for (const key of files) await stat(join(lakeDir, 'processed', key));
  return files.length === runCount;
}

export function secondsSince(startedAt: number): string {
  return `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
}
