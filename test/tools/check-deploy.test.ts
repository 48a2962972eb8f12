import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as errors from '../../shared/errors.ts';
import { TEMPLATE_CHECKS } from '../../tools/check-deploy/checks.ts';
import { packageStage } from '../../tools/check-deploy/package-stage.ts';
import { ENDS_THE_EXECUTION } from '../../tools/check-deploy/state-machine.ts';
import type { Check, DeployContext } from '../../tools/check-deploy/template.ts';
import { BREAKS } from '../support/template-breaks.ts';

let packaged: DeployContext;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'positional-lake-package-'));
  packaged = await packageStage('dev', folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The problems that one check finds, as `check: where: what`. */
async function problemsOf({ name, run }: Check, context: DeployContext): Promise<string[]> {
  const { problems } = await run(context);
  return problems.map(({ where, what }) => `${name}: ${where}: ${what}`);
}

describe('the packaged template', () => {
  it.each(TEMPLATE_CHECKS)('is clean: $name', async (check) => {
    expect(await problemsOf(check, packaged)).toEqual([]);
  });

  describe.each(TEMPLATE_CHECKS)('if it is broken: $name', (check) => {
    it.each(BREAKS.get(check.name) ?? [])('finds %s', async (_what, breakIt, said) => {
      const context = structuredClone(packaged);
      breakIt(context.template.Resources, context);
      const problems = await problemsOf(check, context);
      expect(problems.join('\n')).toMatch(said);
    });
  });

  it('is broken for every check that there is, and for no other', () => {
    expect([...BREAKS.keys()]).toEqual(TEMPLATE_CHECKS.map(({ name }) => name));
  });

  it('names every error that ends an execution on purpose, and no other', () => {
    const classes = Object.keys(errors).filter((name) => name !== 'PipelineError' && /^[A-Z]/.test(name));
    expect(Object.keys(ENDS_THE_EXECUTION).filter((name) => !classes.includes(name))).toEqual([]);
  });
});

describe('optional modules that are off', () => {
  const OF_A_MODULE =
    /^AWS::(DataSync|CloudTrail|Macie|ElastiCache|QuickSight|Cognito|EC2)|^Custom::(?!LakeTables)/;

  it('add nothing to the template', () => {
    const types = Object.values(packaged.template.Resources).map(({ Type }) => Type);
    expect(types.filter((type) => OF_A_MODULE.test(type))).toEqual([]);
    const { ProcessedBucket, ParserLambdaFunction } = packaged.template.Resources;
    expect(ProcessedBucket).not.toHaveProperty('Properties.ReplicationConfiguration');
    expect(ParserLambdaFunction).not.toHaveProperty('Properties.VpcConfig');
  });
});
