import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ParquetMalformed } from '../../shared/errors.ts';
import { Statistics } from '../../shared/parquet/format.ts';
import { decodeThrift, encodeThrift } from '../../shared/parquet/thrift.ts';
import {
  binary,
  bool,
  i32,
  i64,
  list,
  optional,
  required,
  struct,
  text,
} from '../../shared/parquet/thrift-struct.ts';
import { ThriftWriter } from '../../shared/parquet/thrift-writer.ts';

/** As a later version of the format might define it: more fields than `Known`, before, between and after its own. */
const Later = struct('Later', {
  first: required(1, i32),
  second: optional(2, list(bool)),
  third: required(3, i64),
  fourth: optional(4, binary),
  twentieth: optional(20, struct('Inner', { value: required(1, i64) })),
});
const Known = struct('Known', { third: required(3, i64), first: required(1, i32) });

const Wide = struct('Wide', {
  ...{ first: required(1, i32), second: optional(2, list(bool)), third: required(3, i64) },
  ...{ fourth: optional(4, binary), isOn: optional(19, bool) },
  twentieth: optional(40, struct('Inner', { value: required(1, i64) })),
  inners: optional(41, list(struct('Inner', { value: required(20, i64) }))),
  text: optional(42, text),
});

const LATER = {
  first: 7,
  second: [true, false],
  third: 2 ** 40,
  fourth: Uint8Array.of(0, 255),
  twentieth: { value: 5 },
};

describe('a structure', () => {
  test('is read as it was written', () => {
    const bytes = encodeThrift(Later, LATER);
    expect(decodeThrift(Later, bytes)).toEqual({ value: LATER, length: bytes.length });
  });

  test('keeps fields that are not listed, bit for bit, when a listed one changes', () => {
    const { value } = decodeThrift(Known, encodeThrift(Later, LATER));
    expect([value.first, value.third]).toEqual([7, 2 ** 40]);
    const changed = encodeThrift(Known, { ...value, third: 2 ** 41 });
    expect(changed).toEqual(encodeThrift(Later, { ...LATER, third: 2 ** 41 }));
  });

  test('has the same bytes whether its fields are written one by one or as a whole', () => {
    const flags = fc.array(fc.boolean(), { maxLength: 20 });
    const whole = fc.maxSafeInteger();
    const values = fc.record(
      {
        ...{ first: fc.integer(), third: whole, second: flags, fourth: fc.uint8Array() },
        ...{ twentieth: fc.record({ value: whole }), text: fc.string() },
        inners: fc.array(fc.record({ value: whole }), { maxLength: 20 }),
        isOn: fc.boolean(),
      },
      { requiredKeys: ['first', 'third'] },
    );
    const writer = new ThriftWriter();
    fc.assert(
      fc.property(values, (value) => {
        const bytes = writer.encode((out) => out.anyFields(Wide.write(value)));
        expect(encodeThrift(Wide, value)).toEqual(bytes);
      }),
    );
  });

  test('is written in the order of its numbers, whatever the order of its names', () => {
    expect(encodeThrift(Known, { third: 3, first: 1 })).toEqual(encodeThrift(Later, { first: 1, third: 3 }));
  });

  test('has the numbers of parquet.thrift: byte by byte, in compact protocol', () => {
    const statistics = { nullCount: 3, maxValue: Uint8Array.of(9), minValue: Uint8Array.of(1) };
    // Each field: number since the one before and type; then the value. 3 in zigzag is 6. 0 ends the structure.
    expect([...encodeThrift(Statistics, statistics)]).toEqual([0x36, 6, 0x28, 1, 9, 0x18, 1, 1, 0]);
  });
});

describe('bytes that this program would not have written are ParquetMalformed', () => {
  const whole = encodeThrift(Later, LATER);
  test.each([
    [
      'a missing field',
      encodeThrift(struct('Other', { first: required(1, i32) }), { first: 1 }),
      /Later without third/,
    ],
    [
      'a field of another type',
      encodeThrift(struct('Other', { first: required(1, i64) }), { first: 1 }),
      /Later whose first is of another type/,
    ],
    [
      'an integer that no number holds exactly',
      encodeThrift(Known, { first: 1, third: 2 ** 60 }),
      /Later whose third is of another type/,
    ],
    ['bytes that end too early', whole.subarray(0, whole.length - 1), /cannot be read/],
  ])('%s', (_, bytes, message) => {
    const read = () => decodeThrift(Later, bytes);
    expect(read).toThrow(ParquetMalformed);
    expect(read).toThrow(message);
  });
});
