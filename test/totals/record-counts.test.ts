import { expect, test } from 'vitest';
import { acceptedDetails, countOf, shortText } from '../../shared/totals/record-counts.ts';

const records = { read: 14, header: 1, detail: 12, trailer: 1, rejected: 2 };

test('accepted details are those that are neither rejected nor discarded', () => {
  expect(acceptedDetails(records)).toBe(10);
  expect(acceptedDetails({ ...records, discarded: { filler: 3, note: 1 } })).toBe(6);
});

test('records are counted by kind', () => {
  expect(countOf(['detail', 'trailer'], records)).toBe(13);
  expect(countOf([], records)).toBe(0);
});

test('one record that ends early is told in the singular', () => {
  expect(shortText(1)).toBe('1 record ends before the last field: what is not there is null');
  expect(shortText(1200)).toContain('1,200 records end before');
});
