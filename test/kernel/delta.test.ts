import fc from 'fast-check';
import { deltaBinaryUnpack, deltaByteArray, deltaLengthByteArray } from 'hyparquet/src/delta.js';
import { describe, expect, test } from 'vitest';
import { Kernel } from '../../shared/kernel/kernel.ts';

const MARGIN_BYTES = 64;
const GUARD = 0xa5;

/** Runs `write` on `input` in a kernel and returns what it wrote; it must not write far beyond that. */
function runInKernel(
  input: Uint8Array,
  mostBytes: number,
  write: (kernel: Kernel, input: number, out: number) => number,
): DataView {
  const kernel = new Kernel();
  const from = kernel.place(new Uint8Array([...input, ...new Uint8Array(MARGIN_BYTES)]));
  const out = kernel.allocate(mostBytes + MARGIN_BYTES);
  kernel.bytes.fill(GUARD, out, out + mostBytes + MARGIN_BYTES);
  const length = write(kernel, from, out);
  expect(length).toBeLessThanOrEqual(mostBytes);
  const after = kernel.bytes.subarray(out + length + 16, out + mostBytes + MARGIN_BYTES);
  expect(after.every((byte) => byte === GUARD)).toBe(true);
  return new DataView(kernel.bytes.slice(out, out + length).buffer);
}

/** Runs, ramps and noise, at lengths on both sides of blocks and miniblocks. */
const lengths = fc.oneof(fc.constantFrom(1, 2, 32, 33, 64, 65, 128, 129, 130, 257, 385), fc.nat(400));
const int64s = (count: number) =>
  fc.oneof(
    fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { minLength: count, maxLength: count }),
    fc.array(fc.bigInt({ min: -3n, max: 3n }), { minLength: count, maxLength: count }),
    fc
      .tuple(fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }), fc.bigInt({ min: -1000n, max: 1000n }))
      .map(([start, step]) => Array.from({ length: count }, (_, index) => start + step * BigInt(index))),
    fc.constantFrom(0n, -(2n ** 63n), 2n ** 63n - 1n).map((value) => Array<bigint>(count).fill(value)),
    fc.constant(
      Array.from({ length: count }, (_, index) => (index % 2 === 0 ? -(2n ** 63n) : 2n ** 63n - 1n)),
    ),
  );

describe('hyparquet reads back what the delta encodings wrote', () => {
  test('integers of 64 bits, including the largest and the smallest', () => {
    fc.assert(
      fc.property(
        lengths.chain((count) => int64s(Math.max(1, count))),
        (values) => {
          const input = new Uint8Array(BigInt64Array.from(values).buffer);
          const view = runInKernel(input, values.length * 9 + 400, (kernel, from, out) =>
            kernel.call.writeDeltaInts(from, 3, values.length, out),
          );
          const read = new BigInt64Array(values.length);
          const reader = { view, offset: 0 };
          deltaBinaryUnpack(reader, values.length, read);
          expect([...read]).toEqual(values);
          expect(reader.offset).toBe(view.byteLength);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('integers of 32 bits', () => {
    const int32 = fc.oneof(fc.integer(), fc.constantFrom(0, 1, 2 ** 31 - 1, -(2 ** 31)), fc.nat(20));
    fc.assert(
      fc.property(fc.array(int32, { minLength: 1, maxLength: 300 }), (values) => {
        const input = new Uint8Array(Int32Array.from(values).buffer);
        const view = runInKernel(input, values.length * 5 + 400, (kernel, from, out) =>
          kernel.call.writeDeltaInts(from, 2, values.length, out),
        );
        const read = new Int32Array(values.length);
        deltaBinaryUnpack({ view, offset: 0 }, values.length, read);
        expect([...read]).toEqual(values);
      }),
      { numRuns: 300 },
    );
  });

  test('texts, with and without shared prefixes', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 40, unit: 'binary' }),
      fc.nat(300).map((number) => `CONTRATO${String(number).padStart(9, '0')}`),
      fc.constantFrom('', 'a', 'aa', 'a'.repeat(70)),
    );
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 200 }), fc.boolean(), (texts, shared) => {
        const bytes = texts.map((each) => Buffer.from(each));
        const plain = Buffer.concat(
          bytes.flatMap((each) => [Buffer.from(Uint32Array.of(each.length).buffer), each]),
        );
        const view = runInKernel(plain, plain.length * 2 + 800, (kernel, from, out) => {
          const room = kernel.allocate(texts.length * 8);
          const { writeDeltaTexts, writeDeltaLengths } = kernel.call;
          return (shared ? writeDeltaTexts : writeDeltaLengths)(from, texts.length, room, out);
        });
        const read = Array<Uint8Array>(texts.length);
        (shared ? deltaByteArray : deltaLengthByteArray)({ view, offset: 0 }, texts.length, read);
        expect(read.map((each) => Buffer.from(each).toString('hex'))).toEqual(
          bytes.map((each) => each.toString('hex')),
        );
      }),
      { numRuns: 300 },
    );
  });
});
