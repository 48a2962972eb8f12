import { expect, test } from 'vitest';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';

const LAYOUT = {
  name: 'people',
  encoding: 'utf-8',
  positions: 'characters',
  record: { format: 'lines', length: 20 },
  fields: [{ name: 'name', start: 1, end: 10, type: 'string' }],
};
const field = (more: object) => ({ fields: [{ name: 'name', start: 1, end: 10, type: 'string', ...more }] });

function problemOf(more: object): string {
  try {
    readLayout(JSON.stringify({ ...LAYOUT, ...more }), 'layout.json');
  } catch (error) {
    return String(error instanceof Error && error.message);
  }
  return '';
}

test('positions in characters are for lines of UTF-8', () => {
  expect(problemOf({})).toBe('');
  expect(problemOf({ encoding: 'iso-8859-1' })).toContain(
    "which is for utf-8 only, but 'encoding' is 'iso-8859-1'",
  );
  expect(problemOf({ record: { format: 'fixed', length: 20 } })).toContain('which is for lines only');
  expect(problemOf({ positions: 'letters' })).toContain('positions');
});

test.each([
  ["usage 'binary'", field({ type: 'integer', usage: 'binary', signed: true, end: 4 })],
  ["usage 'packed'", field({ type: 'integer', usage: 'packed', end: 4 })],
  ['type binary', field({ type: 'binary' })],
  ["encoding 'utf-16be'", field({ encoding: 'utf-16be' })],
  ["encoding 'cp037'", field({ encoding: 'cp037' })],
  ['trueValues', field({ type: 'boolean', trueValues: ['É'] })],
])('a field that is not text of UTF-8 is refused: %s', (words, more) => {
  expect(problemOf(more)).toContain(words);
  expect(problemOf({ ...more, positions: 'bytes' })).toBe('');
});

test.each([
  { detail: { match: { start: 1, end: 1, equals: 'É' } } },
  { detail: { match: { start: 1, end: 2, equals: 'É' } } },
  { detail: { match: { start: 1, end: 1, hex: 'C9' } } },
  { header: { match: { start: 1, end: 2, equals: 'É' } } },
  field({ when: { start: 11, end: 11, equals: 'É' } }),
  field({ when: { start: 11, end: 12, hex: 'C389' } }),
])('rules name ASCII only, since other characters have no code before the file is read: %j', (more) => {
  expect(problemOf(more)).toMatch(/us-ascii cannot hold|only name ASCII|other characters than ASCII/);
});

test('a control file counts as the layout does, unless it says otherwise or cannot', () => {
  const controlFile = {
    name: '{stem}.ctl',
    length: 20,
    fields: [{ name: 'n', start: 1, end: 5, type: 'integer' }],
  };
  const read = (more: object) =>
    readLayout(JSON.stringify({ ...LAYOUT, controlFile: { ...controlFile, ...more } }), 'layout.json')
      .controlFile;
  expect(read({})?.positions).toBe('characters');
  expect(read({ positions: 'bytes' })?.positions).toBe('bytes');
  expect(read({ encoding: 'iso-8859-1' })?.positions).toBe('bytes');
  expect(read({ format: 'fixed' })?.positions).toBe('bytes');
  expect(problemOf({ controlFile: { ...controlFile, format: 'fixed', positions: 'characters' } })).toContain(
    'these are fixed in utf-8',
  );
});
