import { expect, it } from 'vitest';
import { expectSameBytes, expectSameRows } from './first-difference.ts';

const rows = Array.from({ length: 30_000 }, (_, id) => ({ id, name: `row ${id}` }));

function failure(act: () => void): string {
  try {
    act();
  } catch (error) {
    return String(error);
  }
  return 'no failure';
}

it('says nothing of equal rows and bytes', () => {
  expectSameRows(rows, structuredClone(rows));
  expectSameBytes(Uint8Array.of(1, 2), Buffer.from([1, 2]));
});

it.each<[string, unknown[], RegExp]>([
  ['a row that differs', rows.with(7, { id: 7, name: 'other' }), /may differ is at 7/],
  ['a row too few', rows.slice(0, -1), /29999 of them, 30000 expected; the first that is missing/],
  [
    'a row too many',
    [...rows, 'more'],
    /30001 of them, 30000 expected; the first that is too many is 'more'/,
  ],
])('fails with the first difference alone: %s', (_, actual, message) => {
  const text = failure(() => expectSameRows(actual, rows));
  expect(text).toMatch(message);
  expect(text.split('\n').length).toBeLessThan(20);
});

it('fails with the place of the first byte that differs', () => {
  const bytes = new Uint8Array(100_000);
  const text = failure(() => expectSameBytes(bytes.with(70_000, 1), bytes));
  expect(text).toMatch(/first difference is at byte 70000/);
  expect(text.length).toBeLessThan(400);
});
