import { setTimeout as sleep } from 'node:timers/promises';
import { repairLake } from '../shared/pipeline/verify/repair-lake.ts';
import { verifyLake } from '../shared/pipeline/verify/verify-lake.ts';
import { defineCommand, isSet } from '../terminal/command-line.ts';
import { EXIT_FAILED, EXIT_LOADED, EXIT_REFUSED } from '../terminal/exit.ts';
import { say, sayJson, warn } from '../terminal/print.ts';
import { LAKE_FLAGS, lakeJudges, lakePorts } from './lake-arguments.ts';
import { countsOf, findingJson, printFindings } from './lake-findings.ts';

const COMMAND = {
  does: 'Mends a damaged lake from what is whole in it, makes the rest safe, and says what to convert again.',
  usage: 'positional-lake repair --lake DIR [flags]',
  flags: {
    ...LAKE_FLAGS,
    'dry-run': isSet('only says what would be done'),
    quick: isSet(
      'looks for damage as verify --quick does; bytes are compared before they are used all the same',
    ),
    json: isSet('the report as one object'),
  },
  worksUnread: true,
  notes: `What it replaces or takes away is kept below damaged/ in the lake.
Exit codes: 0 nothing is left to do, 1 a step failed, 2 usage, 3 something is left (with --dry-run: to do).`,
} as const;

export const command = defineCommand(COMMAND, async (values) => {
  const ports = await lakePorts(values.lake);
  const lake = values.lake ?? 'LAKE';
  const depth = values.quick ? 'quick' : 'full';
  const dryRun = values['dry-run'] === true;
  const judges = lakeJudges(lake);
  const finding = dryRun
    ? verifyLake(ports, { depth, judges, pause: sleep }).then((verdict) => ({
        done: [],
        failed: [],
        verdict,
      }))
    : repairLake(ports, { depth, judges, pause: sleep });
  const report = await finding.finally(() => judges?.close());
  const { done, failed, verdict } = report;
  const { damaged, notes } = countsOf(verdict.findings);
  if (values.json) {
    const left = verdict.findings.map((finding) => findingJson(finding, lake));
    sayJson({ dryRun, depth, done, failed, damaged, notes, left });
  } else {
    for (const { key, what, did } of done) say(`${key}: ${what}; ${did}`);
    for (const { key, why } of failed) warn(`failed: ${key}: ${why}`);
    printFindings(verdict.findings, lake);
    if (damaged === 0) say(done.length > 0 ? 'No damage is left.' : 'There is nothing to repair.');
  }
  if (failed.length > 0) return EXIT_FAILED;
  return damaged === 0 ? EXIT_LOADED : EXIT_REFUSED;
});
