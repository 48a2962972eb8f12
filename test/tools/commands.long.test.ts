import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Mutation, mutatedProject } from '../support/mutated-project.ts';
import { outcomeOf, runCommand, startScript } from '../support/run-command.ts';

const COMMANDS = 'tools/commands/main.ts';
const LAKES = 4;

it(`what random commands do on ${LAKES} lakes is what a model says, and they are of every kind`, async () => {
  const flags = ['--lakes', String(LAKES), '--seed', '1', '--steps', '60', '--json'];
  const { code, stdout, stderr } = await runCommand(COMMANDS, flags, tmpdir());
  expect([code, stderr]).toEqual([0, '']);
  const counts = stdout
    .trimEnd()
    .split('\n')
    .flatMap((line) => Object.keys(JSON.parse(line).counts));
  const kinds = ['convert', 'convert several', 'supplement', 'roll back a file', 'roll back a day', 'clean'];
  expect(counts).toEqual(expect.arrayContaining([...kinds, 'publish in part', 'take a file out']));
  expect(counts.some((name) => name.startsWith('pair: '))).toBe(true);
  expect(counts.some((name) => name.startsWith('kill: '))).toBe(true);
});

it.each<[string, string, Mutation, RegExp]>([
  [
    'a rollback that forgets the supplements of its file',
    '1001',
    {
      file: 'shared/pipeline/operate/roll-back.ts',
      was: 'if (!loaded || supplementedRun(entry)?.sourceKey !== taken.sourceKey) continue;',
      becomes: 'if (loaded || supplementedRun(entry)?.sourceKey !== taken.sourceKey) continue;',
    },
    /readers see/,
  ],
])('finds %s', async (_, seed, mutation, says) => {
  const dir = await mutatedProject(mutation);
  try {
    const flags = ['--lakes', '10', '--seed', seed, '--keep-going'];
    const { code, stderr } = await outcomeOf(startScript(join(dir, COMMANDS), flags, dir));
    expect(stderr).toMatch(says);
    expect(code).toBe(1);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
