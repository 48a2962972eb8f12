import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSet, runWithFlags, text, textOr, wholeNumber } from '../../terminal/command-line.ts';
import { EXIT_FAILED, EXIT_LOADED } from '../../terminal/exit.ts';
import { countsText } from '../chaos/counts-text.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { LakePlay, type LakeReport, type PlayOptions } from './play-lake.ts';
import { shrinkLake } from './shrink-lake.ts';

const COMMAND = {
  does: 'Types random commands on lakes, and compares what they say and what readers see with what must be, after each.',
  usage: 'npm run commands -- [flags]',
  flags: {
    lakes: textOr('50', 'N', 'how many lakes'),
    seed: textOr('1', 'S', 'of the first lake, each further lake has the next; a seed types the same again'),
    steps: textOr('35', 'N', 'steps on each lake'),
    only: text('NUMBERS', 'with --lakes 1: only these steps of the lake, such as 0,3,7'),
    seconds: text('N', 'begins no further lake after so many seconds'),
    'in-turn': isSet('kill no command and run none beside another: a seed then gives the same each time'),
    'keep-going': isSet('go on after a lake that breaks something, and do not shorten it'),
    json: isSet('one object for each lake; a broken one is not shortened'),
  },
  notes:
    'Ends with 1 if something did not hold: it prints the fewest steps that still break, as a script to paste.',
} as const;

await runWithFlags(COMMAND, async (values) => {
  const [seed, lakes, steps] = [
    wholeNumber('--seed', values.seed),
    wholeNumber('--lakes', values.lakes),
    wholeNumber('--steps', values.steps),
  ];
  const mostMs = values.seconds === undefined ? Infinity : 1000 * wholeNumber('--seconds', values.seconds);
  const options = { inTurn: values['in-turn'] === true };
  const numbers = values.only?.split(',').map((number) => wholeNumber('--only', number));
  const all = numbers ?? Array.from({ length: steps }, (_, index) => index);
  const folder = await mkdtemp(join(temporaryFolder().TMPDIR ?? tmpdir(), 'commands-'));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => {
      rmSync(folder, { recursive: true, force: true });
      process.kill(process.pid, signal);
    });
  const startedAt = performance.now();
  const reports: LakeReport[] = [];
  try {
    for (let lake = 0; lake < lakes && performance.now() - startedAt < mostMs; lake++) {
      const report = await new LakePlay(seed + lake, join(folder, String(seed + lake)), options).play(all);
      reports.push(report);
      if (values.json) console.log(JSON.stringify({ ...report, counts: Object.fromEntries(report.counts) }));
      if (process.stderr.isTTY) process.stderr.write(`\r\x1b[Klake ${lake + 1} of ${lakes}`);
      if (report.broken.length === 0) continue;
      const shrinks = numbers === undefined && !values['keep-going'] && !values.json;
      await explain(report, folder, shrinks ? options : undefined);
      if (!values['keep-going']) break;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  if (!values.json) printReport(reports, seed);
  return reports.some(({ broken }) => broken.length > 0) ? EXIT_FAILED : EXIT_LOADED;
});

/** Says what is broken, and if it is to be shortened the fewest steps that still break it. */
async function explain(
  report: LakeReport,
  folder: string,
  shrinking: PlayOptions | undefined,
): Promise<void> {
  console.error(`\nSeed ${report.seed}, step ${report.steps.at(-1)}:\n  ${report.broken.join('\n  ')}`);
  const shortest = shrinking ? await shrinkLake(report, folder, shrinking) : report;
  if (shortest !== report)
    console.error(`The fewest steps that break something:\n  ${shortest.broken.join('\n  ')}`);
  console.error(`${shortest.script}\n`);
  const only = `--lakes 1 --seed ${report.seed} --only ${shortest.steps.join(',')}`;
  console.error(`Play it again: npm run commands -- ${only}`);
}

function printReport(reports: LakeReport[], seed: number): void {
  const counts = new Map<string, number>();
  for (const report of reports)
    for (const [name, count] of report.counts) counts.set(name, (counts.get(name) ?? 0) + count);
  const sorted = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  const [pairs, alone] = [
    sorted.filter(([name]) => name.startsWith('pair')),
    sorted.filter(([name]) => !name.startsWith('pair')),
  ];
  if (alone.length > 0) console.log(countsText('steps', alone));
  if (pairs.length > 0)
    console.log(
      countsText(
        'two at once',
        pairs.map(([name, count]) => [name.slice(6), count]),
      ),
    );
  const broken = reports.filter((report) => report.broken.length > 0).length;
  const steps = reports.reduce((sum, report) => sum + report.steps.length, 0);
  console.log(`${reports.length} lakes from seed ${seed}, ${steps} steps: ${broken} broken.`);
}
