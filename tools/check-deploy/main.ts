import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineCommand } from '../../terminal/command-line.ts';
import { printTable } from '../../terminal/print-table.ts';
import { PROJECT } from '../bundle/bundle-functions.ts';
import { TEMPLATE_CHECKS } from './checks.ts';
import { lintTemplates } from './cloudformation-lint.ts';
import { otherProjects, ourWordsIn } from './other-projects.ts';
import { packageStage, STAGES } from './package-stage.ts';
import { checkPackages } from './packages.ts';
import { checkTogether } from './stages-together.ts';
import type { DeployContext, Findings, Problem } from './template.ts';

const COMMAND = {
  does: 'Packages every stage without credentials, and checks all that can be checked without an account: template, roles, state machine, alarms, packages.',
  usage: 'positional-lake deploy-check',
  flags: {},
  notes: 'Exit codes: 0 all of it is right, 1 there are problems, 2 usage.',
};

const DIST = join(PROJECT, 'dist');
/** Templates that are deployed as stacks of their own. */
const OF_THEIR_OWN = ['replica-bucket.yml', 'delivery/pipeline.yml'];
/** Checks that compare the template with the layouts and the definition of this project. */
const OF_OUR_LAYOUTS = ['events and dead letters'];
const rows: (string | number)[][] = [];
const found: { stage: string; check: string; problem: Problem }[] = [];

function report(stage: string, check: string, { looked, problems }: Findings): void {
  rows.push([stage, check, looked, problems.length === 0 ? 'ok' : `${problems.length} problems`]);
  found.push(...problems.map((problem) => ({ stage, check, problem })));
}

function templateOf(folder: string, stage: string): string {
  return join(folder, `package-${stage}`, 'cloudformation-template-update-stack.json');
}

export const command = defineCommand(COMMAND, async () => {
  const contexts: DeployContext[] = [];
  for (const stage of STAGES) {
    const context = await packageStage(stage, DIST);
    contexts.push(context);
    for (const check of TEMPLATE_CHECKS) report(stage, check.name, await check.run(context));
  }
  // Not in dist: their bundles have other layouts.
  const elsewhere = await mkdtemp(join(tmpdir(), 'positional-lake-other-projects-'));
  const others = Object.entries(await otherProjects());
  for (const [stage, project] of others) {
    const context = await packageStage(stage, elsewhere, project);
    for (const check of TEMPLATE_CHECKS.filter(({ name }) => !OF_OUR_LAYOUTS.includes(name)))
      report(stage, check.name, await check.run(context));
    if (project.without.includes('layouts'))
      report(stage, 'names of our layouts', ourWordsIn(context.template));
  }
  const inOneAccount = contexts.filter(({ stage }) => stage !== 'everything');
  report('all', 'stages in one account', checkTogether(inOneAccount));
  report('all', 'packages', await checkPackages(DIST));
  const linted = await lintTemplates([
    ...STAGES.map((stage) => templateOf(DIST, stage)),
    ...others.map(([stage]) => templateOf(elsewhere, stage)),
    ...OF_THEIR_OWN.map((file) => join(PROJECT, 'resources', file)),
  ]);
  if ('missing' in linted) rows.push(['all', 'cfn-lint', 0, `not asked: ${linted.missing}`]);
  else report('all', 'cfn-lint', linted);
  await rm(elsewhere, { recursive: true, force: true });
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
  return found.length > 0 ? 1 : 0;
});
