import { resolve } from 'node:path';
import * as z from 'zod';
import { startDir } from '../local/adapters/project-folders.ts';
import { cleanLake } from '../shared/pipeline/operate/clean-lake.ts';
import type { CleanReport, Removal } from '../shared/pipeline/operate/removals.ts';
import { withShortValues } from '../shared/shown-text.ts';
import { byteSizeText } from '../terminal/byte-size.ts';
import { defineCommand, isSet, text, usageError } from '../terminal/command-line.ts';
import { counted } from '../terminal/counted.ts';
import { say, sayJson, warn } from '../terminal/print.ts';
import { askOperator } from './ask-operator.ts';
import { LAKE_FLAGS, lakePorts } from './lake-arguments.ts';
import { prepareLake } from './prepare-lake.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const RUN_DAYS = 15;
const GENERATION_DAYS = 30;
const GRACE_MS = 3_600_000;

const COMMAND = {
  does: 'Removes runs and old generations past their retention, and reports what belongs to nothing. Safe during conversions.',
  usage: 'positional-lake clean --lake DIR [flags]',
  flags: {
    ...LAKE_FLAGS,
    'older-than': text(
      'AGE',
      `runs that began longer ago; ${RUN_DAYS}d by default: a failed execution can be redriven for 14 days`,
    ),
    'generations-older-than': text(
      'AGE',
      `generations and snapshots replaced longer ago; ${GENERATION_DAYS}d by default: how far back a rollback and\nquery --as-of can go`,
    ),
    grace: text(
      'AGE',
      'what readers were shown until so long ago stays in any case, since queries may be at work on it; 1h by default',
    ),
    'dry-run': isSet('only says what would be removed'),
    json: isSet('the report as one object'),
  },
  worksUnread: true,
  notes: `AGE is a number of d, h, m or s, such as 15d; 0 means everything that nothing needs any more.
Always kept: the ledger, what readers see now, runs in progress, and loaded files that wait for their day.
Exit codes: 0 cleaned, 1 failed, for one day at least (the others are cleaned), 2 usage.`,
};

export const command = defineCommand(COMMAND, async (values) => {
  const dryRun = values['dry-run'] === true;
  const runsOlderThanMs = ageMs('--older-than', values['older-than']) ?? RUN_DAYS * DAY_MS;
  const generationsOlderThanMs =
    ageMs('--generations-older-than', values['generations-older-than']) ?? GENERATION_DAYS * DAY_MS;
  if (runsOlderThanMs < RUN_DAYS * DAY_MS) {
    warn(
      `Runs younger than ${RUN_DAYS} days are removed too: what failed can then only be converted again, not redriven.`,
    );
  }
  const graceMs = ageMs('--grace', values.grace) ?? GRACE_MS;
  if (values.grace !== undefined && values.lake === 'aws')
    throw usageError('on AWS --grace cannot be given', 'Whatever was shown within the last day stays there');
  const ages = { runsOlderThanMs, generationsOlderThanMs, graceMs };
  const report =
    values.lake === 'aws' ? await cleanOnAws(ages, dryRun) : await cleanHere(values.lake, ages, dryRun);
  if (values.json) {
    sayJson({ dryRun, ...report });
    return report.failed.length > 0 ? 1 : 0;
  }
  for (const what of ['run', 'generation', 'snapshot', 'execution', 'orphan', 'owner'] as const) {
    printRemovals(
      what,
      report.removed.filter((removal) => removal.what === what),
      dryRun,
    );
  }
  for (const { key, why } of report.kept) say(`kept ${withShortValues(key)}: ${why}`);
  for (const { key, why } of report.failed) warn(`not cleaned ${withShortValues(key)}: ${why}`);
  if (report.failed.length > 0) return 1;
  if (report.unfinished) say('There was not enough time for all of it; run the command again to go on.');
  else if (report.removed.length === 0) say('There is nothing to remove.');
  return 0;
});

interface Ages {
  runsOlderThanMs: number;
  generationsOlderThanMs: number;
  graceMs: number;
}

async function cleanHere(lake: string | undefined, ages: Ages, dryRun: boolean): Promise<CleanReport> {
  const ports = await lakePorts(lake);
  if (!dryRun) await prepareLake(resolve(startDir, lake!));
  return cleanLake(ports, { ...ages, dryRun });
}

const reasonShape = z.object({ key: z.string(), why: z.string() });
const cleanedShape = z.object({
  removals: z.array(
    reasonShape.extend({
      what: z.enum(['run', 'generation', 'snapshot', 'execution', 'orphan', 'owner']),
      objects: z.int(),
      bytes: z.int(),
    }),
  ),
  stays: z.array(reasonShape),
  failed: z.array(reasonShape),
  unfinished: z.literal(true).optional(),
});

/** The operator counts in days, and never removes what a redrive or a query of today may need. */
async function cleanOnAws(ages: Ages, dryRun: boolean): Promise<CleanReport> {
  const [runsOlderThanDays, generationsOlderThanDays] = [
    inDays('--older-than', ages.runsOlderThanMs, RUN_DAYS),
    inDays('--generations-older-than', ages.generationsOlderThanMs, 1),
  ];
  const asked = { runsOlderThanDays, generationsOlderThanDays, dryRun };
  const { removals, stays, failed, unfinished } = await askOperator(
    { action: 'clean', ...asked },
    cleanedShape,
  );
  return { removed: removals, kept: stays, failed, ...(unfinished && { unfinished }) };
}

function inDays(flag: string, ms: number, least: number): number {
  const days = ms / DAY_MS;
  if (Number.isInteger(days) && days >= least) return days;
  throw usageError(`on AWS ${flag} is a number of days, ${least}d or more`);
}

function printRemovals(what: Removal['what'], removals: Removal[], dryRun: boolean): void {
  if (removals.length === 0) return;
  const objects = removals.reduce((sum, removal) => sum + removal.objects, 0);
  const bytes = removals.reduce((sum, removal) => sum + removal.bytes, 0);
  const verb = dryRun ? 'would remove' : 'removed';
  // There is one of each table, which says how many snapshots.
  const things =
    what === 'snapshot'
      ? `snapshots of ${counted(removals.length, 'table')}`
      : counted(removals.length, what);
  say(`${verb} ${things}: ${counted(objects, 'object')}, ${byteSizeText(bytes)}`);
  if (what === 'execution') return;
  for (const { key, why } of removals) say(`  ${withShortValues(key)}: ${why}`);
}

const UNIT_MS = { d: DAY_MS, h: 3_600_000, m: 60_000, s: 1000 };

/** `15d` → milliseconds; undefined if the flag is not given. */
function ageMs(flag: string, age: string | undefined): number | undefined {
  if (age === undefined || age === '0') return age && 0;
  const match = /^(\d{1,6})(d|h|m|s)$/.exec(age);
  if (!match)
    throw usageError(`${flag} '${age}' is not an age`, 'Give a number of d, h, m or s, such as 15d');
  return Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
}
