import { loadPipeline } from '../../local/pipeline-tasks.ts';
import { isSet, runWithFlags, text, textOr, wholeNumber } from '../../terminal/command-line.ts';
import { EXIT_FAILED, EXIT_LOADED } from '../../terminal/exit.ts';
import { NIGHT_OUTCOMES, type NightReport, playNight } from './chaos-night.ts';
import { countsText } from './counts-text.ts';
import { FAULT_KINDS } from './fault-plan.ts';
import { killConversions } from './kill-conversions.ts';
import { DEEDS, idsOf, stepsText } from './night-steps.ts';
import { shrinkNight } from './shrink-night.ts';

const COMMAND = {
  does: 'Plays whole nights of several files under random faults, and checks every invariant after each.',
  usage: 'npm run chaos -- [flags]',
  flags: {
    nights: textOr('500', 'N', 'how many nights'),
    seed: textOr(
      '1',
      'S',
      'of the first night, each further night has the next; a seed plays the same night again',
    ),
    only: text('IDS', 'with --nights 1: only these deeds of the night, such as 0.0,3.1'),
    'keep-going': isSet('go on after a night that breaks an invariant'),
    sigkill: text('N', 'instead: kill a real conversion at N random moments, and run it again after each'),
    json: isSet('one object for each night, or for each killed conversion'),
  },
  notes: 'Ends with 1 if an invariant was broken, and names the seed.',
} as const;

await runWithFlags(COMMAND, async (values) => {
  const seed = wholeNumber('--seed', values.seed);
  if (values.sigkill !== undefined) {
    const kills = wholeNumber('--sigkill', values.sigkill);
    return (await killConversions(kills, seed, values.json === true)) ? EXIT_LOADED : EXIT_FAILED;
  }
  const nights = wholeNumber('--nights', values.nights);
  const definition = await loadPipeline();
  const reports: NightReport[] = [];
  for (let night = 0; night < nights; night++) {
    const report = await playNight(definition, seed + night, values.only?.split(','));
    reports.push(report);
    if (values.json) console.log(reportText(report));
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[Knight ${night + 1} of ${nights}`);
    if (report.outcome !== 'broken') continue;
    await explain(report, values.only === undefined);
    if (!values['keep-going']) break;
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  if (!values.json) printReport(reports);
  return reports.some(({ outcome }) => outcome === 'broken') ? EXIT_FAILED : EXIT_LOADED;
});

function printReport(reports: NightReport[]): void {
  const sum = (figure: (report: NightReport) => number) =>
    reports.reduce((total, report) => total + figure(report), 0);
  const faults = FAULT_KINDS.map((kind): [string, number] => [
    kind,
    sum((report) => report.faults.get(kind) ?? 0),
  ]);
  const outcomes = NIGHT_OUTCOMES.map((outcome): [string, number] => [
    outcome,
    sum((report) => Number(report.outcome === outcome)),
  ]);
  const deeds = DEEDS.map((deed): [string, number] => [deed, sum((report) => report.deeds.get(deed) ?? 0)]);
  console.log(countsText('steps', deeds));
  console.log(countsText('faults injected', faults));
  console.log(countsText('nights, as readers found them in the morning', outcomes));
  const ends = (['loaded', 'refused', 'failed'] as const).map(
    (end) => `${sum(({ executions }) => executions[end])} ${end}`,
  );
  const broken = sum(({ outcome }) => Number(outcome === 'broken'));
  console.log(`${reports.length} nights; executions: ${ends.join(', ')}; ${broken} broken.`);
}

function reportText({ faults, deeds, steps: _steps, ...report }: NightReport): string {
  return JSON.stringify({ ...report, faults: Object.fromEntries(faults), deeds: Object.fromEntries(deeds) });
}

/** Says what is broken, and the fewest deeds that still break it. */
async function explain(report: NightReport, shrinks: boolean): Promise<void> {
  const { seed, broken } = report;
  console.error(`\nSeed ${seed} breaks an invariant:\n  ${broken.join('\n  ')}`);
  const shortest = shrinks ? await shrinkNight(await loadPipeline(), report) : report;
  if (shortest !== report)
    console.error(`The fewest steps that break one:\n  ${shortest.broken.join('\n  ')}`);
  console.error(stepsText(shortest.steps));
  console.error(
    `Play it again: npm run chaos -- --nights 1 --seed ${seed} --only ${idsOf(shortest.steps).join(',')}`,
  );
}
