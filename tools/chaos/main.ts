import { loadPipeline } from '../../local/pipeline-tasks.ts';
import { isSet, runWithFlags, text, textOr, wholeNumber } from '../../terminal/command-line.ts';
import { EXIT_FAILED, EXIT_LOADED } from '../../terminal/exit.ts';
import { NIGHT_OUTCOMES, type NightReport, playNight } from './chaos-night.ts';
import { countsText } from './counts-text.ts';
import { FAULT_KINDS } from './fault-plan.ts';
import { killConversions } from './kill-conversions.ts';

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
    const report = await playNight(definition, seed + night);
    reports.push(report);
    if (values.json) console.log(JSON.stringify({ ...report, faults: Object.fromEntries(report.faults) }));
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[Knight ${night + 1} of ${nights}`);
    if (report.outcome !== 'broken') continue;
    console.error(`\nSeed ${report.seed} breaks an invariant:\n  ${report.broken.join('\n  ')}`);
    console.error(`Play it again: npm run chaos -- --nights 1 --seed ${report.seed}`);
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
  console.log(countsText('faults injected', faults));
  console.log(countsText('nights, as readers found them in the morning', outcomes));
  const ends = (['loaded', 'refused', 'failed'] as const).map(
    (end) => `${sum(({ executions }) => executions[end])} ${end}`,
  );
  console.log(`${reports.length} nights; executions: ${ends.join(', ')}.`);
}
