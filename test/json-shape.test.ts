import { describe, expect, it } from 'vitest';
import {
  byName,
  either,
  flag,
  listOf,
  type Misfit,
  nullable,
  objectOf,
  oneOf,
  optional,
  text,
  wholeNumber,
} from '../shared/json-shape.ts';

type Check = (value: unknown) => Misfit | undefined;

interface Part {
  name: string;
  rows: number;
  checksum?: string;
}
const part = objectOf<Part>({ name: text, rows: wholeNumber, checksum: optional(text) }, { title: 'name' });
const numberOrNames = either(wholeNumber, listOf(text), 'a number or names');

describe('a shape', () => {
  it.each<[string, Check, unknown]>([
    ['a text', text, ''],
    ['true or false', flag, false],
    ['a whole number', wholeNumber, Number.MAX_SAFE_INTEGER],
    ['one of some words', oneOf(['a', 'b']), 'b'],
    ['null, if it may be null', nullable(text), null],
    ['the first of two', numberOrNames, 0],
    ['the second of two', numberOrNames, ['a']],
    ['a list', listOf(wholeNumber), [1, 2]],
    ['an object by name', byName(wholeNumber), { any: 1 }],
    ['an object without its optional key', part, { name: 'a', rows: 1 }],
    ['an object with keys that the shape does not name', part, { name: 'a', rows: 1, later: {} }],
  ])('fits %s', (_, shape, value) => {
    expect(shape(value)).toBeUndefined();
  });

  it.each<[string, Check, unknown, Misfit]>([
    ['a value that is not a text', text, 1, { path: '', problem: 'is not a text' }],
    ['null', text, null, { path: '', problem: 'is not a text' }],
    ['a value that is not a flag', flag, 0, { path: '', problem: 'is not true or false' }],
    ['a fraction', wholeNumber, 0.5, { path: '', problem: 'is not a whole number' }],
    ['a negative number', wholeNumber, -1, { path: '', problem: 'is not a whole number' }],
    ['a number that a double rounds', wholeNumber, 2 ** 53, { path: '', problem: 'is not a whole number' }],
    ['another word', oneOf(['a', 'b']), 'c', { path: '', problem: 'is not one of a, b' }],
    [
      'a value that fits neither of two',
      numberOrNames,
      [1],
      { path: '', problem: 'is not a number or names' },
    ],
    ['a list in place of an object', byName(text), [], { path: '', problem: 'is not an object' }],
    ['an object in place of a list', listOf(text), {}, { path: '', problem: 'is not a list' }],
    ['a missing key', listOf(part), [{ name: 'a' }], { path: '[0].rows', problem: 'is missing' }],
    [
      'a wrong optional key',
      byName(part),
      { x: { name: 'a', rows: 1, checksum: 5 } },
      { path: '.x.checksum', problem: 'is not a text' },
    ],
  ])('finds the path of %s', (_, shape, value, misfit) => {
    expect(shape(value)).toEqual(misfit);
  });

  it('renames keys of an earlier version, and prefers their present names', () => {
    const earlier = { title: 'a', rows: 1, later: 2 };
    expect(part(earlier)).toBeUndefined();
    expect(earlier).toEqual({ name: 'a', rows: 1, later: 2 });
    const both = { title: 'earlier', name: 'now', rows: 1 };
    expect(part(both)).toBeUndefined();
    expect(both).toEqual({ name: 'now', rows: 1 });
  });
});
