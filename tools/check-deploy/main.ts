import { join } from 'node:path';
import { printTable } from '../../terminal/print-table.ts';
import { PROJECT } from '../bundle/bundle-functions.ts';
import { TEMPLATE_CHECKS } from './checks.ts';
import { lintTemplates } from './cloudformation-lint.ts';
import { packageStage, STAGES } from './package-stage.ts';
import { checkPackages } from './packages.ts';
import type { Findings, Problem } from './template.ts';

/** `npm run check:deploy`: packages every stage without credentials, and checks all that can be checked without an account. */
const DIST = join(PROJECT, 'dist');
/** Templates that are deployed as stacks of their own. */
const OF_THEIR_OWN = ['replica-bucket.yml', 'delivery/pipeline.yml'];
const rows: (string | number)[][] = [];
const found: { stage: string; check: string; problem: Problem }[] = [];

function report(stage: string, check: string, { looked, problems }: Findings): void {
  rows.push([stage, check, looked, problems.length === 0 ? 'ok' : `${problems.length} problems`]);
  found.push(...problems.map((problem) => ({ stage, check, problem })));
}

for (const stage of STAGES) {
  const context = await packageStage(stage, DIST);
  for (const check of TEMPLATE_CHECKS) report(stage, check.name, await check.run(context));
}
report('all', 'packages', await checkPackages(DIST));
const linted = await lintTemplates([
  ...STAGES.map((stage) => join(DIST, `package-${stage}`, 'cloudformation-template-update-stack.json')),
  ...OF_THEIR_OWN.map((file) => join(PROJECT, 'resources', file)),
]);
if ('missing' in linted) rows.push(['all', 'cfn-lint', 0, `not asked: ${linted.missing}`]);
else report('all', 'cfn-lint', linted);
const columns = [
  { name: 'stage', type: 'VARCHAR' },
  { name: 'check', type: 'VARCHAR' },
  { name: 'looked at', type: 'BIGINT' },
  { name: 'result', type: 'VARCHAR' },
];
console.log(printTable({ columns, rows }).join('\n'));
for (const { stage, check, problem } of found) {
  const next = problem.next ? ` ${problem.next}` : '';
  console.error(`\n${stage}, ${check}: ${problem.where}: ${problem.what}.${next}`);
}
process.exitCode = found.length > 0 ? 1 : 0;
