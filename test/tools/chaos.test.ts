import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadNightDefinition, playNight } from '../../tools/chaos/chaos-night.ts';
import { FAULT_KINDS, type FaultKind } from '../../tools/chaos/fault-plan.ts';
import { type Mutation, mutatedProject } from '../support/mutated-project.ts';

const NIGHTS = 40;

it(`${NIGHTS} nights under faults of every kind keep every invariant`, async () => {
  const definition = await loadNightDefinition();
  const seen = new Map<FaultKind, number>();
  for (let seed = 1; seed <= NIGHTS; seed++) {
    const { broken, faults } = await playNight(definition, seed);
    expect(broken, `seed ${seed}: npm run chaos -- --nights 1 --seed ${seed}`).toEqual([]);
    for (const [kind, count] of faults) seen.set(kind, (seen.get(kind) ?? 0) + count);
  }
  expect(FAULT_KINDS.filter((kind) => !seen.has(kind))).toEqual([]);
});

it('a seed plays the same night again', async () => {
  const definition = await loadNightDefinition();
  const [first, second] = [await playNight(definition, 7), await playNight(definition, 7)];
  expect(second).toEqual(first);
});

it.each<[string, Mutation, RegExp]>([
  [
    'a file that is merged and published whether it balances or not',
    {
      file: 'shared/pipeline/reconcile/reconcile-file.ts',
      was: 'if (account.refusal) return',
      becomes: 'if (process.env.NEVER_SET) return',
    },
    /those of no version|does not balance/,
  ],
  [
    'a retry that is dropped',
    {
      file: 'statemachine/file-pipeline.asl.json',
      was: '"Resource": "${ParserArn}",\n            "TimeoutSeconds": 840,\n            "Retry": [',
      becomes:
        '"Resource": "${ParserArn}",\n            "TimeoutSeconds": 840,\n            "Retry": [], "Was": [',
    },
    /after 1 tries, not 6/,
  ],
  [
    'a 412 that is ignored',
    {
      file: 'shared/pipeline/publish/publish-day.ts',
      was: 'await ports.lake.putOnce(dayCommitKey(layout.name, businessDate, number), toJsonBytes(commit));',
      becomes:
        'await ports.lake.putOnce(dayCommitKey(layout.name, businessDate, number), toJsonBytes(commit)).catch((error) => { if (error.name !== "PreconditionFailed") throw error; });',
    },
    /was not what that says|does not hold it|lost contratos|no version|is gone|sees/,
  ],
])('finds %s', async (_, mutation, says) => {
  const dir = await mutatedProject(mutation);
  try {
    const { code, stderr } = await chaosIn(dir);
    expect(stderr).toMatch(/Seed \d+ breaks an invariant/);
    expect(stderr).toMatch(says);
    expect(code).toBe(1);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

function chaosIn(dir: string): Promise<{ code: number; stderr: string }> {
  const flags = [join(dir, 'tools/chaos/main.ts'), '--nights', String(NIGHTS)];
  return new Promise((resolve) => {
    execFile(process.execPath, flags, (error, _stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stderr }),
    );
  });
}
