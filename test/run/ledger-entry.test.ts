import { describe, expect, it } from 'vitest';
import { distribution } from '../../shared/run/distribution.ts';
import { advanced, isInUse, isLoaded, type LedgerEntry } from '../../shared/run/ledger-entry.ts';
import { sampleEntry } from '../support/sample-entry.ts';

const AT = '2025-08-12T03:00:00.000Z';
const later = (ms: number) => new Date(Date.parse(AT) + ms);
const TWO_HOURS = 2 * 60 * 60 * 1000;

describe('an entry of the ledger', () => {
  it('is in use for two hours after each step, until its run ends', () => {
    const parsing = advanced(sampleEntry('a'), 'parsing', AT);
    expect(isInUse(parsing, later(TWO_HOURS - 1))).toBe(true);
    expect(isInUse(parsing, later(TWO_HOURS))).toBe(false);
    for (const state of ['loaded', 'refused', 'failed'] as const) {
      const ended = advanced(parsing, state, AT);
      expect(ended.leaseUntil).toBeUndefined();
      expect(isInUse({ ...ended, leaseUntil: later(TWO_HOURS).toISOString() }, later(0))).toBe(false);
    }
  });

  it('is loaded if it has a loaded version, whatever its last run does', () => {
    const parsing = advanced(sampleEntry('a'), 'parsing', AT);
    expect(isLoaded(parsing)).toBe(true);
    expect(isLoaded({ ...parsing, loaded: undefined })).toBe(false);
    expect(isLoaded({ ...sampleEntry('a'), loaded: undefined })).toBe(false);
  });

  it('without a lease is in use up to its last change', () => {
    const old = { ...sampleEntry('a'), state: 'parsing' as const, updatedAt: AT };
    expect(isInUse(old, later(-1))).toBe(true);
    expect(isInUse(old, later(0))).toBe(false);
  });

  it('notes each step, keeps the last hundred, and forgets that people were told', () => {
    let entry: LedgerEntry = { ...sampleEntry('a'), told: AT };
    for (let step = 0; step < 101; step++) {
      entry = {
        ...advanced(entry, 'parsing', later(step).toISOString(), { execution: `e${step}` }),
        told: AT,
      };
    }
    expect(entry.history).toHaveLength(100);
    expect(entry.history[0]).toEqual({
      state: 'parsing',
      at: later(1).toISOString(),
      execution: 'e1',
      version: 'v1',
    });
    expect(entry.history.at(-1)?.execution).toBe('e100');
    expect(advanced(entry, 'loaded', AT)).toMatchObject({ state: 'loaded', updatedAt: AT });
    expect(advanced(entry, 'loaded', AT).told).toBeUndefined();
  });

  it('tells the spread of the sizes of row groups', () => {
    expect(distribution([])).toEqual({ count: 0, min: 0, median: 0, max: 0 });
    expect(distribution([10, 9, 2])).toEqual({ count: 3, min: 2, median: 9, max: 10 });
    expect(distribution([4, 1, 3, 2])).toEqual({ count: 4, min: 1, median: 3, max: 4 });
  });
});
