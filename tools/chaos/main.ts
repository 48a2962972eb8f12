import { parseArgs } from 'node:util';
import { UsageError } from '../../shared/errors.ts';
import { EXIT_FAILED, EXIT_LOADED, runCommand } from '../../terminal/exit.ts';
import { loadNightDefinition, NIGHT_OUTCOMES, type NightReport, playNight } from './chaos-night.ts';
import { countsText } from './counts-text.ts';
import { FAULT_KINDS } from './fault-plan.ts';
import { killConversions } from './kill-conversions.ts';

const HELP = `npm run chaos -- [flags]    whole nights of several files under random faults, every invariant checked after each

  --nights N       how many nights, 500 without it
  --seed S         of the first night, 1 without it; the next has the next. A seed plays the same night again
  --keep-going     go on behind a night that breaks an invariant
  --sigkill N      instead: a real conversion is killed at N random moments and run again after each
  --json           one object a night, or a killed conversion

Ends with 1 when an invariant was broken, and names the seed.`;

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      nights: { type: 'string', default: '500' },
      seed: { type: 'string', default: '1' },
      'keep-going': { type: 'boolean' },
      sigkill: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(HELP);
    return EXIT_LOADED;
  }
  const seed = wholeNumber('--seed', values.seed);
  if (values.sigkill !== undefined) {
    const kills = wholeNumber('--sigkill', values.sigkill);
    return (await killConversions(kills, seed, values.json === true)) ? EXIT_LOADED : EXIT_FAILED;
  }
  const nights = wholeNumber('--nights', values.nights);
  const definition = await loadNightDefinition();
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

function wholeNumber(flag: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError({ what: `${flag} '${text}' is no whole number` });
}
