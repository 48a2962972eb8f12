import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { generateNights } from '../../generator/night.ts';
import { examplesOf } from '../support/library-examples.ts';
import { outcomeOf, startScript } from '../support/run-command.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'library examples '));
  await generateNights({ records: 1000, outDir: join(dir, 'nights') });
});
afterAll(() => rm(dir, { recursive: true, force: true }));

it('the examples of docs/library.md run, and print what they say', async () => {
  const library = new URL('../../library/main.ts', import.meta.url).href;
  const examples = examplesOf(await readFile(new URL('../../docs/library.md', import.meta.url), 'utf8'));
  const printed = [];
  for (const [index, example] of examples.entries()) {
    const file = join(dir, `${index}.mjs`);
    await writeFile(file, example.replace("'positional-lake'", `'${library}'`));
    printed.push(await outcomeOf(startScript(file, [], dir, dir)));
  }
  expect(printed).toEqual(
    [/^loaded 1000 true\n1000n \d+\.\d\d\n$/, /^1000\n$/, /^id string, born date\n$/].map((stdout) => ({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(stdout),
    })),
  );
});
