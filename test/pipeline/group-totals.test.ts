import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LOT_LAYOUT, LOT_RECORD_BYTES, lotBytes, lotFile, lotRecords } from '../support/lot-files.ts';
import { TestLake } from '../support/run-pipeline.ts';
import { samples } from '../support/samples.ts';

const FORMATS = ['lines', 'fixed', 'rdw', 'bdw'];
const forms = fc.constantFrom(...FORMATS);
const rangeSizes = fc.constantFrom(1, 21, 45, 70, 150, 100_000);

async function told(records: string[], format: string, rangeSizeBytes: number, changes: object = {}) {
  await using lake = await TestLake.make();
  const sourceKey = 'lots_20250812.txt';
  await lake.putRaw(sourceKey, lotBytes(records, format));
  const record = { format, length: LOT_RECORD_BYTES };
  const layout = JSON.stringify({ ...LOT_LAYOUT, record, ...changes });
  const { status } = await lake.convert({ layout, sourceKey, rangeSizeBytes });
  return { status, message: lake.notifications.at(-1) ?? '' };
}

/** Another digit at one place of a record. */
const damaged = (record: string, at: number) =>
  `${record.slice(0, at)}${(Number(record[at]) + 1) % 10}${record.slice(at + 1)}`;

describe('totals of groups', () => {
  test('agree in every form and at every range size', async () => {
    await fc.assert(
      fc.asyncProperty(lotFile, forms, rangeSizes, async (lots, format, rangeSizeBytes) => {
        const { status, message } = await told(lotRecords(lots), format, rangeSizeBytes);
        expect(status, message).toBe('loaded');
      }),
      { numRuns: samples(12) },
    );
  });

  test('one wrong figure is found, whatever else is in the file', async () => {
    await fc.assert(
      fc.asyncProperty(
        lotFile.filter((lots) => lots.length > 0),
        fc.nat(),
        fc.constantFrom(
          [/^1/, 19] as const,
          [/^5/, 7] as const,
          [/^5/, 19] as const,
          [/^3 A C/, 17] as const,
        ),
        forms,
        rangeSizes,
        async (lots, chosen, [kind, at], format, rangeSizeBytes) => {
          const records = lotRecords(lots);
          const fitting = records.flatMap((record, index) => (kind.test(record) ? [index] : []));
          fc.pre(fitting.length > 0);
          const index = fitting[chosen % fitting.length]!;
          records[index] = damaged(records[index]!, at);
          const { status, message } = await told(records, format, rangeSizeBytes);
          expect(status).toBe('refused');
          const group = records.slice(0, index + 1).filter((record) => record.startsWith('1')).length;
          expect(message).toContain(`group ${group}, which begins at byte `);
          expect(message).toContain(`1 of ${lots.length} groups do not agree`);
        },
      ),
      { numRuns: samples(12) },
    );
  });

  test('a record that is lost, doubled or in another place is found', async () => {
    await fc.assert(
      fc.asyncProperty(
        lotFile.filter((lots) => lots.length > 0),
        fc.nat(),
        fc.constantFrom('lost', 'doubled'),
        forms,
        rangeSizes,
        async (lots, chosen, what, format, rangeSizeBytes) => {
          const records = lotRecords(lots);
          const index = 1 + (chosen % (records.length - 2));
          if (what === 'lost') records.splice(index, 1);
          else records.splice(index, 0, records[index]!);
          // Without its only two records a lot is gone, and nothing in the file says that it was there.
          const { status, message } = await told(records, format, rangeSizeBytes);
          expect(status).toBe('refused');
          expect(message).toMatch(/has no lot_trailer at its end|are in no group|do not agree/);
        },
      ),
      { numRuns: samples(12) },
    );
  });
});

const HEAD = 'H'.padEnd(20);
const END = '9'.padEnd(20);
const lot = '1 LOT000000000000000';
const credit = '3 A C   0000000005  ';
const lotEnd = '5 000003  0000000005';
const withCredit = '1 LOT000000000000001';

describe('groups that are not whole', () => {
  for (const rangeSizeBytes of [1, 45, 100_000]) {
    test(`are named, in ranges of ${rangeSizeBytes} bytes`, async () => {
      const cases: [string[], string][] = [
        [
          [withCredit, credit, withCredit, credit, lotEnd],
          'group 1, which begins at byte 22, has no lot_trailer at its end (1 of 2',
        ],
        [[withCredit, credit], 'group 1, which begins at byte 22, has no lot_trailer at its end (1 of 1'],
        [[credit, withCredit, credit, lotEnd], '1 records are in no group, the first at or after byte 22'],
        [
          [withCredit, credit, lotEnd, credit, lotEnd],
          '2 records are in no group, the first at or after byte 88',
        ],
        [
          [lot, '5 000002  0000000000', withCredit, credit, '5 000009  0000000005'],
          'group 2, which begins at byte 66, does not agree: lot_trailer.records says 9, but the group has 3 records (1 header, 1 details, 1 trailer); 1 of 2',
        ],
        [
          [lot, credit, '5 000003  0000000005'],
          "lot.credits says 0, but the group has 1 of movement where kind is 'C' or 'X'",
        ],
        [
          [withCredit, credit, '5 000003  0000000006'],
          "lot_trailer.amount says 6, but its records where kind is 'C' add up to 5 of amount",
        ],
        [
          [withCredit, credit, '5 0000x3  0000000005'],
          'lot_trailer.records cannot be read (invalid-number), and the group has 3',
        ],
      ];
      for (const [records, said] of cases) {
        const { status, message } = await told([HEAD, ...records, END], 'lines', rangeSizeBytes, {
          rejects: { maxPercent: 100 },
        });
        expect(status, said).toBe('refused');
        expect(message).toContain(said);
      }
    });
  }

  test('a record of no type may stand between groups, and counts within one', async () => {
    const between = [HEAD, withCredit, credit, lotEnd, '?'.padEnd(20), lot, '5 000002  0000000000', END];
    const within = [HEAD, withCredit, credit, '?'.padEnd(20), '5 000004  0000000005', END];
    for (const records of [between, within]) {
      for (const rangeSizeBytes of [1, 45, 100_000]) {
        const rejects = { maxPercent: 100 };
        const { status, message } = await told(records, 'lines', rangeSizeBytes, { rejects });
        expect(status, message).toBe('loaded');
      }
    }
  });
});
