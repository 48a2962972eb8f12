import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import type { RunInconsistent } from '../../../shared/errors.ts';
import { dayTermsPrefix, ledgerEntryKey } from '../../../shared/keys/lake-keys.ts';
import { readLayout } from '../../../shared/layout/compile/read-layout.ts';
import { writeJson } from '../../../shared/pipeline/store/json-object.ts';
import {
  changeTerms,
  isOnlyLayout,
  readableTerms,
  readDayLayout,
  requireTerms,
} from '../../../shared/pipeline/store/kept-terms.ts';
import { sampleEntry } from '../../support/sample-entry.ts';
import { smallLayout } from '../../support/small-contracts.ts';
import { DATE } from '../../support/small-day.ts';

const LAYOUT = readLayout(smallLayout(), 'small.json');
const TERMS = dayTermsPrefix('small', DATE);

const termsOf = (fingerprint: string) => ({
  layout: { file: 'small.json', text: smallLayout(), fingerprint },
});

/** A day that was split with these layouts one after the other; `damaged` are the numbers of terms that cannot be read. */
async function splitWith(fingerprints: string[], damaged: number[] = []) {
  const lake = new MemoryObjectStore();
  for (const fingerprint of fingerprints) await changeTerms(lake, 'small', DATE, () => termsOf(fingerprint));
  for (const number of damaged) lake.replace(`${TERMS}${number}.json`, Buffer.from('{'));
  return lake;
}

describe('the only layout of a day', () => {
  const mine = LAYOUT.fingerprint;
  it.each([
    ['is not known before any file was split', [], [], false],
    ['is that of its only terms', [mine], [], true],
    ['is not that of later terms', ['other', mine], [], false],
    ['is not that of earlier terms', [mine, 'other'], [], false],
    ['is not known if its first terms cannot be read', [mine, 'other', mine], [1], false],
    ['is not known if its last terms cannot be read', [mine, 'other'], [2], false],
  ])('%s', async (_, fingerprints, damaged, expected) => {
    expect(await isOnlyLayout(await splitWith(fingerprints, damaged), LAYOUT, DATE)).toBe(expected);
  });

  it('may have several terms', async () => {
    const lake = await splitWith([mine]);
    await changeTerms(lake, 'small', DATE, (current) => ({ ...current!, expectedFiles: 3 }));
    expect(lake.keys()).toHaveLength(2);
    expect(await isOnlyLayout(lake, LAYOUT, DATE)).toBe(true);
  });
});

describe('terms that cannot be read', () => {
  it('are passed over by those who look, with what is wrong', async () => {
    const lake = await splitWith(['one', 'two'], [2]);
    const damaged: RunInconsistent[] = [];
    expect(await readableTerms(lake, 'small', DATE, damaged)).toEqual(termsOf('one'));
    expect(damaged).toMatchObject([{ name: 'ObjectDamaged', where: `${TERMS}2.json` }]);
    expect(await readableTerms(await splitWith(['one']), 'small', DATE, damaged)).toEqual(termsOf('one'));
    expect(damaged).toHaveLength(1);
    lake.beforeCall = () => {
      throw new Error('no disk');
    };
    await expect(readableTerms(lake, 'small', DATE, damaged)).rejects.toThrow('no disk');
  });

  it('are followed by others only if somebody says so', async () => {
    const lake = await splitWith(['one', 'two'], [2]);
    const change = () => changeTerms(lake, 'small', DATE, () => termsOf('three'));
    await expect(change()).rejects.toMatchObject({ name: 'ObjectDamaged' });
    expect(await changeTerms(lake, 'small', DATE, () => termsOf('three'), true)).toMatchObject({ number: 3 });
    expect(await change()).toMatchObject({ number: 3 });
  });
});

describe('a day without terms', () => {
  it('has nothing to show if its files were refused, and each of them is told', async () => {
    const lake = new MemoryObjectStore();
    const refusal = { code: 'empty-file' as const, message: 'a.txt: the file is empty.' };
    const { loaded: _, ...entry } = sampleEntry('a');
    await writeJson(lake, ledgerEntryKey('small', DATE, 'a'), { ...entry, state: 'refused', refusal });
    await expect(requireTerms(lake, 'small', DATE)).rejects.toThrow(
      /^small of 2025-08-12: no file of this day was taken.*a\.txt is refused \(a\.txt: the file is empty\.\)/,
    );
  });

  it('was not split by this version, and has no layout', async () => {
    const lake = new MemoryObjectStore();
    for (const asking of [requireTerms, readDayLayout])
      await expect(asking(lake, 'small', DATE)).rejects.toThrow(/the ledger holds no terms for this day/);
    const split = await splitWith(['one']);
    expect(await readDayLayout(split, 'small', DATE)).toMatchObject({ name: 'small' });
  });
});
