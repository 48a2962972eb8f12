import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byName, countsShape, named, text } from '../../shared/json-shape.ts';
import { dayStatus } from '../../shared/pipeline/operate/day-status.ts';
import { LOT_LAYOUT, lotBytes, lotRecords } from '../support/lot-files.ts';
import { TestLake } from '../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';
import { DATE, smallDay } from '../support/small-day.ts';

/** What every object of JavaScript answers to. */
const OF_OBJECTS = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'];
/** The only one of them that may be a name in a layout. */
const NAME = 'constructor';

/** The layout with one of its names changed, wherever it stands. */
const renamed = (layout: object, from: string): string =>
  JSON.stringify(layout).replace(new RegExp(`(?<![a-z_])${from}(?![a-z_":]*":)`, 'g'), NAME);

describe('names that every object answers to', () => {
  it.each([
    'lots',
    'lot',
    'lot_trailer',
    'movement',
    'credits',
    'amount',
    'kind',
  ])('load as any other in place of %s, in groups over many ranges', async (name) => {
    const lots = [1, 2, 3].map((amount) => ({
      records: [
        { kind: 'C' as const, amount },
        { kind: 'D' as const, amount: 7 },
      ],
    }));
    const sourceKey = 'lots_20250812.txt';
    const outcome = async (layout: string) => {
      await using lake = await TestLake.make();
      await lake.putRaw(sourceKey, lotBytes(lotRecords(lots), 'lines'));
      const { status } = await lake.convert({ layout, sourceKey, rangeSizeBytes: 45 });
      const dataset = JSON.parse(layout).name;
      const day = await dayStatus(lake.ports, dataset, DATE);
      return { status, message: lake.notifications.at(-1)?.replaceAll(dataset, ''), totals: day.totals };
    };
    const layout = renamed(LOT_LAYOUT, name);
    expect(layout).toContain(`"${NAME}"`);
    const { totals, ...told } = await outcome(layout);
    expect(told.status, told.message).toBe('loaded');
    expect(totals.rows).toBe((await outcome(JSON.stringify(LOT_LAYOUT))).totals.rows);
  });

  it('count what became null, and keep values of partitions', async () => {
    await using lake = await TestLake.make();
    const { entryOf } = smallDay(lake);
    const layout = smallLayout({
      fields: [
        { name: 'id', start: 1, end: 6, type: 'string', required: true },
        { name: NAME, start: 7, end: 15, type: 'integer', onInvalid: 'null' },
        { name: 'product', start: 16, end: 20, type: 'string' },
      ],
    });
    const products = ['const', '__pro', 'toStr'];
    const lines = products.flatMap((product, index) => [
      smallLine(`A${index}`, 1, product),
      smallLine(`B${index}`, index === 1 ? 2 : 'X', product),
    ]);
    await lake.putRaw('f_20250812.txt', smallFile(...lines));
    const result = await lake.convert({ layout, sourceKey: 'f_20250812.txt', rangeSizeBytes: 42 });
    expect(result.status).toBe('loaded');
    expect((await entryOf(result)).nulled).toEqual({ [NAME]: 2 });
    const rows = await lake.publishedRows('small', 'id');
    expect(rows.map(({ id }) => id).sort()).toEqual(['A0', 'A1', 'A2', 'B0', 'B1', 'B2']);
  });

  it('are read back from JSON as they were written, and no other name is found', () => {
    const names = fc.uniqueArray(fc.oneof(fc.constantFrom(...OF_OBJECTS), fc.string()), { maxLength: 6 });
    fc.assert(
      fc.property(names, (list) => {
        const written = JSON.stringify(named(list.map((name) => [name, 1] as const)));
        const read = JSON.parse(written);
        expect(countsShape(read)).toBeUndefined();
        expect(Object.keys(read).sort()).toEqual([...list].sort());
        expect(JSON.stringify(read)).toBe(written);
        for (const name of OF_OBJECTS) expect(read[name]).toBe(list.includes(name) ? 1 : undefined);
      }),
    );
    expect(byName(text)(JSON.parse('{"__proto__":1}'))).toMatchObject({ path: '.__proto__' });
  });
});
