import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as errors from '../../shared/errors.ts';
import { TEMPLATE_CHECKS } from '../../tools/check-deploy/checks.ts';
import { packageStage } from '../../tools/check-deploy/package-stage.ts';
import { ENDS_THE_EXECUTION } from '../../tools/check-deploy/state-machine.ts';
import type { DeployContext } from '../../tools/check-deploy/template.ts';
import { BREAKS } from '../support/template-breaks.ts';

/** However busy the machine is, packaging ends. */
const NO_LIMIT = 0;

let packaged: DeployContext;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'positional-lake-package-'));
  packaged = await packageStage('dev', folder);
}, NO_LIMIT);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** All problems of a template, as `check: where: what`. */
async function problemsOf(context: DeployContext): Promise<string[]> {
  const found: string[] = [];
  for (const { name, run } of TEMPLATE_CHECKS) {
    for (const { where, what } of (await run(context)).problems) found.push(`${name}: ${where}: ${what}`);
  }
  return found;
}

describe('the packaged template', () => {
  it('is clean', async () => {
    expect(await problemsOf(packaged)).toEqual([]);
  });

  it.each(BREAKS)('caught: %s', async (_what, breakIt, said) => {
    const context = structuredClone(packaged);
    breakIt(context.template.Resources, context);
    const problems = await problemsOf(context);
    expect(problems.join('\n')).toMatch(said);
  });

  it('names every error that ends an execution on purpose, and no other', () => {
    const classes = Object.keys(errors).filter((name) => name !== 'PipelineError' && /^[A-Z]/.test(name));
    expect(Object.keys(ENDS_THE_EXECUTION).filter((name) => !classes.includes(name))).toEqual([]);
  });
});

describe('optional modules that are off', () => {
  const OF_A_MODULE = /^AWS::(DataSync|CloudTrail|Macie|ElastiCache|QuickSight|Cognito|EC2)|^Custom::/;

  it('add nothing to the template', () => {
    const types = Object.values(packaged.template.Resources).map(({ Type }) => Type);
    expect(types.filter((type) => OF_A_MODULE.test(type))).toEqual([]);
    const { ProcessedBucket, ParserLambdaFunction } = packaged.template.Resources;
    expect(ProcessedBucket).not.toHaveProperty('Properties.ReplicationConfiguration');
    expect(ParserLambdaFunction).not.toHaveProperty('Properties.VpcConfig');
  });
});
