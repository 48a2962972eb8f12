import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { removeAbandonedFiles } from '../local/adapters/file-object-store.ts';
import { startDir } from '../local/adapters/project-folders.ts';
import { cleanLake, type Removal } from '../shared/pipeline/operate/clean-lake.ts';
import { byteSizeText } from '../terminal/byte-size.ts';
import { runCommand } from '../terminal/exit.ts';
import { LAKE_HELP, lakePorts, usage } from './lake-arguments.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const RUN_DAYS = 15;
const GENERATION_DAYS = 30;

const HELP = `Removes runs and old generations past their retention, and reports what belongs to nothing. Safe beside conversions.

npm run -s clean -- --lake DIR [flags]

${LAKE_HELP}
  --older-than AGE              runs that began before; ${RUN_DAYS}d by default, for a failed execution can be redriven for 14 days
  --generations-older-than AGE  generations that were replaced before; ${GENERATION_DAYS}d by default: how long a rollback can go back
  --dry-run                     only say what would go
  --json                        the report as one object

AGE is a number of d, h, m or s, such as 15d; 0 is everything that nothing needs any more.
Kept always: the ledger, what readers see now, runs that are going on, and loaded files that wait for their day.
Exit codes: 0 cleaned, 1 failed, 2 usage.`;

await runCommand(async () => {
  const { values, positionals } = parseArgs({
    options: {
      lake: { type: 'string' },
      'older-than': { type: 'string' },
      'generations-older-than': { type: 'string' },
      'dry-run': { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
    allowPositionals: true,
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if (positionals.length > 0) throw usage(`'${positionals[0]}' belongs to no flag`);
  const ports = await lakePorts(values.lake);
  const dryRun = values['dry-run'] === true;
  const runsOlderThanMs = ageMs('--older-than', values['older-than'] ?? `${RUN_DAYS}d`);
  const generationsOlderThanMs = ageMs(
    '--generations-older-than',
    values['generations-older-than'] ?? `${GENERATION_DAYS}d`,
  );
  if (runsOlderThanMs < RUN_DAYS * DAY_MS) {
    console.error(
      `Runs younger than ${RUN_DAYS} days go too: what failed can then only be converted anew, not redriven.`,
    );
  }
  if (values.lake !== 'aws' && !dryRun) await removeAbandonedFiles(resolve(startDir, values.lake!));
  const report = await cleanLake(ports, { runsOlderThanMs, generationsOlderThanMs, dryRun });
  if (values.json) {
    console.log(JSON.stringify({ dryRun, ...report }));
    return 0;
  }
  for (const what of ['run', 'generation', 'execution', 'orphan'] as const) {
    printRemovals(
      what,
      report.removed.filter((removal) => removal.what === what),
      dryRun,
    );
  }
  for (const { key, why } of report.kept) console.log(`kept ${key}: ${why}`);
  if (report.removed.length === 0) console.log('There is nothing to remove.');
  return 0;
});

function printRemovals(what: Removal['what'], removals: Removal[], dryRun: boolean): void {
  if (removals.length === 0) return;
  const objects = removals.reduce((sum, removal) => sum + removal.objects, 0);
  const bytes = removals.reduce((sum, removal) => sum + removal.bytes, 0);
  const verb = dryRun ? 'would remove' : 'removed';
  console.log(
    `${verb} ${removals.length} ${what}${removals.length === 1 ? '' : 's'}: ${objects} objects, ${byteSizeText(bytes)}`,
  );
  if (what === 'execution') return;
  for (const { key, why } of removals) console.log(`  ${key}: ${why}`);
}

/** `15d` → milliseconds. */
function ageMs(flag: string, text: string): number {
  const match = /^(\d{1,6})(d|h|m|s)$/.exec(text === '0' ? '0d' : text);
  if (!match) throw usage(`${flag} '${text}' is no age`, 'Give a number of d, h, m or s, such as 15d');
  const unit = { d: DAY_MS, h: 3_600_000, m: 60_000, s: 1000 }[match[2] as 'd' | 'h' | 'm' | 's'];
  return Number(match[1]) * unit;
}
