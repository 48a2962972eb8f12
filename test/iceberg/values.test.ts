import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareTupleValues,
  partitionTuple,
  partitionTupleType,
  tupleBound,
} from '../../shared/iceberg/partition-spec.ts';
import {
  bigEndian,
  lowerBytes,
  lowerText,
  signedBytesOf,
  upperBytes,
  upperText,
} from '../../shared/iceberg/single-value.ts';

const utf8 = (text: string) => Buffer.from(text);

describe('bounds', () => {
  it('of decimals have the fewest bytes, with a sign', () => {
    for (const [value, bytes] of [
      [0n, '00'],
      [-1n, 'ff'],
      [127n, '7f'],
      [128n, '0080'],
      [-128n, '80'],
      [-129n, 'ff7f'],
      [1234n, '04d2'],
    ] as const) {
      expect(Buffer.from(signedBytesOf(bigEndian(value, 16))).toString('hex')).toBe(bytes);
    }
  });

  it('of texts and bytes are short, and still bounds', () => {
    const least = (text: string) => Buffer.compare(lowerText(utf8(text)), utf8(text)) <= 0;
    const most = (text: string) => {
      const bound = upperText(utf8(text));
      return (
        !bound || (Buffer.compare(bound, utf8(text)) >= 0 && [...Buffer.from(bound).toString()].length <= 16)
      );
    };
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => least(text) && most(text)),
    );
    expect(Buffer.from(upperText(utf8(`${'a'.repeat(15)}\ud7ffb`))!)).toEqual(
      utf8(`${'a'.repeat(15)}\ue000`),
    );
    expect(most(`\ufeff${'a'.repeat(17)}`) && least(`\ufeff${'\u{10000}'.repeat(17)}`)).toBe(true);
    expect(upperText(utf8('\u{10ffff}'.repeat(17)))).toBeUndefined();
    expect(Buffer.from(upperText(utf8(`a${'\u{10ffff}'.repeat(16)}`))!)).toEqual(utf8('b'));
    expect(upperBytes(new Uint8Array(17).fill(0xff))).toBeUndefined();
    expect(upperBytes(Uint8Array.of(1, ...new Uint8Array(16).fill(0xff)))).toEqual(Uint8Array.of(2));
    expect(lowerBytes(new Uint8Array(17))).toHaveLength(16);
  });
});

const KEYS = (
  [
    { name: 'year', type: 'string' },
    { name: 'amount', type: 'decimal(9,2)' },
    { name: 'count', type: 'bigint' },
    { name: 'on', type: 'date' },
    { name: 'is_open', type: 'boolean' },
  ] as const
).map((key, index) => ({ ...key, fieldId: 1000 + index }));

describe('partition tuples', () => {
  it('hold the values that folders show', () => {
    const values = {
      year: '2025',
      amount: '-12.30',
      count: '9007199254740993',
      on: '1969-12-31',
      is_open: 'true',
    };
    expect(partitionTuple(KEYS, values)).toEqual({
      year: '2025',
      amount: Uint8Array.of(0xff, 0xff, 0xfb, 0x32),
      count: 9007199254740993n,
      on: -1,
      is_open: true,
    });
    expect(partitionTuple(KEYS, { ...values, amount: null, on: null })).toMatchObject({
      amount: null,
      on: null,
    });
  });

  it('have the types of the columns, with the fewest bytes for a decimal', () => {
    expect(partitionTupleType(KEYS).fields.map(({ type }) => type)).toEqual([
      ['null', 'string'],
      [
        'null',
        { type: 'fixed', name: 'decimal_9_2', size: 4, logicalType: 'decimal', precision: 9, scale: 2 },
      ],
      ['null', 'long'],
      ['null', { type: 'int', logicalType: 'date' }],
      ['null', 'boolean'],
    ]);
    expect(() => partitionTupleType([{ fieldId: 1000, name: 'at', type: 'timestamp' }])).toThrow(
      /cannot be partitioned by 'at'/,
    );
  });

  it('are ordered as their values are', () => {
    const tuple = (amount: string) => partitionTuple([KEYS[1]!], { amount }).amount!;
    const amounts = ['-12.30', '-0.01', '0.00', '0.01', '7.00'].map(tuple);
    expect([...amounts].reverse().sort(compareTupleValues)).toEqual(amounts);
    expect(tupleBound(KEYS[1]!, tuple('-0.01'))).toEqual(Uint8Array.of(0xff));
    expect(tupleBound(KEYS[3]!, 1)).toEqual(Uint8Array.of(1, 0, 0, 0));
    expect(tupleBound(KEYS[2]!, 1n)).toEqual(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0));
    expect(['b', 'a', 'É'].sort(compareTupleValues)).toEqual(['a', 'b', 'É']);
  });
});
