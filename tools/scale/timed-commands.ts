import { readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { readCatalog } from '../../local/adapters/read-catalog.ts';
import { dayPath } from '../../shared/keys/business-date.ts';
import type { DayStatus } from '../../shared/pipeline/operate/day-status.ts';
import type { CleanReport } from '../../shared/pipeline/operate/removals.ts';
import type { DayOutcome } from '../../shared/pipeline/publish/publish-day.ts';
import { EXIT_LOADED } from '../../terminal/exit.ts';
import { DATASET, dateOf, FILE_ROWS, type LakeSize, writeSources } from './large-lake.ts';
import { type MeasuredCommand, measureCommand } from './measured-command.ts';

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
    console.log(lineOf(`convert, ${filesPerDay} files`, timed));
    if (timed.status !== EXIT_LOADED) throw new Error(`convert ended with ${timed.status}: ${timed.stderr}`);
  }
}

function timeCommand(name: string, lakeDir: string, args: string[]): MeasuredCommand {
  return measureCommand([name, name === 'convert' ? '--out' : '--lake', lakeDir, ...args, '--json']);
}

const WIDTH = 88;

/** Processors, memory and the clock, as one line of the table. */
function lineOf(what: string, { processorMs, memoryKb, clockMs }: MeasuredCommand): string {
  const inSeconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`.padStart(8);
  const memory = `${Math.round(memoryKb / 1024)} MB`.padStart(9);
  return `${what.padEnd(WIDTH)}${inSeconds(processorMs)}${memory}${inSeconds(clockMs)}`;
}

/** Runs a command, checks what it printed (an object, or a list of those of several lines), and prints its time. */
type Time = <T>(name: string, args: string[], check: (printed: T) => boolean) => void;

/** Runs each command once. Answers false if one showed something wrong. */
export async function timeCommands(lakeDir: string, size: LakeSize): Promise<boolean> {
  const problems: string[] = [];
  const time: Time = (name, args, check) => {
    const timed = timeCommand(name, lakeDir, args);
    const { status, stdout, stderr } = timed;
    const lines = stdout.split('\n').filter((line) => line !== '');
    const printed =
      lines.length > 1 ? lines.map((line) => JSON.parse(line)) : lines[0] && JSON.parse(lines[0]);
    const isRight = status === 0 && check(printed);
    if (!isRight) problems.push(`${name} ${args.join(' ')}: exit code ${status} ${stderr}`);
    console.log(`${lineOf([name, ...args].join(' '), timed)}${isRight ? '' : ' WRONG'}`);
  };
  console.log(`${''.padEnd(WIDTH)}   processors   memory   clock`);
  timeLooks(time, size);
  await timeRepair(time, lakeDir, size);
  await timeCleaning(time, lakeDir, size, problems);
  if (size.filesPerDay > 1) await timeRollback(time, lakeDir, size);
  for (const problem of problems) console.error(problem);
  return problems.length === 0;
}

/** The flags and the condition of the last day. */
function lastDay({ days }: LakeSize) {
  const date = dateOf(days - 1);
  const [year, month, day] = date.split('-');
  const where = `year = '${year}' AND month = '${month}' AND day = '${day}'`;
  const ofRows = `SELECT count(*) AS n FROM ${DATASET} WHERE ${where}`;
  return { date, month: `${year}-${month}`, ofDay: ['--business-date', date], ofRows };
}

const has = (n: number) => (row: { n: number }) => row.n === n;

function isWhole(size: LakeSize): (status: DayStatus) => boolean {
  const files = size.filesPerDay;
  return ({ dataset, businessDate, counts, totals, published }) =>
    dataset === DATASET &&
    businessDate === lastDay(size).date &&
    counts.loaded === files &&
    totals.rows === files * FILE_ROWS &&
    published?.files === files;
}

function timeLooks(time: Time, size: LakeSize): void {
  const { days, filesPerDay } = size;
  const { date, month, ofDay, ofRows } = lastDay(size);
  time('status', [], isWhole(size));
  time('status', ofDay, isWhole(size));
  time<DayStatus[] | DayStatus>('status', ['--all'], (all) => [all].flat().length === days);
  time<{ commits: unknown[] }>('history', [], ({ commits }) => commits.length === days);
  time('publish', ofDay, ({ commit }: DayOutcome) => commit === 1);
  time('rejects', ofDay, (printed) => printed === undefined);
  time<{ businessDate: string }>('report', ofDay, ({ businessDate }) => businessDate === date);
  time<{ month: string }>('report', ['--month', month], (report) => report.month === month);
  time('query', [ofRows], has(filesPerDay * FILE_ROWS));
  time('query', [`SELECT count(*) AS n FROM ${DATASET}`], has(days * filesPerDay * FILE_ROWS));
  time('query', [`SELECT count(*) AS n FROM ${DATASET}_days`], has(days));
  time('query', ["SELECT count(*) AS n FROM ledger WHERE state = 'loaded'"], has(days * filesPerDay));
  const isSound = ({ damaged, notes }: { damaged: number; notes: number }) => damaged + notes === 0;
  time('verify', ['--quick'], isSound);
  time('verify', [], isSound);
}

/** Repairs a lake in which a document of the last day lost its last byte. */
async function timeRepair(time: Time, lakeDir: string, { days }: LakeSize): Promise<void> {
  const isWhole = ({ done, left }: { done: unknown[]; left: unknown[] }) => done.length + left.length === 0;
  time('repair', [], isWhole);
  const terms = join(lakeDir, 'ledger', DATASET, dayPath(dateOf(days - 1)), '_terms/1.json');
  await truncate(terms, (await stat(terms)).size - 1);
  time<{ done: unknown[]; damaged: number }>('repair', [], ({ done }) => done.length === 1);
}

async function timeCleaning(time: Time, lakeDir: string, size: LakeSize, problems: string[]): Promise<void> {
  const runCount = size.days * size.filesPerDay;
  const everyRun = ({ removed, failed }: CleanReport) =>
    failed.length === 0 && removed.filter(({ what }) => what === 'run').length === runCount;
  const nothing = ({ removed, kept }: CleanReport) => removed.length + kept.length === 0;
  time('clean', ['--older-than', '0', '--dry-run'], everyRun);
  time('clean', ['--older-than', '0'], everyRun);
  time('clean', ['--older-than', '0'], nothing);
  time('status', [], isWhole(size));
  const below = await readdir(join(lakeDir, 'runs'), { recursive: true }).catch(() => []);
  // What conversions told of their times stays.
  const left = below.filter((name) => !name.endsWith('.jsonl'));
  if (left.length > 0) problems.push(`clean left ${left.length} objects and folders below runs/`);
  if (!(await isReadable(lakeDir, runCount))) problems.push('the catalog names files that are not there');
}

async function timeRollback(time: Time, lakeDir: string, size: LakeSize): Promise<void> {
  const { date, ofDay, ofRows } = lastDay(size);
  const file = await aFileOf(lakeDir, date);
  const taken = (printed: { commit: number }) => printed.commit === 2;
  time('rollback', [...ofDay, '--file', file, '--remove', '--reason', 'bench'], taken);
  time('query', [ofRows], has((size.filesPerDay - 1) * FILE_ROWS));
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
