import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readJson } from '../../shared/pipeline/store/json-object.ts';
import { ledgerEntryShape } from '../../shared/run/ledger-entry.ts';
import { TestLake } from '../support/run-pipeline.ts';
import { samples } from '../support/samples.ts';

/** A record as its sender means it, and the counter that it states. */
interface Sent {
  items: string[];
  said: string;
}

const MOST = 4;
const item = fc.stringMatching(/^[A-Z][A-Z ]$/);
const sent: fc.Arbitrary<Sent> = fc.record({
  items: fc.array(item, { maxLength: MOST }),
  said: fc.constantFrom('', '', ' ', '0', '1', '2', '3', '4'),
});

const layoutOf = (as: 'list' | 'rows', record: object) =>
  JSON.stringify({
    name: 'tables',
    encoding: 'us-ascii',
    record: { length: 9 + 2 * MOST, ...record },
    rejects: { maxPercent: 100 },
    fields: [
      { name: 'id', start: 1, end: 6, type: 'string' },
      { name: 'kind', start: 7, end: 7, type: 'string' },
      // Of kind B, this text lies over the second and third occurrence.
      { name: 'note', start: 12, end: 15, type: 'string', when: { field: 'kind', equals: 'B' } },
      { name: 'n', start: 8, end: 8, type: 'integer' },
      {
        name: 'items',
        ...(as === 'list' ? { start: 10, end: 11, type: 'string' } : { start: 10, end: 11 }),
        ...(as === 'rows' && { fields: [{ name: 'code', start: 10, end: 11, type: 'string' }] }),
        occurs: {
          count: MOST,
          dependingOn: 'n',
          as,
          ...(as === 'rows' && { keys: ['id'], dataset: 'items' }),
        },
      },
    ],
  });

const FORMS: Record<string, { record: object; bytes(texts: string[]): Uint8Array }> = {
  rdw: {
    record: { format: 'rdw' },
    bytes: (texts) =>
      Buffer.concat(
        texts.flatMap((text) => [Buffer.from([0, text.length + 4, 0, 0]), Buffer.from(text, 'latin1')]),
      ),
  },
  lines: {
    record: { format: 'lines', short: 'pad' },
    bytes: (texts) => Buffer.from(texts.map((text) => `${text}\n`).join(''), 'latin1'),
  },
};

/** A record of kind A has its items and nothing else, so that all that its counter hides or makes up is known. */
const textOf = ({ items, said }: Sent, index: number) =>
  `R${String(index).padStart(5, '0')}A${said || items.length} ${items.join('')}`;

describe('the counter of a table and the length of its record', () => {
  for (const [name, { record, bytes }] of Object.entries(FORMS)) {
    for (const as of ['list', 'rows'] as const) {
      test(`${name}, ${as}: what loads is what was sent, and all that was sent truly loads`, async () => {
        await fc.assert(
          fc.asyncProperty(fc.array(sent, { maxLength: 40 }), async (others) => {
            // One that is true, so that something is published.
            const records: Sent[] = [{ items: ['AA'], said: '' }, ...others];
            await using lake = await TestLake.make();
            await lake.putRaw('tables_20250812.dat', bytes(records.map(textOf)));
            await lake.convert({
              layout: layoutOf(as, record),
              sourceKey: 'tables_20250812.dat',
              rangeSizeBytes: 200,
            });
            const dataset = as === 'list' ? 'tables' : 'items';
            const rows = await lake.publishedRows(dataset, as === 'list' ? 'id, items' : 'id, code');
            const found = new Map<string, unknown[]>();
            for (const { id, items, code } of rows as { id: string; items?: unknown[]; code?: unknown }[]) {
              found.set(id, items ?? [...(found.get(id) ?? []), code]);
            }
            for (const [index, one] of records.entries()) {
              const id = `R${String(index).padStart(5, '0')}`;
              const told = one.said === '' ? one.items.length : Number(one.said);
              const isTrue = told === one.items.length;
              const items = one.items.map((text) => text.trimEnd());
              // A trimmed line may have lost blank items at its end: what it promises beyond is blank.
              const padded = name === 'lines' && told > items.length;
              const wanted = padded ? [...items, ...Array(told - items.length).fill(null)] : items;
              if (isTrue || padded) expect(found.get(id) ?? []).toEqual(wanted);
              else expect(found.has(id)).toBe(false);
            }
          }),
          { numRuns: samples(12) },
        );
      }, 120_000);
    }
  }

  test('a text that a rule puts over the table explains the length of its record', async () => {
    await using lake = await TestLake.make();
    const texts = ['R00000B1 AANOTE', 'R00001A1 AANOTE', 'R00002B2 AABBNOTE', 'R00003A3 AANOTE'];
    await lake.putRaw('tables_20250812.dat', FORMS.rdw!.bytes(texts));
    await lake.convert({ layout: layoutOf('list', FORMS.rdw!.record), sourceKey: 'tables_20250812.dat' });
    expect(await lake.publishedRows('tables', 'id, note, items')).toEqual([
      { id: 'R00000', note: 'NOTE', items: ['AA'] },
      { id: 'R00003', note: null, items: ['AA', 'NO', 'TE'] },
    ]);
  });
});

describe('short records of a type that has tables', () => {
  const load = async (table: object, lines: string[]) => {
    await using lake = await TestLake.make();
    const layout = {
      name: 'tables',
      encoding: 'us-ascii',
      record: { format: 'lines', length: 8, short: 'pad' },
      fields: [
        { name: 'n', start: 1, end: 2, type: 'integer' },
        { name: 'items', start: 3, end: 4, type: 'string', occurs: { count: 3, ...table } },
      ],
    };
    await lake.putRaw('tables_20250812.dat', Buffer.from(lines.map((line) => `${line}\n`).join('')));
    const { ledgerKey } = await lake.convert({
      layout: JSON.stringify(layout),
      sourceKey: 'tables_20250812.dat',
    });
    return (await readJson(lake.ports.lake, ledgerKey, ledgerEntryShape)).records?.short;
  };

  test('are counted: those that end before an occurrence that the counter promises', async () => {
    expect(await load({ dependingOn: 'n' }, ['01AA', '02AA', '03AABBC', '00', '02AABB'])).toBe(2);
  });

  test('are counted: those that end before the last occurrence of a table that never varies', async () => {
    expect(await load({}, ['01AABBCC', '02AA', '03AABBC'])).toBe(2);
  });
});
