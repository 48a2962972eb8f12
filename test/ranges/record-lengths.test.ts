import { describe, expect, test } from 'vitest';
import {
  bdwChain,
  type LengthCoding,
  type LengthShape,
  lengthFieldChain,
  NOT_DIGITS,
  NOT_ZERO,
  rdwChain,
  readWholeLength,
} from '../../shared/ranges/record-chain.ts';

/** The length that bytes say which begin after one byte of something else. */
const lengthOf = (shape: LengthShape, ...bytes: number[]) =>
  readWholeLength(Uint8Array.of(0xee, ...bytes), 1, shape);

describe('a descriptor word', () => {
  test('has a length in one half, in either order of bytes, and zeros in the other', () => {
    const first = rdwChain().record;
    const second = rdwChain({ byteOrder: 'little-endian', half: 'second' }).record;
    expect(lengthOf(first, 0x12, 0x34, 0, 0)).toBe(0x1234);
    expect(lengthOf(first, 0xff, 0xfe, 0, 0)).toBe(0xfffe);
    expect(lengthOf(rdwChain({ byteOrder: 'little-endian' }).record, 0x34, 0x12, 0, 0)).toBe(0x1234);
    expect(lengthOf(second, 0, 0, 0x34, 0x12)).toBe(0x1234);
    for (const zeros of [
      [1, 0],
      [0, 1],
    ]) {
      expect(lengthOf(first, 0x12, 0x34, ...zeros)).toBe(NOT_ZERO);
      expect(lengthOf(second, ...zeros, 0x34, 0x12)).toBe(NOT_ZERO);
    }
  });

  test('may not count itself', () => {
    expect(lengthOf(rdwChain({ countsItself: false }).record, 0, 6, 0, 0)).toBe(10);
    expect(lengthOf(rdwChain({ countsItself: true }).record, 0, 6, 0, 0)).toBe(6);
  });

  test('of a large block has a set bit and 31 bits of length', () => {
    const large = (...bytes: number[]) => lengthOf(bdwChain().block!, ...bytes);
    expect(large(0x80, 1, 2, 3)).toBe(0x010203);
    expect(large(0xff, 0xff, 0xff, 0xff)).toBe(0x7fffffff);
    expect(large(0x7f, 0xff, 0, 0)).toBe(0x7fff);
    const without = bdwChain({ countsItself: false }).block!;
    expect(lengthOf(without, 0x80, 0, 1, 0)).toBe(260);
    const swapped = bdwChain({ byteOrder: 'little-endian', half: 'second' }).block!;
    expect(lengthOf(swapped, 3, 2, 1, 0x80)).toBe(0x010203);
    expect(lengthOf(swapped, 0, 0, 3, 2)).toBe(0x0203);
    // A record of the same word has none.
    expect(lengthOf(bdwChain().record, 0x80, 1, 0, 0)).toBe(0x8001);
  });

  test('of a block may be that of a large one if its half of the length comes first on a mainframe', () => {
    const isExtendable = (byteOrder: 'big-endian' | 'little-endian', half: 'first' | 'second') =>
      bdwChain({ byteOrder, half }).block?.extendable;
    expect(isExtendable('big-endian', 'first')).toBe(true);
    expect(isExtendable('big-endian', 'second')).toBe(false);
    expect(isExtendable('little-endian', 'first')).toBe(false);
    expect(isExtendable('little-endian', 'second')).toBe(true);
  });

  test('says how long a record or a block may be', () => {
    const of = ({ headBytes, minimumBytes, maximumBytes }: LengthShape) => [
      headBytes,
      minimumBytes,
      maximumBytes,
    ];
    expect(of(rdwChain().record)).toEqual([4, 4, 65_539]);
    expect(of(rdwChain({}, 100).record)).toEqual([4, 4, 104]);
    expect(of(bdwChain({}, {}, 100).record)).toEqual([4, 4, 104]);
    expect(of(bdwChain().record)).toEqual([4, 4, 65_539]);
    expect(of(bdwChain().block!)).toEqual([4, 8, 256 * 1024 * 1024 + 4]);
    expect([rdwChain().block, rdwChain().recordPrefixBytes, bdwChain().recordPrefixBytes]).toEqual([
      null,
      4,
      4,
    ]);
    expect([rdwChain().record.extendable, bdwChain().record.extendable]).toEqual([false, false]);
  });
});

describe('a length in a field', () => {
  const field = (coding: LengthCoding, fieldBytes: number, addedBytes?: number) =>
    lengthFieldChain({
      ...{ fieldAtBytes: 2, fieldBytes, coding, maximumBytes: 99 },
      ...(addedBytes !== undefined && { addedBytes }),
    });
  const read = (coding: LengthCoding, ...bytes: number[]) =>
    lengthOf(field(coding, bytes.length).record, 0xaa, 0xbb, ...bytes);

  test('needs its field, has no prefix and no half of zeros', () => {
    expect(field('digits', 3)).toEqual({
      record: {
        ...{ coding: 'digits', fieldAtBytes: 2, fieldBytes: 3, zeroAtBytes: -1, extendable: false },
        ...{ addedBytes: 0, headBytes: 5, minimumBytes: 5, maximumBytes: 99 },
      },
      block: null,
      recordPrefixBytes: 0,
    });
    expect(lengthOf(field('digits', 2, 7).record, 0xaa, 0xbb, 0x31, 0x32)).toBe(19);
    expect(lengthOf(field('big-endian', 2, 7).record, 0xaa, 0xbb, 1, 0)).toBe(263);
    expect(lengthOf(field('little-endian', 2, 7).record, 0xaa, 0xbb, 1, 0)).toBe(8);
  });

  test('in binary has as many bytes as its field', () => {
    expect(read('big-endian', 5)).toBe(5);
    expect(read('big-endian', 1, 2)).toBe(0x0102);
    expect(read('big-endian', 1, 2, 3)).toBe(0x010203);
    expect(read('big-endian', 0xff, 2, 3, 4)).toBe(0xff020304);
    expect(read('little-endian', 1, 2, 3)).toBe(0x030201);
    expect(read('little-endian', 1, 2, 3, 0xff)).toBe(0xff030201);
  });

  test('in digits is ASCII or EBCDIC, and nothing else', () => {
    expect(read('digits', 0x30, 0x31, 0x39)).toBe(19);
    expect(read('digits', 0xf0, 0xf1, 0xf9)).toBe(19);
    for (const byte of [0x3a, 0x2f, 0xfa, 0xef, 0x40, 0x20]) {
      expect(read('digits', byte, 0x31)).toBe(NOT_DIGITS);
      expect(read('digits', 0x31, byte)).toBe(NOT_DIGITS);
    }
    // The reader of a length that is no number adds nothing to it.
    expect(lengthOf(field('digits', 1, 9).record, 0xaa, 0xbb, 0x40)).toBe(NOT_DIGITS);
    expect(read('digits', 0x30)).toBe(0);
  });

  test('in packed digits ends with a sign that is not minus', () => {
    expect(read('packed', 0x01, 0x2c)).toBe(12);
    expect(read('packed', 0x98, 0x76, 0x5f)).toBe(98_765);
    expect(read('packed', 0x0c)).toBe(0);
    for (const sign of [0x0a, 0x0c, 0x0e, 0x0f]) expect(read('packed', 0x90 | sign)).toBe(9);
    for (const sign of [0x0b, 0x0d, 9, 0]) expect(read('packed', 0x90 | sign)).toBe(NOT_DIGITS);
    for (const bytes of [
      [0xa1, 0x2c],
      [0x1a, 0x2c],
      [0x11, 0xac],
    ])
      expect(read('packed', ...bytes)).toBe(NOT_DIGITS);
    expect(read('packed', 0x99, 0x9c)).toBe(999);
  });
});
