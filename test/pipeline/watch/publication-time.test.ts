import { beforeEach, expect, it } from 'vitest';
import { dayCompletion } from '../../../shared/day/expected-files.ts';
import { dayCommitKey } from '../../../shared/keys/lake-keys.ts';
import { writeJson } from '../../../shared/pipeline/store/json-object.ts';
import { publicationTime } from '../../../shared/pipeline/watch/publication-time.ts';
import type { LedgerEntry } from '../../../shared/run/ledger-entry.ts';
import { MemoryLake } from '../../support/memory-lake.ts';
import { sampleCommit, sampleCommitted } from '../../support/sample-commit.ts';
import { sampleEntry } from '../../support/sample-entry.ts';
import { DATE } from '../../support/small-day.ts';

let lake: MemoryLake;
beforeEach(() => {
  lake = new MemoryLake();
});

const timeOf = (commit: number) => new Date(`2025-08-12T04:0${commit}:00.000Z`);

/** Commit n of the day holds these files; it is written at minute n. */
const commit = (number: number, ...sourceIds: string[]) =>
  writeJson(
    lake.lake,
    dayCommitKey('small', DATE, number),
    sampleCommit({
      commit: number,
      committedAt: timeOf(number).toISOString(),
      files: sourceIds.map((id) => sampleCommitted(id, `run-${id}`)),
    }),
  );

const published = (expected: string[] | undefined, ...entries: LedgerEntry[]) => {
  const expectation = { origin: 'layout' as const, files: expected };
  return publicationTime(lake.ports, 'small', DATE, dayCompletion(expectation, entries), entries);
};

it('a day is published at the first commit that holds all that is expected', async () => {
  await commit(1, 'a');
  await commit(2, 'a', 'b');
  await commit(3, 'a', 'b');
  const entries = ['a', 'b'].map((id) => sampleEntry(id));
  expect(await published(['a.txt', 'b.txt'], ...entries)).toEqual(timeOf(2));
  expect(await published(['a.txt'], ...entries)).toEqual(timeOf(1));
  expect(await published(['c.txt'], ...entries)).toBeUndefined();
  // Also before all files are loaded.
  const { loaded: _, ...arrived } = sampleEntry('b');
  expect(await published(['a.txt'], sampleEntry('a'), { ...arrived, state: 'parsing' })).toEqual(timeOf(1));
});

it('a day of which nobody knows what to expect is published at its last commit, once all files are loaded', async () => {
  expect(await published(undefined, sampleEntry('a'))).toBeUndefined();
  await commit(1, 'a');
  await commit(2, 'a', 'b');
  const { loaded: _, ...arrived } = sampleEntry('c');
  expect(await published(undefined, sampleEntry('a'), sampleEntry('b'))).toEqual(timeOf(2));
  expect(await published(undefined, sampleEntry('a'), { ...arrived, state: 'parsing' })).toBeUndefined();
  expect(await published(undefined)).toEqual(timeOf(2));
  // Nor does a day manifest that is still to come change when readers had it.
  const expectation = { origin: 'day-manifest' as const, files: undefined, awaitedManifest: 'day.json' };
  const day = dayCompletion(expectation, []);
  expect(await publicationTime(lake.ports, 'small', DATE, day, [])).toEqual(timeOf(2));
});

it('a supplement is no file that is waited for, and a damaged commit is passed over', async () => {
  await commit(1, 'a', 'fix');
  await commit(2, 'a', 'b', 'fix');
  lake.lake.replace(dayCommitKey('small', DATE, 3), Buffer.from('{'));
  const run = { sourceKey: 'a.txt', runId: 'run-a', content: 'c' };
  const fix = sampleEntry('fix', { supplementOf: run });
  const entries = [sampleEntry('a'), sampleEntry('b'), { ...fix, supplementOf: run }];
  const expectation = { origin: 'layout' as const, files: 2 };
  const day = dayCompletion(expectation, entries);
  expect(await publicationTime(lake.ports, 'small', DATE, day, entries)).toEqual(timeOf(2));
  expect(await published(undefined, ...entries)).toEqual(timeOf(2));
});
