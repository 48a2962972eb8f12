import { JOURNAL_EVENTS } from '../../connector/decide/journal-entry.ts';
import { isSet, oneOf, runWithFlags, textOr, wholeNumber } from '../../terminal/command-line.ts';
import { EXIT_FAILED, EXIT_LOADED } from '../../terminal/exit.ts';
import { countsText } from '../chaos/counts-text.ts';
import { STORIES, WAYS } from './mainframe.ts';
import { playRun, type RunReport } from './play-run.ts';
import { RUN_FAULTS } from './run-faults.ts';

const COMMAND = {
  does: 'Plays nights of the connector under random faults: every finished file must arrive once, whole, and nothing else may ever be visible.',
  usage: 'npm run chaos:connector -- [flags]',
  flags: {
    runs: textOr('1000', 'N', 'how many runs'),
    seed: textOr(
      '1',
      'S',
      'of the first run, each further run has the next; a seed plays the same night again',
    ),
    target: oneOf(
      ['bucket', 'folder'],
      'KIND',
      'the strict double of S3, or a folder; by default each seed chooses',
    ),
    way: oneOf(WAYS, 'WAY', 'only runs in which files are finished so'),
    story: oneOf(STORIES, 'STORY', "only files to which this happens, such as 'same size later'"),
    compress: isSet('only runs in which files are compressed on their way'),
    journal: isSet('prints the journal of each run'),
    'keep-going': isSet('goes on after a run that is broken'),
  },
  notes: 'Ends with 1 if a run was broken, and names the seed.',
} as const;

await runWithFlags(COMMAND, async (values) => {
  const [runs, seed] = [wholeNumber('--runs', values.runs), wholeNumber('--seed', values.seed)];
  const wishes = {
    target: (['bucket', 'folder'] as const).find((target) => target === values.target),
    way: WAYS.find((way) => way === values.way),
    story: STORIES.find((story) => story === values.story),
    compresses: values.compress,
  };
  const reports: RunReport[] = [];
  for (let run = 0; run < runs; run++) {
    const report = await playRun(seed + run, wishes);
    if (values.journal) console.log(report.journal.join('\n'));
    reports.push({ ...report, journal: [] });
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[Krun ${run + 1} of ${runs}`);
    if (report.broken.length === 0) continue;
    console.error(
      `\nSeed ${report.seed} (${report.target}, ${report.way}, ${report.hosts} hosts) is broken:\n  ${report.broken.join('\n  ')}`,
    );
    console.error(`Play it again: npm run chaos:connector -- --runs 1 --seed ${report.seed} --journal`);
    if (!values['keep-going']) break;
  }
  print(reports);
  return reports.some(({ broken }) => broken.length > 0) ? EXIT_FAILED : EXIT_LOADED;
});

function print(reports: readonly RunReport[]): void {
  const sum = (figure: (report: RunReport) => number) =>
    reports.reduce((total, report) => total + figure(report), 0);
  const stories = STORIES.map((story): [string, number] => [
    story,
    sum((report) => report.stories.filter((one) => one === story).length),
  ]);
  const ways = WAYS.map((way): [string, number] => [
    `finished by ${way}`,
    sum((report) => Number(report.way === way)),
  ]);
  const faults = RUN_FAULTS.map((fault): [string, number] => [
    fault,
    sum((report) => report.faults.get(fault) ?? 0),
  ]);
  console.log(countsText('files', stories));
  console.log(
    countsText('runs', [
      ...ways,
      ['against the double of S3', sum((report) => Number(report.target === 'bucket'))],
      ['against a folder', sum((report) => Number(report.target === 'folder'))],
      ['compressed on the way', sum((report) => Number(report.compresses))],
      ['with two connectors', sum((report) => Number(report.hosts === 2))],
    ]),
  );
  console.log(countsText('faults', faults));
  const events = Object.keys(JOURNAL_EVENTS).map((event): [string, number] => [
    event,
    sum((report) => report.events.get(event) ?? 0),
  ]);
  console.log(
    countsText(
      'events of the journal',
      events.filter(([, count]) => count > 0),
    ),
  );
  const broken = sum((report) => Number(report.broken.length > 0));
  console.log(`${reports.length} runs; ${sum(({ arrivals }) => arrivals)} arrivals; ${broken} broken.`);
}
