import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ArrivedFile, dayCompletion, expectationOf } from '../../shared/day/expected-files.ts';
import { NamePatterns, namesKey } from '../../shared/keys/name-pattern.ts';

const DATE = '2025-08-12';

function entry(sourceKey: string, state: ArrivedFile['state'], loaded = state === 'loaded'): ArrivedFile {
  return { sourceKey, state, loaded: loaded ? {} : undefined };
}

describe('a day', () => {
  it('prefers settings to a day manifest, and a day manifest to the layout', () => {
    const layout = ['contratos_{yyyyMMdd}_*.txt'];
    const control = { manifestKey: 'in/day.ctl', manifestNames: ['a.txt'] };
    expect(expectationOf({ settings: 3, layout, ...control }, DATE)).toEqual({
      origin: 'settings',
      files: 3,
    });
    expect(expectationOf({ settings: undefined, layout, ...control }, DATE)).toEqual({
      origin: 'day-manifest',
      files: ['a.txt'],
    });
    expect(expectationOf({ settings: undefined, layout }, DATE)).toEqual({
      origin: 'layout',
      files: ['contratos_20250812_*.txt'],
    });
    expect(expectationOf({ settings: undefined, layout: undefined }, DATE).files).toBeUndefined();
  });

  it('counts files, whatever their names', () => {
    const expectation = expectationOf({ settings: 3, layout: undefined }, DATE);
    const day = dayCompletion(expectation, [entry('b', 'loaded'), entry('a', 'refused')]);
    expect(day.files.map(({ name, status }) => `${name} ${status}`)).toEqual(['a refused', 'b loaded']);
    expect(day).toMatchObject({ missing: 1, complete: false, waitingFor: '2 of 3 files' });
  });

  it('names files that are missing, and waits for files that are not loaded', () => {
    const expectation = expectationOf(
      { settings: ['x_{yyyyMMdd}_1', 'x_*_2', 'y'], layout: undefined },
      DATE,
    );
    const day = dayCompletion(expectation, [
      entry('in/x_20250812_1', 'loaded'),
      entry('in/x_20250812_2', 'parsing'),
      entry('in/z', 'loaded'),
    ]);
    expect(day.files.map(({ name, status, unexpected }) => [name, status, unexpected])).toEqual([
      ['in/x_20250812_1', 'loaded', false],
      ['in/x_20250812_2', 'running', false],
      ['in/z', 'loaded', true],
      ['y', 'missing', false],
    ]);
    expect(day).toMatchObject({ missing: 1, complete: false, waitingFor: 'x_*_2, y' });
  });

  it('is complete while a corrected version of a loaded file runs or is refused', () => {
    const expectation = expectationOf({ settings: 2, layout: undefined }, DATE);
    const entries = [entry('a', 'refused', true), entry('b', 'parsing', true)];
    expect(dayCompletion(expectation, entries)).toMatchObject({ complete: true, missing: 0 });
  });

  it('does not count a supplement among the expected files', () => {
    const expectation = expectationOf({ settings: 2, layout: undefined }, DATE);
    const entries = [entry('a', 'loaded'), { ...entry('a-fix', 'loaded'), supplementOf: {} }];
    expect(dayCompletion(expectation, entries).waitingFor).toBe('1 of 2 files');
  });

  it('does not count a loaded supplement whose last run corrects nothing, because it was refused', () => {
    const expectation = expectationOf({ settings: 2, layout: undefined }, DATE);
    const supplement = { ...entry('a-fix', 'refused'), loaded: { supplementOf: {} } };
    expect(dayCompletion(expectation, [entry('a', 'loaded'), supplement]).waitingFor).toBe('1 of 2 files');
    const own = { ...entry('b', 'splitting'), loaded: { supplementOf: null }, supplementOf: {} };
    expect(dayCompletion(expectation, [entry('a', 'loaded'), own])).toMatchObject({ complete: true });
  });

  it('does not take a supplement for the file whose name it fits', () => {
    const expectation = expectationOf({ settings: ['a_*', 'b_*'], layout: undefined }, DATE);
    const supplement = { ...entry('b_fix', 'loaded'), supplementOf: {} };
    const day = dayCompletion(expectation, [entry('a_1', 'loaded'), supplement]);
    expect(day).toMatchObject({ missing: 1, complete: false, waitingFor: 'b_*' });
    const other = { ...entry('other', 'loaded'), supplementOf: {} };
    expect(dayCompletion(expectation, [other]).files[0]).toMatchObject({
      supplement: true,
      unexpected: false,
    });
  });

  it('waits for a day manifest that the layout announces', () => {
    const sources = { settings: undefined, layout: undefined, manifestKey: 'in/day.ctl' };
    const day = dayCompletion(expectationOf(sources, DATE), [entry('a', 'loaded')]);
    expect(day).toMatchObject({ complete: false, waitingFor: 'the day manifest in/day.ctl' });
  });
});

describe('a pattern of file names', () => {
  it.each([
    ['*', 'in/a.txt', true],
    ['a*.txt', 'in/a_1.txt', true],
    ['a*.txt', 'in/b.txt', false],
    ['in/*.txt', 'in/a.txt', true],
    ['in/*.txt', 'in/x/a.txt', false],
    ['*/*.txt', 'in/a.txt', true],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['a.c', 'abc', false],
    ['a+(b)[c]', 'a+(b)[c]', true],
  ])('%s fits %s: %s', (pattern, key, expected) => {
    expect(namesKey(pattern, key)).toBe(expected);
  });

  it('is decided at once even if a backtracking expression would never end', () => {
    expect(namesKey('*a*a*a*a*a*a*a*a*a*b', 'a'.repeat(20_000))).toBe(false);
  });

  it('lists files in the order of their keys, however they come', () => {
    const expectation = expectationOf({ settings: 1, layout: undefined }, DATE);
    const orders = [
      ['c', 'a', 'b'],
      ['a', 'b', 'c'],
      ['b', 'c', 'a'],
    ];
    for (const order of orders) {
      const { files, missing, complete } = dayCompletion(
        expectation,
        order.map((key) => entry(key, 'loaded')),
      );
      expect(files.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
      expect({ missing, complete }).toEqual({ missing: 0, complete: true });
    }
  });

  it('that nobody knows the files of waits for none, but for a manifest that is announced', () => {
    const nobody = expectationOf({ settings: undefined, layout: undefined }, DATE);
    expect(nobody.origin).toBe('nobody');
    expect(dayCompletion(nobody, [])).toEqual({
      ...{ expectation: nobody, files: [], missing: 0, complete: true },
    });
    const announced = expectationOf(
      { settings: undefined, layout: undefined, manifestKey: 'in/day.ctl' },
      DATE,
    );
    expect(dayCompletion(announced, [entry('a', 'loaded')])).toMatchObject({
      complete: false,
      waitingFor: 'the day manifest in/day.ctl',
    });
    const both = expectationOf({ settings: undefined, layout: ['a', 'b'], manifestKey: 'm' }, DATE);
    expect(dayCompletion(both, [entry('a', 'failed')])).toMatchObject({
      missing: 1,
      waitingFor: 'the day manifest m; a, b',
    });
  });
});

describe('many patterns', () => {
  const texts = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '?'), maxLength: 7 });
  const keys = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 7 });

  it('fit the keys that each of them fits', () => {
    fc.assert(
      fc.property(fc.array(texts, { maxLength: 8 }), keys, (patterns, key) => {
        const fitting = patterns.flatMap((pattern, index) => (namesKey(pattern, key) ? [index] : []));
        expect(new NamePatterns(patterns).fitting(key).sort((a, b) => a - b)).toEqual(fitting);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['names', (n: number) => `f_${n}.txt`],
    ['names with a wildcard before a number', (n: number) => `f_*_${n}.txt`],
    ['names with a wildcard after a number', (n: number) => `f_${n}_*.txt`],
  ])('that are %s are compared with a key only if they begin and end like it', (_, name) => {
    let looked = 0;
    const patterns = new Proxy(
      Array.from({ length: 1_000 }, (_, index) => name(index)),
      {
        get(target, property, receiver) {
          if (typeof property === 'string' && /^\d+$/.test(property)) looked++;
          return Reflect.get(target, property, receiver);
        },
      },
    );
    const names = new NamePatterns(patterns);
    looked = 0;
    for (let file = 0; file < 1_000; file++) {
      expect(names.fitting(`in/${name(file).replace('*', 'x')}`)).toEqual([file]);
    }
    expect(looked).toBeLessThanOrEqual(1_000);
  });
});

describe('a sentence about missing files', () => {
  it('names the first, and counts the others', () => {
    const expectation = expectationOf(
      { settings: Array.from({ length: 5_000 }, (_, index) => `f${index}.txt`), layout: undefined },
      DATE,
    );
    const { waitingFor = '', missing } = dayCompletion(expectation, [entry('f0.txt', 'loaded')]);
    expect(missing).toBe(4_999);
    expect(waitingFor).toMatch(/^f1.txt, f2.txt, .*f50.txt and 4949 more$/);
  });
});
