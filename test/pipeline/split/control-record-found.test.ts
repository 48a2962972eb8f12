import { describe, expect, it } from 'vitest';
import { readLayout } from '../../../shared/layout/compile/read-layout.ts';
import {
  controlRecordMissing,
  takeControlRecord,
} from '../../../shared/pipeline/split/control-record-found.ts';
import { smallLayout } from '../../support/small-contracts.ts';

const SOURCE = { key: 'in/a.txt', sizeBytes: 40, version: 'v', pin: 'v' };
const RANGE = { startByte: 3, endByte: 9 };
const header = {
  match: [
    { start: 1, end: 1, equals: 'H' },
    { start: 4, end: 5, equals: 'ok' },
  ],
  fields: [{ name: 'day', start: 2, end: 3, type: 'string' }],
};
const trailer = { ...header, match: { start: 1, end: 1, equals: 'T' } };

function layoutOf(changes: Record<string, unknown> = {}) {
  const layout = readLayout(smallLayout({ header, trailer, ...changes }), 'small.json');
  if (!layout.header || !layout.trailer) throw new Error('no control records');
  return { ...layout, header: layout.header, trailer: layout.trailer };
}

describe('a control record', () => {
  const layout = layoutOf();
  const taken = (text: string, which = layout.header) =>
    takeControlRecord(layout, which, Buffer.from(text), RANGE);

  it('is taken if all its places match and it is no longer than a record', () => {
    expect(taken('H12ok')).toEqual({ ...RANGE, values: { day: { text: '12' } } });
    expect(taken(`H12ok${'x'.repeat(15)}`)).toBeDefined();
    expect(taken(`H12ok${'x'.repeat(16)}`)).toBeUndefined();
    expect(taken('H12no')).toBeUndefined();
    expect(taken('T12ok')).toBeUndefined();
  });

  it('keeps its bytes if it is a header of which rows copy a field', () => {
    const { fields } = JSON.parse(smallLayout());
    const copying = layoutOf({ fields: [...fields, { name: 'copied', fromHeader: 'day' }] });
    const bytes = (which: typeof copying.header, text: string) =>
      takeControlRecord(copying, which, Buffer.from(text), RANGE)?.bytes;
    expect(bytes(copying.header, 'H12ok')).toBe(Buffer.from('H12ok').toString('base64'));
    expect(bytes(copying.trailer, 'T12')).toBeUndefined();
    expect(taken('H12ok')).not.toHaveProperty('bytes');
  });
});

describe('of a control record that is not there, people are told', () => {
  const said = (which: 'header' | 'trailer', found: string | Uint8Array | undefined, layout = layoutOf()) =>
    controlRecordMissing(
      SOURCE,
      which,
      layout,
      layout[which],
      found === undefined ? undefined : Buffer.from(found),
    ).message;

  it('the first place that does not fit', () => {
    expect(said('header', 'T12ok')).toContain("its first record is not a header: bytes 1 to 1 are not 'H'.");
    expect(said('header', 'H12no')).toContain("its first record is not a header: bytes 4 to 5 are not 'ok'.");
    expect(said('trailer', 'd')).toContain("its last record is not a trailer: bytes 1 to 1 are not 'T'.");
  });

  it('the first place of all if there is no record, or one that is another control record', () => {
    expect(said('header', undefined)).toContain("bytes 1 to 1 are not 'H'.");
    expect(said('header', 'H12ok')).toContain("bytes 1 to 1 are not 'H'.");
  });

  it('how long the record is, if it is longer than any', () => {
    const long = 'its first record has 21 bytes, and the layout says that no record has more than 20.';
    expect(said('header', 'x'.repeat(21))).toContain(long);
    expect(said('header', 'x'.repeat(20))).toContain('bytes 1 to 1 are not');
  });

  it('that characters cannot be counted in a record that is not UTF-8', () => {
    const utf8 = layoutOf({ encoding: 'utf-8', positions: 'characters' });
    expect(said('header', Buffer.from([0x48, 0xff]), utf8)).toContain('is not well-formed UTF-8');
    expect(said('header', 'é'.repeat(21), utf8)).toContain('has 21 characters');
    expect(said('header', 'é'.repeat(20), utf8)).toContain("characters 1 to 1 are not 'H'");
    expect(said('header', undefined, utf8)).toContain("characters 1 to 1 are not 'H'");
  });
});
