import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createFileObjectStore } from '../../local/adapters/file-object-store.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import { fuzzFile } from '../../tools/fuzz/fuzz-file.ts';
import { fuzzInput, SUBJECTS } from '../../tools/fuzz/fuzz-input.ts';
import { typedOrThrow } from '../../tools/fuzz/fuzz-texts.ts';

const INPUTS = 1_600;
const SEED = 5;

test(`${INPUTS} hostile inputs: a typed error, a refusal, rejects or the right rows`, async () => {
  const rootDir = await mkdtemp(join(tmpdir(), 'positional-lake-fuzz-'));
  const directory = createFileObjectStore({ rootDir });
  const outcomes = new Map<string, number>();
  for (let index = 0; index < INPUTS; index++) {
    const played = await fuzzInput(SEED, index, directory).catch((error: Error) => {
      error.message = `npm run fuzz -- --seed ${SEED} --from ${index} --inputs 1: ${error.message}`;
      throw error;
    });
    const name = `${played.subject}: ${played.outcome}`;
    outcomes.set(name, (outcomes.get(name) ?? 0) + 1);
  }
  await rm(rootDir, { recursive: true });
  // Some inputs must be bad enough to be refused, and some good enough to be converted.
  for (const subject of SUBJECTS) {
    expect(
      [...outcomes.keys()].filter((name) => name.startsWith(`${subject}: `)).length,
      subject,
    ).toBeGreaterThan(subject === 'guess' ? 0 : 1);
  }
  expect(outcomes.get('spoiled file: loaded with rejects')).toBeGreaterThan(20);
  expect(outcomes.get('random layout and file: loaded with rejects')).toBeGreaterThan(20);
});

const golden = new URL('../golden/', import.meta.url);

// A case is a folder with a key, a layout, or a layout and a file, and the expected outcome.
test.each(
  readdirSync(golden).filter((name) => name.startsWith('hostile-')),
)('found before: %s', async (name) => {
  const at = (file: string) => new URL(`${name}/${file}`, golden);
  const outcome = async (): Promise<string> => {
    if (existsSync(at('key.txt'))) {
      const rootDir = await mkdtemp(join(tmpdir(), 'positional-lake-fuzz-'));
      const found = await createFileObjectStore({ rootDir }).head(readFileSync(at('key.txt'), 'utf8'));
      await rm(rootDir, { recursive: true });
      return found ? 'there' : 'not there';
    }
    const layoutText = readFileSync(at('layout.json'), 'utf8');
    if (existsSync(at('input.txt'))) {
      return fuzzFile({ layoutText, bytes: readFileSync(at('input.txt')), rangeSizeBytes: 80 });
    }
    try {
      readLayout(layoutText, 'fuzz');
      return 'read';
    } catch (error) {
      return typedOrThrow(error);
    }
  };
  expect(await outcome()).toBe(readFileSync(at('expected.txt'), 'utf8').trim());
});
