import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  besideKey,
  NamePatterns,
  namesKey,
  ofAnyDate,
  withBusinessDate,
} from '../../shared/keys/name-pattern.ts';

const letters = fc.constantFrom('a', 'b', 'ab', '.', '/', '20250812');
const key = fc.array(letters, { minLength: 1, maxLength: 7 }).map((parts) => parts.join(''));
const pattern = fc
  .array(fc.oneof(letters, fc.constantFrom('*', '?')), { minLength: 1, maxLength: 7 })
  .map((parts) => parts.join(''));

/** The rule in other words: `*` is any text without `/`, `?` one such character, all else means itself. */
function fits(one: string, sourceKey: string): boolean {
  const regex = one.replace(/[.]/g, '\\.').replaceAll('*', '[^/]*').replaceAll('?', '[^/]');
  const subject = one.includes('/') ? sourceKey : sourceKey.split('/').at(-1)!;
  return new RegExp(`^${regex}$`).test(subject);
}

describe('a pattern of names', () => {
  it('fits keys as a regular expression of the same words does', () => {
    fc.assert(
      fc.property(pattern, key, (one, sourceKey) => {
        expect(namesKey(one, sourceKey)).toBe(fits(one, sourceKey));
      }),
      { numRuns: 3000, seed: 16 },
    );
  });

  it.each([
    ['a*', 'a', true],
    ['a**', 'a', true],
    ['*', '', true],
    ['a', 'ab', false],
    ['ab', 'a', false],
    ['in/*', 'in/a/b', false],
    ['in/?', 'in//', false],
    ['in/*b', 'in/a/b', false],
    ['*a*a*', 'aba', true],
    ['?', 'x/a', true],
    ['*c', 'abc', true],
    ['a*c', 'abcbc', true],
  ])('%s fits %j: %s', (one, sourceKey, expected) => {
    expect(namesKey(one, sourceKey)).toBe(expected);
  });

  it('has the business date where it names it, or any date', () => {
    expect(withBusinessDate('a_{yyyyMMdd}_{yyyy-MM-dd}', '2025-08-12')).toBe('a_20250812_2025-08-12');
    expect(ofAnyDate('a_{yyyyMMdd}_{yyyy-MM-dd}')).toBe('a_????????_????-??-??');
    expect(besideKey('in/2025/x.txt', 'x.ctl')).toBe('in/2025/x.ctl');
    expect(besideKey('x.txt', 'x.ctl')).toBe('x.ctl');
  });
});

describe('many patterns', () => {
  it('fit the keys that each of them fits, each once', () => {
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 6 }), key, (patterns, sourceKey) => {
        const found = new NamePatterns(patterns).fitting(sourceKey);
        const expected = patterns.flatMap((one, index) => (fits(one, sourceKey) ? [index] : []));
        expect(found.toSorted((a, b) => a - b)).toEqual(expected);
      }),
      { numRuns: 2000, seed: 16 },
    );
  });

  it('cost a key those that begin and end like it', () => {
    const patterns = [
      ...Array.from({ length: 500 }, (_, index) => `file_${index}_*.txt`),
      ...Array.from({ length: 10 }, (_, index) => `*${index}x`),
    ];
    const asked: unknown[] = [];
    const watched = new Proxy(patterns, {
      get: (target, name) => {
        if (/^\d+$/.test(String(name))) asked.push(name);
        return Reflect.get(target, name);
      },
    });
    const named = new NamePatterns(watched);
    asked.length = 0;
    expect(named.fitting('in/file_77_1.txt')).toEqual([77]);
    expect(named.fitting('3x')).toEqual([503]);
    expect(asked).toEqual(['77', '503']);
  });
});
