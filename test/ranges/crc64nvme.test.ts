import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  combineCrc64,
  crc64FromBase64,
  crc64nvme,
  crc64ToBase64,
  firstOfCombinedCrc64,
} from '../../shared/ranges/crc64nvme.ts';

const ascii = (text: string) => new TextEncoder().encode(text);

/** Computes one bit at a time, in the direction of the standard: each byte is reflected on the way in, the remainder on the way out. */
function bitwise(bytes: Uint8Array): bigint {
  const ones = (1n << 64n) - 1n;
  let remainder = ones;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const carry = (remainder >> 63n) ^ BigInt((byte >> bit) & 1);
      remainder = ((remainder << 1n) & ones) ^ (carry ? 0xad93d23594c93659n : 0n);
    }
  }
  const reflected = [...remainder.toString(2).padStart(64, '0')].reverse().join('');
  return BigInt(`0b${reflected}`) ^ ones;
}

describe('CRC-64/NVME', () => {
  test('equals the published check value', () => {
    expect(crc64nvme(ascii('123456789'))).toBe(0xae8b14860a799888n);
    expect(crc64nvme(new Uint8Array(0))).toBe(0n);
  });

  // NVM Command Set Specification, "64b CRC": 4 KiB of zeros, of ones, counting up and counting down.
  test.each([
    ['zeros', () => 0x00, 0x6482d367eb22b64en],
    ['ones', () => 0xff, 0xc0ddba7302eca3acn],
    ['counting up', (at: number) => at & 0xff, 0x3e729f5f6750449cn],
    ['counting down', (at: number) => 0xff - (at & 0xff), 0x9a2df64b8e9e517en],
  ])('equals the specification for 4 KiB of %s', (_name, byteAt, expected) => {
    expect(crc64nvme(Uint8Array.from({ length: 4096 }, (_, at) => byteAt(at)))).toBe(expected);
  });

  test('equals the sum made one bit at a time, wherever the bytes start in memory', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(9), (bytes, shift) => {
        const memory = new Uint8Array(bytes.length + shift);
        memory.set(bytes, shift);
        expect(crc64nvme(memory.subarray(shift))).toBe(bitwise(bytes));
      }),
      { numRuns: 500 },
    );
  });

  test('is the same continued, combined from two pieces, or computed over all bytes at once', () => {
    const piece = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(piece, piece, piece, (a, b, c) => {
        const whole = crc64nvme(Buffer.concat([a, b, c]));
        expect(crc64nvme(c, crc64nvme(b, crc64nvme(a)))).toBe(whole);
        const first = crc64nvme(a);
        const second = crc64nvme(b);
        const third = crc64nvme(c);
        expect(combineCrc64(combineCrc64(first, second, b.length), third, c.length)).toBe(whole);
        expect(combineCrc64(first, combineCrc64(second, third, c.length), b.length + c.length)).toBe(whole);
        expect(firstOfCombinedCrc64(whole, third, c.length)).toBe(crc64nvme(b, first));
      }),
      { numRuns: 500 },
    );
  });

  test('combines lengths beyond 32 bits: a terabyte of zeros, combined in two ways', () => {
    const zeros = new Uint8Array(1024);
    let doubled = crc64nvme(zeros);
    let lengthBytes = zeros.length;
    for (let turn = 0; turn < 30; turn++) {
      doubled = combineCrc64(doubled, doubled, lengthBytes);
      lengthBytes *= 2;
    }
    // The same length from unequal pieces: 3 GB and the rest of the terabyte.
    let shorter = crc64nvme(zeros.subarray(0, 3));
    for (let turn = 0; turn < 30; turn++) shorter = combineCrc64(shorter, shorter, 3 * 2 ** turn);
    const restBytes = lengthBytes - 3 * 2 ** 30;
    let rest = 0n;
    let filled = 0;
    for (let exponent = 40; exponent >= 0; exponent--) {
      if (Math.floor(restBytes / 2 ** exponent) % 2 === 0) continue;
      let power = crc64nvme(zeros.subarray(0, 1));
      for (let turn = 0; turn < exponent; turn++) power = combineCrc64(power, power, 2 ** turn);
      rest = filled === 0 ? power : combineCrc64(rest, power, 2 ** exponent);
      filled += 2 ** exponent;
    }
    expect(filled).toBe(restBytes);
    expect(combineCrc64(shorter, rest, restBytes)).toBe(doubled);
  });

  test('is written in base64 as S3 shows it', () => {
    expect(crc64ToBase64(crc64nvme(ascii('123456789')))).toBe('rosUhgp5mIg=');
    expect(crc64ToBase64(0n)).toBe('AAAAAAAAAAA=');
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (crc) => {
        expect(crc64FromBase64(crc64ToBase64(crc))).toBe(crc);
      }),
    );
    for (const text of ['', 'rosUhgp5mIg', 'rosUhgp5mIg=x', 'rosUhgp5mI', 'AAAAAAAAAAAA']) {
      expect(crc64FromBase64(text)).toBeUndefined();
    }
  });
});
