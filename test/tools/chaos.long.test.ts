import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FAULT_KINDS } from '../../tools/chaos/fault-plan.ts';
import { DEEDS } from '../../tools/chaos/night-steps.ts';
import { type Mutation, mutatedProject } from '../support/mutated-project.ts';
import { outcomeOf, runCommand, startScript } from '../support/run-command.ts';

const NIGHTS = 40;
/** A wrong change ends the run at the first night that it breaks; which one that is depends on every read that a night makes. */
const NIGHTS_OF_A_WRONG_CHANGE = 200;
const NIGHTS_A_PROCESS = 10;
const CHAOS = 'tools/chaos/main.ts';

// In processes of their own: a night turns the timers of its whole process to virtual time.
const play = (seed: number, nights: number) =>
  runCommand(CHAOS, ['--nights', String(nights), '--seed', String(seed), '--json'], tmpdir());

describe(`${NIGHTS} nights under faults of every kind`, () => {
  const seen = new Set<string>();

  it.each(
    Array.from({ length: NIGHTS / NIGHTS_A_PROCESS }, (_, index) => 1 + index * NIGHTS_A_PROCESS),
  )('keep every invariant: ten nights from seed %i on', async (seed) => {
    const { code, stdout, stderr } = await play(seed, NIGHTS_A_PROCESS);
    expect([code, stderr]).toEqual([0, '']);
    const reports = stdout.trimEnd().split('\n');
    expect(reports).toHaveLength(NIGHTS_A_PROCESS);
    for (const report of reports) {
      const { broken, faults, deeds } = JSON.parse(report);
      expect(broken).toEqual([]);
      for (const kind of [...Object.keys(faults), ...Object.keys(deeds)]) seen.add(kind);
    }
  });

  it('have them all: no kind of step or fault is left out', () => {
    expect([...DEEDS, ...FAULT_KINDS].filter((kind) => !seen.has(kind))).toEqual([]);
  });
});

it('two hosts in one folder lose no row and double none, though one of them is killed', async () => {
  const { code, stdout, stderr } = await runCommand(CHAOS, ['--nights', '1', '--hosts', '2'], tmpdir());
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^skipped|broken +0/m);
});

it('a host that is stopped by SIGTERM ends by itself', async () => {
  const flags = ['--nights', '1', '--hosts', '2', '--seed', '13104'];
  const { code, stdout, stderr } = await runCommand(CHAOS, flags, tmpdir());
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^skipped|stopped by SIGTERM +1\n/m);
});

it('conversions that are killed are published whole or not at all, and are whole after another', async () => {
  const { code, stdout, stderr } = await runCommand(CHAOS, ['--sigkill', '2', '--seed', '501'], tmpdir());
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/broken +0/);
});

it.each<[string, Mutation, RegExp]>([
  [
    'a file that is merged and published whether it balances or not',
    {
      file: 'shared/pipeline/reconcile/reconcile-file.ts',
      was: 'if (account.refusal) {',
      becomes: 'if (process.env.NEVER_SET) {',
    },
    /those of no version|does not balance|has no rows/,
  ],
  [
    'a retry that is dropped',
    {
      file: 'statemachine/file-pipeline.asl.json',
      was: '"TimeoutSeconds": 140,\n            "Retry": ["Throttled", "Passing"],',
      becomes: '"TimeoutSeconds": 140,\n            "Retry": ["Throttled"],',
    },
    /after 1 tries, not 6/,
  ],
  [
    'a commit that is written without its condition',
    {
      file: 'shared/pipeline/publish/publish-day.ts',
      was: 'await ports.lake.putOnce(key, sealedBytes(key, commit))',
      becomes: 'await ports.lake.put(key, sealedBytes(key, commit))',
    },
    /was written once, and then again|does not hold it|reader sees|readers saw/,
  ],
  [
    'a supplement that counts though the version that it corrects is no longer visible',
    {
      file: 'shared/pipeline/publish/judge-day.ts',
      was: 'return isCorrectedBy(parent?.loaded, corrected);',
      becomes: 'return parent !== undefined;',
    },
    /twice|beside a version that it does not correct/,
  ],
])('finds %s', async (_, mutation, says) => {
  const dir = await mutatedProject(mutation);
  try {
    const script = join(dir, CHAOS);
    const { code, stderr } = await outcomeOf(
      startScript(script, ['--nights', String(NIGHTS_OF_A_WRONG_CHANGE), '--json'], dir),
    );
    expect(stderr).toMatch(/Seed \d+ breaks an invariant/);
    expect(stderr).toMatch(says);
    expect(code).toBe(1);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
