import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Mutation, mutatedProject } from '../support/mutated-project.ts';
import { outcomeOf, runCommand, startScript } from '../support/run-command.ts';

const COMMANDS = 'tools/commands/main.ts';
const LAKES = 4;
/** A wrong change ends the run at the first lake that shows it. */
const LAKES_OF_A_WRONG_CHANGE = 60;

it(`random commands on ${LAKES} lakes do what a model says, and are of every kind`, async () => {
  const flags = ['--lakes', String(LAKES), '--seed', '1', '--steps', '60', '--in-turn', '--json'];
  const { code, stdout, stderr } = await runCommand(COMMANDS, flags, tmpdir());
  expect([code, stderr]).toEqual([0, '']);
  const counts = stdout
    .trimEnd()
    .split('\n')
    .flatMap((line) => Object.keys(JSON.parse(line).counts));
  const kinds = ['convert', 'convert several', 'supplement', 'roll back a file', 'roll back a day', 'clean'];
  expect(counts).toEqual(expect.arrayContaining([...kinds, 'publish in part', 'take a file out']));
});

it.each<[string, Mutation, RegExp]>([
  [
    'a rollback that forgets the supplements of its file',
    {
      file: 'shared/pipeline/operate/roll-back.ts',
      was: 'if (!loaded || supplementedRun(entry)?.sourceKey !== taken.sourceKey) continue;',
      becomes: 'if (loaded || supplementedRun(entry)?.sourceKey !== taken.sourceKey) continue;',
    },
    /readers see \d+ rows, and should see \d+/,
  ],
  [
    'a clean that removes what readers see',
    {
      file: 'shared/pipeline/operate/clean-days.ts',
      was: 'keep: keysOf(last),',
      becomes: 'keep: new Set<string>(),',
    },
    /is listed and not there/,
  ],
  [
    'a file that is published whether it balances or not',
    {
      file: 'shared/pipeline/reconcile/reconcile-file.ts',
      was: 'if (account.refusal) {',
      becomes: 'if (process.env.NEVER_SET) {',
    },
    /it ends with 0, and should with 3|is loaded, and should be refused/,
  ],
])('find %s', async (_, mutation, says) => {
  const dir = await mutatedProject(mutation);
  try {
    const flags = ['--lakes', String(LAKES_OF_A_WRONG_CHANGE), '--seed', '1001', '--in-turn', '--json'];
    const { code, stderr } = await outcomeOf(startScript(join(dir, COMMANDS), flags, dir));
    expect(stderr).toMatch(says);
    expect(code).toBe(1);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
