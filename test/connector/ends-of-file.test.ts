import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { headBytesOf, lengthsProblem } from '../../connector/decide/record-lengths.ts';
import { tailBytesOf, trailerFigures } from '../../connector/decide/trailer-figures.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import { smallLayout } from '../support/small-contracts.ts';

const file = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url));
const layoutOf = (path: string) => readLayout(file(path).toString(), path);

describe('records that state their lengths', () => {
  it.each([
    'records-v',
    'records-vb',
  ])('are recognised in the golden case %s, and missed if a transfer took the lengths away', (name) => {
    const layout = layoutOf(`test/golden/${name}/layout.json`);
    const hex = file(`test/golden/${name}/input.hex`).toString().replace(/#.*$/gm, '').replace(/\s/g, '');
    const bytes = Buffer.from(hex, 'hex');
    expect(headBytesOf(layout)).toBeGreaterThan(0);
    expect(lengthsProblem(layout, bytes, bytes.length)).toBeUndefined();
    // What SITE RDW would have kept: four bytes before each record.
    expect(lengthsProblem(layout, bytes.subarray(8), bytes.length - 8)).toBeDefined();
    const cut = bytes.subarray(0, bytes.length - 1);
    expect(lengthsProblem(layout, cut, cut.length)).toBeDefined();
  });

  it('are not asked of lines', () => {
    expect(headBytesOf(layoutOf('layouts/contracts.json'))).toBe(0);
  });
});

describe('the trailer of a file', () => {
  const layout = layoutOf('layouts/contracts-with-trailer.json');
  const detail = `01${'x'.repeat(140)}`;
  const trailer = (all: string, details: string) =>
    `99${'FILE'.padEnd(20)}20250812${all}${details}${'0'.repeat(18)}`;

  it('states counts as a day manifest names them, however the file ends', () => {
    for (const end of ['', '\n', '\r\n', '\n\x1a', '\n\n  \n']) {
      const tail = Buffer.from(`${detail}\n${detail}\n${trailer('00000000004', '00000000002')}${end}`);
      expect(trailerFigures(layout, tail)).toEqual({ records: 4, details: 2 });
    }
    expect(tailBytesOf(layout)).toBeGreaterThan(160);
  });

  it('states nothing if it is not there or no number', () => {
    expect(trailerFigures(layout, Buffer.from(`${detail}\n${detail}\n`))).toEqual({});
    expect(
      trailerFigures(layout, Buffer.from(`${detail}\n${trailer('many       ', '00000000002')}\n`)),
    ).toEqual({ details: 2 });
    expect(trailerFigures(layout, Buffer.alloc(0))).toEqual({});
    expect(tailBytesOf(layoutOf('layouts/contracts.json'))).toBe(0);
  });

  it('names only its own counts, and no sum, no count of other records and no number below zero', () => {
    const text = (name: string, start: number) => ({
      ...{ name, start, end: start + 3, type: 'integer', sign: 'leading-separate' },
    });
    const of = (controlTotals: object[], more: object = {}) =>
      readLayout(
        smallLayout({
          header: { match: { start: 1, end: 1, equals: 'H' }, fields: [text('n', 2)] },
          trailer: { match: { start: 1, end: 1, equals: 'T' }, fields: [text('n', 2), text('m', 6)] },
          controlTotals,
          ...more,
        }),
        'test.json',
      );
    const figures = (totals: object[], tail: string, more?: object) =>
      trailerFigures(of(totals, more), Buffer.from(tail));
    const details = [{ trailer: 'n', equals: 'count(detail)' }];
    expect(figures([{ header: 'n', equals: 'count(detail)' }], 'T+002+003\n')).toEqual({});
    expect(figures([{ trailer: 'n', equals: 'count(detail+trailer)' }], 'T+002+003\n')).toEqual({});
    expect(figures([{ trailer: 'n', equals: 'sum(amount)' }], 'T+002+003\n')).toEqual({});
    expect(figures(details, 'T-002+003\n')).toEqual({});
    expect(figures(details, 'T+000+003\n')).toEqual({ details: 0 });
    // Of fixed records, fewer bytes than a record are none.
    const fixed = { record: { format: 'fixed', length: 20 } };
    expect(figures(details, 'T+002+003'.padEnd(20), fixed)).toEqual({ details: 2 });
    expect(figures(details, 'T+002+003', fixed)).toEqual({});
    // What stands after the records is none of them, also if there is nothing else.
    const marked = { record: { format: 'lines', length: 20, short: 'pad', fileTrailerBytes: 2 } };
    expect(figures(details, 'T+002+003\nT9', marked)).toEqual({ details: 2 });
    expect(figures(details, 'T', marked)).toEqual({});
  });
});
