import { isSet, runWithFlags, textOr, wholeNumber } from '../../terminal/command-line.ts';
import { EXIT_FAILED, EXIT_LOADED } from '../../terminal/exit.ts';
import { countsText } from '../chaos/counts-text.ts';
import { DAMAGES } from './damage-object.ts';
import { type DamageReport, playDamage } from './play-damage.ts';

const COMMAND = {
  does: 'Damages lakes, each in one random place, and follows each through verify, repair and what repair asks people to do.',
  usage: 'npm run damage -- [flags]',
  flags: {
    lakes: textOr('200', 'N', 'how many lakes'),
    seed: textOr(
      '1',
      'S',
      'of the first lake, each further lake has the next; a seed plays the same damage again',
    ),
    json: isSet('one object for each lake'),
  },
  notes: 'Ends with 1 if something did not hold, and names the seed.',
} as const;

await runWithFlags(COMMAND, async (values) => {
  const seed = wholeNumber('--seed', values.seed);
  const lakes = wholeNumber('--lakes', values.lakes);
  const reports: DamageReport[] = [];
  for (let lake = 0; lake < lakes; lake++) {
    const report = await playDamage(seed + lake);
    reports.push(report);
    if (values.json) console.log(JSON.stringify(report));
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[Klake ${lake + 1} of ${lakes}`);
    if (report.broken.length === 0) continue;
    console.error(`\nSeed ${report.seed}, ${report.damage}, ${report.kind}, ${report.keys.join(' and ')}:`);
    console.error(`  ${report.broken.join('\n  ')}`);
    console.error(`Play it again: npm run damage -- --lakes 1 --seed ${report.seed}`);
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  if (!values.json) printReport(reports, seed);
  return reports.some(({ broken }) => broken.length > 0) ? EXIT_FAILED : EXIT_LOADED;
});

function printReport(reports: DamageReport[], seed: number): void {
  const counts = (nameOf: (report: DamageReport) => string, names?: readonly string[]) => {
    const found = Map.groupBy(reports, nameOf);
    return (names ?? [...found.keys()].sort()).map((name): [string, number] => [
      name,
      found.get(name)?.length ?? 0,
    ]);
  };
  console.log(
    countsText(
      'damage',
      counts(({ damage }) => damage, DAMAGES),
    ),
  );
  console.log(
    countsText(
      'objects',
      counts(({ kind }) => kind),
    ),
  );
  console.log(
    countsText(
      'verify',
      counts(({ verdict }) => verdict, ['named', 'noted', 'without effect']),
    ),
  );
  console.log(
    countsText(
      'readers who did not ask verify, before repair',
      counts(({ unchecked }) => unchecked),
    ),
  );
  console.log(
    countsText(
      'healed',
      counts(({ healed }) => healed),
    ),
  );
  const broken = reports.filter((report) => report.broken.length > 0).length;
  console.log(`${reports.length} lakes from seed ${seed}: ${broken} broken.`);
}
