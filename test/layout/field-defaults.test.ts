import { expect, test } from 'vitest';
import { LayoutInvalid } from '../../shared/errors.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import { firstDataset } from '../../shared/layout/layout.ts';

const FIELDS = [
  { name: 'text', start: 1, end: 4, type: 'string' },
  { name: 'own', start: 1, end: 4, type: 'string', trim: 'none', onInvalid: 'null' },
  { name: 'amount', start: 5, end: 8, type: 'integer' },
  { name: 'stored', start: 5, end: 8, type: 'integer', usage: 'binary', signed: true },
  { name: 'opened', start: 9, end: 16, type: 'date', format: 'yyyyMMdd' },
];
const match = { start: 1, end: 1, equals: 'H' };

const layoutOf = (defaults: object, more: object = {}) =>
  readLayout(
    JSON.stringify({
      name: 'sample',
      encoding: 'us-ascii',
      record: { format: 'fixed', length: 40 },
      defaults,
      header: { match, fields: FIELDS },
      trailer: { match, fields: FIELDS },
      controlFile: { name: '{stem}.ctl', length: 40, fields: FIELDS },
      fields: FIELDS,
      ...more,
    }),
    'f',
  );

const DEFAULTS = { onInvalid: 'reject', trim: 'both', blank: 'zero', nullWhen: ['low-values'], short: 'pad' };

test('defaults are for every field that the key is for, wherever it is, and a key of its own wins', () => {
  const layout = layoutOf(DEFAULTS);
  for (const fields of [
    firstDataset(layout).fields,
    layout.header?.fields,
    layout.trailer?.fields,
    layout.controlFile?.fields,
  ]) {
    expect(fields).toMatchObject([
      { onInvalid: 'reject', trim: 'both', blank: 'null' },
      { onInvalid: 'null', trim: 'none' },
      { onInvalid: 'reject', trim: 'trailing', blank: 'zero' },
      // Neither blanks nor trimming are for numbers that are not text.
      { onInvalid: 'reject', trim: 'trailing', blank: 'null' },
      { onInvalid: 'reject', trim: 'trailing', blank: 'null' },
    ]);
    expect(fields?.map(({ nullWhen }) => nullWhen.length)).toEqual([1, 1, 1, 1, 1]);
  }
  expect(layout.record.short).toBe('pad');
  const record = { format: 'fixed', length: 40, short: 'reject' };
  expect(layoutOf(DEFAULTS, { record }).record.short).toBe('reject');
});

test('how numbers are written is a default for the fields that are written so', () => {
  const at = (name: string, more: object) => ({ name, start: 1, end: 8, ...more });
  const fields = [
    at('explicit', { type: 'decimal(8,2)', point: 'explicit', sign: 'leading-separate' }),
    at('own', { type: 'decimal(8,2)', point: 'explicit', decimalPoint: '.', thousands: "'" }),
    at('implied', { type: 'decimal(8,2)', point: 'implied', sign: 'trailing' }),
    at('whole', { type: 'integer' }),
    at('stored', { type: 'integer', usage: 'binary', signed: true }),
    at('text', { type: 'string' }),
  ];
  const numbers = {
    ...{ decimalPoint: ',', thousands: '.', blankSign: 'positive', nul: 'blank' },
    overpunch: 'fujitsu',
  };
  const notations = firstDataset(layoutOf(numbers, { fields })).fields.map(({ notation }) => notation);
  expect(notations).toMatchObject([
    { decimalPoint: ',', thousands: '.', blankSign: 'positive', nul: 'blank' },
    { decimalPoint: '.', thousands: "'", nul: 'blank' },
    { nul: 'blank', overpunch: 'fujitsu' },
    { thousands: '.', nul: 'blank' },
    {},
    {},
  ]);
});

test('a text of nullWhen that a field cannot hold is left out there, and a list of its own stands alone', () => {
  const fields = [
    { name: 'long', start: 1, end: 8, type: 'string' },
    { name: 'short', start: 1, end: 2, type: 'string' },
    { name: 'stored', start: 1, end: 2, type: 'integer', usage: 'binary', signed: true },
    { name: 'byte', start: 1, end: 1, type: 'integer', usage: 'binary', signed: true },
    { name: 'own', start: 1, end: 8, type: 'string', nullWhen: ['.'] },
    { name: 'none', start: 1, end: 4, type: 'integer', usage: 'binary', signed: true, nullWhen: [] },
  ];
  const read = firstDataset(layoutOf({ nullWhen: ['-9999', 'NA'] }, { fields })).fields;
  const texts = read.map(({ nullWhen }) => nullWhen.map(({ text }) => text));
  expect(texts).toEqual([['-9999', 'NA'], ['NA'], ['-9999'], [], ['.'], []]);
  // A default does not say that blanks are a number; a list of the field's own does.
  expect(read.map(({ rejectsBlanks }) => rejectsBlanks)).toEqual([false, false, true, false, false, false]);
  const blanks = firstDataset(layoutOf({ nullWhen: ['blanks'] }, { fields })).fields;
  expect(blanks.some(({ rejectsBlanks }) => rejectsBlanks)).toBe(false);
});

test('fields of tables and of record types have them too', () => {
  const table = { name: 'items', start: 1, end: 16, occurs: { count: 2 }, fields: FIELDS };
  const recordTypes = [{ name: 'only', fields: [table] }];
  const layout = layoutOf(DEFAULTS, { recordTypes, fields: undefined });
  expect(firstDataset(layout).fields[2]).toMatchObject({ name: 'amount', blank: 'zero' });
});

test.each([
  [{ onInvalid: 'rejects' }, ["'defaults.onInvalid' is", "nearest valid one is 'reject'"]],
  [{ short: 'pads' }, ["'defaults.short' is", "nearest valid one is 'pad'"]],
  [{ nulWhen: [] }, ["Unknown key 'defaults.nulWhen'", "nearest valid one is 'nullWhen'"]],
  [{ nullWhen: ['low-value'] }, ["'defaults.nullWhen[0]' is", "nearest valid one is 'low-values'"]],
  [{ usage: 'packed' }, ["Unknown key 'defaults.usage'"]],
])('%j is a problem', (defaults, words) => {
  const read = () => layoutOf(defaults);
  expect(read).toThrow(LayoutInvalid);
  for (const word of words) expect(read).toThrow(word);
});
