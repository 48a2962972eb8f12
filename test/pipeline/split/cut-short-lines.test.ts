import { describe, expect, it } from 'vitest';
import { readLayout } from '../../../shared/layout/compile/read-layout.ts';
import { cutShortRefusal } from '../../../shared/pipeline/split/cut-short.ts';
import { smallLayout } from '../../support/small-contracts.ts';

const SOURCE = { key: 'in/a.txt', sizeBytes: 40, version: 'v', pin: 'v' };
const control = (equals: string, ...ends: number[]) => ({
  match: { start: 1, end: 1, equals },
  fields: ends.map((end, index) => ({ name: `f${index}`, start: 2, end, type: 'string' })),
});

/** Is a last line without a line end refused? */
function isRefused(line: string, changes: Record<string, unknown> = {}): boolean {
  const layout = readLayout(smallLayout(changes), 'small.json');
  return cutShortRefusal(SOURCE, layout, Buffer.from(line), 20) !== undefined;
}

describe('a last line without a line end', () => {
  it('is whole from the length of a record on, in bytes or in characters', () => {
    expect(isRefused('x'.repeat(19))).toBe(true);
    expect(isRefused('x'.repeat(20))).toBe(false);
    const characters = { encoding: 'utf-8', positions: 'characters' };
    expect(isRefused('é'.repeat(19), characters)).toBe(true);
    expect(isRefused('é'.repeat(20), characters)).toBe(false);
  });

  it('that broke off within a character is cut, however long it is', () => {
    const layout = readLayout(smallLayout({ encoding: 'utf-8', positions: 'characters' }), 'small.json');
    const broken = Buffer.from(`${'x'.repeat(30)}é`).subarray(0, -1);
    expect(cutShortRefusal(SOURCE, layout, broken, 20)?.code).toBe('file-cut-short');
    // One record may have one character: half of it is no record.
    const one = { ...layout, record: { ...layout.record, lengthBytes: 1 } };
    expect(cutShortRefusal(SOURCE, one, broken.subarray(-1), 20)?.code).toBe('file-cut-short');
  });

  it.each([
    'header',
    'trailer',
  ])('is whole if it is a %s with all its fields, whatever else the layout describes', (which) => {
    const changes = { [which]: control('C', 3, 8) };
    expect(isRefused('C2345678', changes)).toBe(false);
    expect(isRefused('C234567', changes)).toBe(true);
    expect(isRefused('d2345678', changes)).toBe(true);
    expect(isRefused('C', { [which]: control('C') })).toBe(false);
  });

  it('is whole if it is either of header and trailer', () => {
    const both = { header: control('H', 4), trailer: control('T', 6) };
    expect(isRefused('H234', both)).toBe(false);
    expect(isRefused('T23456', both)).toBe(false);
    expect(isRefused('T234', both)).toBe(true);
    expect(isRefused('d23456', both)).toBe(true);
  });

  it('is taken if the layout says so', () => {
    expect(
      isRefused('x', { record: { format: 'lines', length: 20, short: 'pad', cutShort: 'accept' } }),
    ).toBe(false);
  });
});
