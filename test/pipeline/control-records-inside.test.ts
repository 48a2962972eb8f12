import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readJson } from '../../shared/pipeline/store/json-object.ts';
import { ledgerEntryShape } from '../../shared/run/ledger-entry.ts';
import { expectSameRows } from '../support/first-difference.ts';
import { TestLake } from '../support/run-pipeline.ts';
import { samples } from '../support/samples.ts';

/**
 * Files of 12 bytes a record, joined into one: each brings its header and its trailer into the details of the whole.
 *
 *     H 0001       header: H at 1, blank at 2
 *     H1 00000100  a detail may begin with H too
 *     T 00000002
 */
const LENGTH = 12;
const word = (length: number) => Buffer.from([length >> 8, length & 0xff, 0, 0]);
const joined = (records: string[], end: string) => Buffer.from(records.map((one) => one + end).join(''));
const rdw = (records: string[]) =>
  Buffer.concat(records.map((one) => Buffer.concat([word(one.length + 4), Buffer.from(one)])));
/** How the records of a file follow one another, and the byte at which each begins. */
const FORMS: Record<
  string,
  { bytes(records: string[]): Uint8Array; strideBytes: number; headBytes: number }
> = {
  lines: { bytes: (records) => joined(records, '\n'), strideBytes: LENGTH + 1, headBytes: 0 },
  fixed: { bytes: (records) => joined(records, ''), strideBytes: LENGTH, headBytes: 0 },
  rdw: { bytes: rdw, strideBytes: LENGTH + 4, headBytes: 4 },
  bdw: {
    bytes: (records) => Buffer.concat(records.map((one) => Buffer.concat([word(LENGTH + 8), rdw([one])]))),
    strideBytes: LENGTH + 8,
    headBytes: 8,
  },
};

const control = (letter: string) => [
  { start: 1, end: 1, equals: letter },
  { start: 2, end: 2, hex: '20' },
];
const own = {
  fields: [
    { name: 'id', start: 1, end: 2, type: 'string' },
    { name: 'amount', start: 4, end: 12, type: 'integer' },
  ],
};
const anyDetail = { start: 2, end: 2, equals: ['1', '2', ' '] };
/** A layout may say nothing of its details, how all of them begin, or the kinds that there are. */
const DETAILS = {
  'any record': own,
  'detail.match': { ...own, detail: { match: anyDetail } },
  'record types': { recordTypes: [{ name: 'joined', match: anyDetail, ...own }] },
};

const layoutOf = (format: string, details: keyof typeof DETAILS, maxPercent: number) =>
  JSON.stringify({
    name: 'joined',
    encoding: 'us-ascii',
    record: { format, length: LENGTH },
    ...DETAILS[details],
    header: { match: control('H') },
    trailer: {
      match: control('T'),
      fields: [{ name: 'total', start: 4, end: 12, type: 'integer' }],
    },
    rejects: { maxPercent },
  });

const record = (id: string, amount: number) => `${id} ${String(amount).padStart(LENGTH - 3, '0')}`;
const detail = fc.record({
  id: fc.constantFrom('H1', 'T2', 'A1', 'B2', 'D '),
  amount: fc.nat(999_999_999),
});
const file = fc.array(detail, { maxLength: 12 });

describe('headers and trailers among the details', () => {
  test('are rejects in every form, at every range size, and the details are read', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(file, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(...Object.keys(FORMS)),
        fc.constantFrom(...(Object.keys(DETAILS) as (keyof typeof DETAILS)[])),
        fc.constantFrom(1, 13, 40, 100_000),
        async (files, format, details, rangeSizeBytes) => {
          const { bytes, strideBytes, headBytes } = FORMS[format]!;
          const records = files.flatMap((rows, index) => [
            { text: record('H ', index), kind: 'header' },
            ...rows.map(({ id, amount }) => ({ text: record(id, amount), kind: 'detail' })),
            { text: record('T ', rows.length), kind: 'trailer' },
          ]);
          const inside = records
            .map(({ kind }, index) => ({
              byte_offset: String(index * strideBytes + headBytes),
              reason: `${kind}-in-the-middle`,
            }))
            .slice(1, -1)
            .filter(({ reason }) => reason !== 'detail-in-the-middle');
          await using lake = await TestLake.make();
          const sourceKey = 'joined_20250812.txt';
          await lake.putRaw(sourceKey, bytes(records.map(({ text }) => text)));
          const request = { sourceKey, rangeSizeBytes };
          const some = await lake.convert({ ...request, layout: layoutOf(format, details, 100) });
          expect(some.status, lake.notifications.join()).toBe('loaded');
          const rows = files.flat().map(({ id, amount }) => ({ id: id.trimEnd(), amount: String(amount) }));
          expectSameRows(await lake.publishedRows('joined', 'id, amount'), rows);
          expectSameRows(await lake.publishedRows('joined_rejects', 'byte_offset, reason'), inside);
          const none = await lake.convert({ ...request, layout: layoutOf(format, details, 0), force: true });
          expect(none.status).toBe(inside.length > 0 ? 'refused' : 'loaded');
          if (inside.length > 0) {
            expect(lake.notifications.at(-1)).toMatch(/Most likely files were joined into one/);
          }
        },
      ),
      { numRuns: samples(15) },
    );
  });

  test('a line too short to be a header is one of the details, and a short trailer is not', async () => {
    await using lake = await TestLake.make();
    const text = 'H 0000000000\nH\nT 1\nA1 000000001\nT 0000000000\n';
    await lake.putRaw('short_20250812.txt', Buffer.from(text));
    const result = await lake.convert({
      layout: layoutOf('lines', 'any record', 100),
      sourceKey: 'short_20250812.txt',
    });
    expect(result.status, lake.notifications.join()).toBe('loaded');
    expect(await lake.publishedRows('joined', 'id')).toEqual([{ id: 'A1' }]);
    const rejects = await lake.publishedRows('joined_rejects', 'reason');
    expect(rejects.map(({ reason }) => reason)).toEqual(['record-too-short', 'trailer-in-the-middle']);
  });

  test('a file of corrected records has none, so that any there is a reject', async () => {
    await using lake = await TestLake.make();
    const layout = layoutOf('lines', 'any record', 100);
    const key = 'f_20250812.txt';
    await lake.putRaw(key, Buffer.from('H 0000000000\nA1 00000000x\nA1 0000000x0\nT 0000000002\n'));
    await lake.putRaw('fix_20250812.txt', Buffer.from('H 0000000000\nA1 000000001\nT 0000000002\n'));
    expect((await lake.convert({ layout, sourceKey: key })).status).toBe('loaded');
    const fix = await lake.convert({ layout, sourceKey: 'fix_20250812.txt', supplementOf: key });
    expect(fix.status, lake.notifications.join()).toBe('loaded');
    expect(await lake.publishedRows('joined', 'id, amount')).toEqual([{ id: 'A1', amount: '1' }]);
    const entry = await readJson(lake.ports.lake, fix.ledgerKey, ledgerEntryShape);
    expect(entry.records).toMatchObject({ detail: 3, rejected: 2 });
  });

  test('a sum that only agrees without them is judged before any of it is believed', async () => {
    await using lake = await TestLake.make();
    const text = 'H 0000000000\nA1 000000005\nT 0000000005\nH 0000000000\nA1 000000002\nT 0000000002\n';
    await lake.putRaw('sums_20250812.txt', Buffer.from(text));
    const layout = (maxPercent: number) => ({
      ...JSON.parse(layoutOf('lines', 'any record', maxPercent)),
      controlTotals: [{ trailer: 'total', equals: 'sum(amount)' }],
    });
    for (const [maxPercent, said] of [
      [0, 'files were joined'],
      [100, 'trailer.total says 2, but the details add up to 7 of amount'],
    ] as const) {
      const sourceKey = 'sums_20250812.txt';
      const result = await lake.convert({
        layout: JSON.stringify(layout(maxPercent)),
        sourceKey,
        force: true,
      });
      expect(result.status).toBe('refused');
      expect(lake.notifications.at(-1)).toContain(said);
    }
  });
});
