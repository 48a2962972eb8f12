import { describe, expect, it } from 'vitest';
import type { MatchPlace } from '../../shared/layout/layout.ts';
import { readControlFile } from '../../shared/totals/control-file.ts';
import { matches, readControlRecord } from '../../shared/totals/control-record.ts';
import { RangeGroupAccount } from '../../shared/totals/range-groups.ts';
import { fieldOf } from '../support/decoded-fields.ts';

const place = (startByte: number, endByte: number, ...texts: string[]): MatchPlace => ({
  ...{ positions: 'bytes', startByte, endByte, text: texts.join(' or ') },
  anyOf: texts.map((text) => Buffer.from(text)),
});
const record = (text: string) => Buffer.from(text);
const text = (startByte: number, endByte: number, name = 'x') => ({
  ...fieldOf('string', endByte - startByte, { encoding: 'us-ascii', mayBeAbsent: true }),
  ...{ name, startByte, endByte },
});

describe('a rule for the bytes of a record', () => {
  it('names every place, and at each one of several texts', () => {
    const match = [place(0, 2, 'TR', 'HD'), place(4, 6, '01')] as const;
    expect(matches(record('TRxx01'), match)).toBe(true);
    expect(matches(record('HDxx01 and more'), match)).toBe(true);
    expect(matches(record('TRxx02'), match)).toBe(false);
    expect(matches(record('XXxx01'), match)).toBe(false);
    expect(matches(record('TXxx01'), match)).toBe(false);
  });

  it('fits no record that ends within a place, whatever the text', () => {
    expect(matches(record('TR'), [place(0, 3, 'TR')])).toBe(false);
    expect(matches(record('T'), [place(0, 2, 'T')])).toBe(false);
  });

  it('counts characters where the layout does', () => {
    const characters = { ...place(1, 3, 'TR'), positions: 'characters' as const };
    expect(matches(record('ÉTR'), [characters])).toBe(true);
    expect(matches(record('ÉTé'), [characters])).toBe(false);
    expect(matches(record('ÉTRé'), [{ ...characters, endByte: 4 }])).toBe(false);
  });
});

describe('the fields of a header or trailer', () => {
  const read = (bytes: Uint8Array, field: ReturnType<typeof fieldOf>, spaceByte?: number) =>
    readControlRecord(bytes, { positions: field.positions, fields: [field] }, 8, spaceByte).x;

  it('of a short record are filled up with blanks of its code page', () => {
    expect(read(record('AB'), text(0, 4))).toEqual({ text: 'AB' });
    const ebcdic = { ...text(0, 4), encoding: 'cp037' as const };
    expect(read(Uint8Array.of(0xc1, 0xc2), ebcdic, 0x40)).toEqual({ text: 'AB' });
  });

  it('are null, an unscaled number with its scale, a date, or invalid with the reason', () => {
    expect(read(record('        '), text(0, 4))).toEqual({ text: null });
    const number = fieldOf('decimal(5,2)', 4, { startByte: 0, endByte: 4, point: 'implied' });
    expect(read(record('0123'), number)).toEqual({ text: '123', scale: 2 });
    const date = fieldOf('date', 8, { startByte: 0, endByte: 8 }, 'yyyyMMdd');
    expect(read(record('20250812'), date)).toEqual({ text: '2025-08-12' });
    const whole = fieldOf('integer', 4, { startByte: 0, endByte: 4 });
    expect(read(record('12x4'), whole)).toEqual({ text: null, invalid: 'invalid-number' });
  });

  it('of text that is not well-formed are all beyond its end, since nobody can say where they are', () => {
    const whole = fieldOf('integer', 4, { startByte: 0, endByte: 4, positions: 'characters' });
    expect(read(Uint8Array.of(0x31, 0xc3, 0x31, 0x31), whole)).toEqual({
      text: null,
      invalid: 'beyond-record-end',
    });
  });
});

describe('a control file', () => {
  const rule = (more: Partial<Parameters<typeof readControlFile>[1]> = {}) => ({
    ...{ name: '{stem}.ctl', format: 'fixed' as const, positions: 'bytes' as const, lengthBytes: 4 },
    ...{
      encoding: 'us-ascii' as const,
      match: undefined,
      fields: [text(0, 4)],
      whenMissing: 'wait' as const,
    },
    ...more,
  });

  it('of EBCDIC may begin with the bytes of a mark: they are letters there', () => {
    const fields = [{ ...text(0, 4), encoding: 'cp037' as const }];
    const stored = Uint8Array.of(0xef, 0xbb, 0xbf, 0xc1);
    const values = readControlFile(stored, rule({ encoding: 'cp037', fields }));
    expect(values).toMatchObject({ x: { text: expect.stringMatching(/^...A$/u) } });
  });

  it('of ASCII may begin with the mark of UTF-8, if nothing in it is beyond ASCII', () => {
    const marked = (...bytes: number[]) => Uint8Array.of(0xef, 0xbb, 0xbf, ...bytes);
    expect(readControlFile(marked(0x41, 0x42, 0x43, 0x44), rule())).toEqual({ x: { text: 'ABCD' } });
    expect(readControlFile(marked(0x41, 0x7f, 0x43, 0x44), rule())).not.toContain('byte-order mark');
    expect(readControlFile(marked(0x41, 0x80, 0x43, 0x44), rule())).toContain('byte-order mark');
  });

  it('whose characters cannot be counted is not read', () => {
    const lines = rule({ format: 'lines', positions: 'characters', encoding: 'utf-8' });
    expect(readControlFile(Uint8Array.of(0x41, 0xc3, 0x41), lines)).toBe(
      'it has a record that is not well-formed UTF-8',
    );
  });

  it('has lines that end in LF or CR LF, or at its end; blank ones are none', () => {
    const lines = rule({ format: 'lines' });
    for (const stored of ['AB', 'AB\n', 'AB\r\n', '\nAB', '\r\n\r\nAB\r\n\n', 'AB\r', '\n  \nAB\n\x1a'])
      expect(readControlFile(record(stored), lines)).toEqual({ x: { text: 'AB' } });
    expect(readControlFile(record('\r\n\n'), lines)).toBe('it is empty');
  });
});

describe('the groups of a range', () => {
  it('keep the fields of a header and a trailer that state totals, and no other', () => {
    const types = ['h', 't'].map((name) => ({
      name,
      datasets: [{ fields: [text(0, 2, 'a'), text(2, 4, 'b')] }],
    }));
    const total = (record: 'header' | 'trailer', field: string) => ({
      ...{ name: `${record}.${field}`, record, field, equals: { kind: 'count-all' as const } },
    });
    const rule = { header: 'h', trailer: 't', totals: [total('header', 'a'), total('trailer', 'b')] };
    const layout = { record: { positions: 'bytes', lengthBytes: 4, spaceByte: 0x20 }, recordTypes: types };
    const account = new RangeGroupAccount(rule, layout as never);
    const piece = { startByte: 0, recordCount: 1, typeCounts: new Map(), sums: new Map() };
    account.add({ ...piece, header: record('AABB'), trailer: undefined });
    account.add({ ...piece, header: undefined, trailer: undefined });
    const { tail } = account.finish();
    expect(tail).toMatchObject({ header: { a: { text: 'AA' } }, trailer: null, records: 2 });
    expect(Object.keys(tail?.header ?? {})).toEqual(['a']);
    const other = new RangeGroupAccount(rule, layout as never);
    other.add({ ...piece, header: undefined, trailer: record('AABB') });
    expect(other.finish().head?.trailer).toEqual({ b: { text: 'BB' } });
  });
});
