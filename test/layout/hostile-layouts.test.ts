import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LayoutInvalid } from '../../shared/errors.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import { readCopybook } from '../../shared/layout/copybook/read-copybook.ts';
import { layoutTables } from '../../shared/layout/describe/positions-table.ts';
import { firstDataset } from '../../shared/layout/layout.ts';
import { importPositions } from '../../shared/layout/sources/import-positions.ts';

/** A layout that uses a little of everything; each run puts other values in some of its places. */
const LAYOUT = {
  name: 'all',
  encoding: 'cp037',
  record: { format: 'rdw', length: 40, byteOrder: 'big', lengthIncludesHeader: true },
  partitionBy: ['kind'],
  fields: [
    { name: 'kind', start: 18, end: 20, type: 'string', trim: 'both', nullWhen: ['low-values'] },
    { name: 'amount', start: 1, end: 4, type: 'decimal(7,2)', usage: 'packed', digits: 7 },
    { name: 'count', start: 5, end: 8, type: 'integer', usage: 'binary', signed: true },
    { name: 'rate', start: 9, end: 12, type: 'double', usage: 'float', floatFormat: 'ibm' },
    { name: 'opened', start: 13, end: 17, type: 'date', usage: 'packed', format: 'yyyyMMdd' },
    { name: 'total', start: 21, end: 30, type: 'decimal(10,2)', point: 'implied', sign: 'trailing' },
  ],
  detail: { match: { start: 1, end: 1, equals: '1' } },
  header: {
    match: { start: 1, end: 1, equals: '0' },
    fields: [{ name: 'day_of', start: 2, end: 9, type: 'date', format: 'yyyyMMdd' }],
  },
  trailer: {
    match: { start: 1, end: 1, equals: '9' },
    fields: [{ name: 'sum', start: 2, end: 11, type: 'decimal(10,2)', point: 'implied' }],
  },
  controlTotals: [{ trailer: 'sum', equals: 'sum(total)' }],
  businessDate: { header: 'day_of' },
  rejects: { maxPercent: 1 },
};

type Path = (string | number)[];

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return [
    ...(path.length > 0 ? [path] : []),
    ...keys.flatMap((key) => pathsOf(value[key as never], [...path, key])),
  ];
}

function changed(changes: [Path, unknown][]): string {
  const layout: unknown = structuredClone(LAYOUT);
  for (const [path, value] of changes) {
    const owner = path.slice(0, -1).reduce<unknown>((node, step) => (node as never)?.[step as never], layout);
    const isList = Array.isArray(owner) && typeof path.at(-1) === 'string';
    if (typeof owner === 'object' && owner !== null && !isList) {
      Object.assign(owner, { [path.at(-1)!]: structuredClone(value) });
    }
  }
  return JSON.stringify(layout);
}

test('the layout itself is valid', () => {
  expect(firstDataset(readLayout(changed([]), 'l')).fields).toHaveLength(6);
});

test('a layout with arbitrary values is read, or refused with a typed error', () => {
  const words = ['integer', 'decimal(38,38)', 'decimal(5,5)', 'binary', 'packed', 'float', 'display', 'date'];
  const more = ['utf-16be', 'cp500', 'utf-8', 'explicit', 'yyyy-MM-dd', 'length-field', 'lines', 'kind', 'é'];
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.nat(50),
    fc.constantFrom<unknown>(...words, ...more, true, false, { toString: [] }, { start: 1, end: 99 }),
  );
  const changes = fc.array(fc.tuple(fc.constantFrom(...pathsOf(LAYOUT)), value), { maxLength: 4 });
  fc.assert(
    fc.property(changes, (list) => {
      const text = changed(list);
      try {
        layoutTables(readLayout(text, 'l'));
      } catch (error) {
        if (!(error instanceof LayoutInvalid)) throw error;
        expect(error.where).toBe('l');
      }
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['a list', `{"fields":${'['.repeat(200_000)}${']'.repeat(200_000)}}`],
  ['an object', `${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`],
])('%s within itself 200,000 times is refused, and overflows no stack', (_, text) => {
  expect(() => readLayout(text, 'deep.json')).toThrow(
    expect.objectContaining({
      name: 'LayoutInvalid',
      message: expect.stringContaining('nested deeper than 64'),
    }),
  );
});

const MANY = Array.from({ length: 10_001 }, (_, index) => index + 1);

test.each([
  [
    'a layout',
    'more than 10000 fields',
    () =>
      readLayout(
        JSON.stringify({ fields: MANY.map((at) => ({ name: `f${at}`, start: at, end: at })) }),
        'big.json',
      ),
  ],
  [
    'a positions table',
    'more than 10000 fields',
    () =>
      importPositions(
        `name,start,end,type\n${MANY.map((at) => `f${at},${at},${at},string`).join('\n')}`,
        'big.csv',
      ),
  ],
  [
    'a SAS program',
    'more than 10000 fields',
    () => importPositions(`INPUT\n${MANY.map((at) => `@${at} F${at} $1.`).join('\n')};`, 'big.sas'),
  ],
  [
    'a copybook',
    'more than 20000 entries',
    () =>
      readCopybook(
        `01 REC.\n${[...MANY, ...MANY].map((at) => `05 F-${at} PIC X.`).join('\n')}`,
        'big.cpy',
        'free',
      ),
  ],
])('%s that is too large is refused by the limit that it passes', (_, limit, read) => {
  expect(read).toThrow(
    expect.objectContaining({ name: 'LayoutInvalid', message: expect.stringContaining(limit) }),
  );
});
