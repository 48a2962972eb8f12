import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createFileObjectStore } from '../local/adapters/file-object-store.ts';
import { fuzzInput, SUBJECTS } from './fuzz/fuzz-input.ts';

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
  // The inputs are bad enough to be refused and good enough to come through, both.
  for (const subject of SUBJECTS) {
    expect(
      [...outcomes.keys()].filter((name) => name.startsWith(`${subject}: `)).length,
      subject,
    ).toBeGreaterThan(subject === 'guess' ? 0 : 1);
  }
  expect(outcomes.get('spoiled file: loaded with rejects')).toBeGreaterThan(20);
  expect(outcomes.get('random layout and file: loaded with rejects')).toBeGreaterThan(20);
});
