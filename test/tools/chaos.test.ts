import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPipeline } from '../../local/pipeline-tasks.ts';
import { playNight } from '../../tools/chaos/chaos-night.ts';
import { FAULT_KINDS, type FaultKind } from '../../tools/chaos/fault-plan.ts';
import { type Mutation, mutatedProject } from '../support/mutated-project.ts';
import { outcomeOf, startScript } from '../support/run-command.ts';

const NIGHTS = 40;
const NIGHTS_A_TEST = 10;

describe(`${NIGHTS} nights under faults of every kind`, () => {
  const seen = new Set<FaultKind>();

  it.each(
    Array.from({ length: NIGHTS / NIGHTS_A_TEST }, (_, index) => 1 + index * NIGHTS_A_TEST),
  )('keep every invariant: ten nights from seed %i on', async (first) => {
    const definition = await loadPipeline();
    for (let seed = first; seed < first + NIGHTS_A_TEST; seed++) {
      const { broken, faults } = await playNight(definition, seed);
      expect(broken, `seed ${seed}: npm run chaos -- --nights 1 --seed ${seed}`).toEqual([]);
      for (const kind of faults.keys()) seen.add(kind);
    }
  });

  it('have them all: no kind of fault is left out', () => {
    expect(FAULT_KINDS.filter((kind) => !seen.has(kind))).toEqual([]);
  });
});

it('a seed plays the same night again', async () => {
  const definition = await loadPipeline();
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
    'a commit that is written without its condition',
    {
      file: 'shared/pipeline/publish/publish-day.ts',
      was: 'await ports.lake.putOnce(dayCommitKey(',
      becomes: 'await ports.lake.put(dayCommitKey(',
    },
    /was written once, and then again|was not what that says|does not hold it|lost contratos|sees/,
  ],
])('finds %s', async (_, mutation, says) => {
  const dir = await mutatedProject(mutation);
  try {
    const script = join(dir, 'tools/chaos/main.ts');
    const { code, stderr } = await outcomeOf(startScript(script, ['--nights', String(NIGHTS)], dir));
    expect(stderr).toMatch(/Seed \d+ breaks an invariant/);
    expect(stderr).toMatch(says);
    expect(code).toBe(1);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
