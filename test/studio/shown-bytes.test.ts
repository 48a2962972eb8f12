import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unicodeOf } from '../../shared/decode/code-pages.ts';
import { StatisticsOfSample } from '../../studio/engine/column-statistics.ts';
import { spansOf } from '../../studio/page/bench/bands.ts';
import { bytesOfHex, correctedBytes, hexOf } from '../../studio/page/lake/correct-bytes.ts';
import { entriesOf } from '../../studio/page/layout-entries.ts';
import { cellsOf, halfBytes } from '../../studio/page/record-cells.ts';

const CP037 = [...unicodeOf('cp037')];
const HEBREW = [...unicodeOf('iso-8859-1')];

describe('bytes as characters', () => {
  test('each byte is one character that is seen and moves nothing', () => {
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    for (const page of [CP037, HEBREW, null]) {
      const cells = cellsOf(all, page, false);
      expect(cells).toHaveLength(256);
      for (const cell of cells) {
        expect(cell).toHaveLength(1);
        expect(cell).not.toMatch(/[\p{C}\p{M}\p{Zl}\p{Zp}]/u);
      }
    }
    expect(cellsOf(Buffer.from('A\u202eé<'), null, true)).toEqual(['A', '·', '‥', '‥', 'é', '‥', '<']);
    expect(halfBytes(Uint8Array.of(0xc1, 0x5d))).toEqual({ high: ['C', '5'], low: ['1', 'D'] });
  });

  test('what is not edited keeps its bytes, and what is edited has those of its code page', () => {
    const raw = bytesOfHex('c1c200125c');
    const cells = cellsOf(raw, CP037, false);
    expect(hexOf(correctedBytes(raw, cells, cells.join(''), CP037))).toBe('c1c200125c');
    expect(hexOf(correctedBytes(raw, cells, cells.join('').replace('B', 'Z'), CP037))).toBe('c1e900125c');
    expect(() => correctedBytes(raw, cells, '漢', CP037)).toThrow('not in the code page');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const shown = cellsOf(bytes, CP037, false);
        expect(correctedBytes(bytes, shown, shown.join(''), CP037)).toEqual(bytes);
      }),
    );
  });
});

test('pieces of a record tile it', () => {
  const place = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 12 }));
  fc.assert(
    fc.property(fc.array(place, { maxLength: 8 }), fc.nat(50), fc.nat(10), (fields, length, from) => {
      const layout = {
        fields: fields.map(([start, more], index) => ({ name: `f${index}`, start, end: start + more })),
      };
      const spans = spansOf(entriesOf(JSON.stringify(layout)), length, from, length);
      let at = from;
      for (const span of spans) {
        expect(span.from).toBe(at);
        expect(span.to).toBeGreaterThan(span.from);
        at = span.to;
      }
      expect(at).toBe(Math.max(from, length));
    }),
  );
});

test('statistics are those of the values', () => {
  const sample = new StatisticsOfSample();
  const values = ['10', '9', '-2.50', '9', null, 'bad'];
  for (const value of values) {
    const field =
      value === 'bad' ? { name: 'n', value: null, problem: 'invalid-number' } : { name: 'n', value };
    sample.add({ kind: 'detail', fields: [field], raw: new Uint8Array(3) });
  }
  expect(sample.byType()[0]?.columns[0]).toMatchObject({
    values: 4,
    nulls: 1,
    invalid: { 'invalid-number': 1 },
    least: '-2.50',
    greatest: '10',
    distinct: 3,
    frequent: [{ value: '9', count: 2 }, { value: '-2.50' }, { value: '10' }],
    pictures: [{ picture: '9', count: 2 }, { picture: '-9.99' }, { picture: '99' }],
  });
});
