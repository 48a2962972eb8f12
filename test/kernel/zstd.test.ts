import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Kernel } from '../../shared/kernel/kernel.ts';
import { VALUES_ANY, VALUES_INT64, VALUES_TEXT } from '../../shared/kernel/shapes.ts';
import { pagesOfRising, plain, rising } from '../support/kernel-pages.ts';

const kernel = new Kernel();
/** A search must save so many percent. */
const SEARCH_ALWAYS = 0;
const SEARCH_NEVER = 101;
const FORMS = [VALUES_ANY, VALUES_TEXT, VALUES_INT64];

/** Compresses, decompresses with Node's zstd and compares; returns the compressed bytes. */
const roundTrip = (bytes: Uint8Array, form = VALUES_ANY, valuesAt = 0, leastSaved = SEARCH_ALWAYS) => {
  kernel.reset();
  const from = kernel.allocate(bytes.length + 128) + 64;
  // The bytes around the input must not matter.
  kernel.bytes.fill(0x30, from - 64, from + bytes.length + 64);
  kernel.bytes.set(bytes, from);
  const room = Math.ceil(bytes.length + bytes.length / 6 + 128);
  const out = kernel.allocate(room + 64);
  kernel.bytes.fill(0xee, out + room, out + room + 64);
  const length = kernel.call.compressZstd(from, bytes.length, out, valuesAt, form, leastSaved);
  expect(length).toBeLessThanOrEqual(bytes.length + 16 + 3 * Math.ceil(bytes.length / 131_072));
  expect(kernel.bytes.subarray(out + room, out + room + 64).every((byte) => byte === 0xee)).toBe(true);
  const compressed = kernel.bytes.slice(out, out + length);
  expect(Buffer.compare(zstdDecompressSync(compressed), bytes)).toBe(0);
  return compressed;
};

/** Bytes below `range`, each as often as its square allows, or all alike; the same for the same seed. */
const noise = (length: number, seed: number, range = 256, skewed = false) => {
  let state = seed | 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    const share = (state >>> 0) / 2 ** 32;
    return Math.floor((skewed ? share ** 5 : share) * range);
  });
};
const digits = (seed: number, length: number) =>
  noise(length, seed * 7919 + 13, 10).map((digit) => digit + 0x30);

test('an independent decoder restores any bytes', () => {
  const piece = fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 90 }), fc.integer({ min: 1, max: 400 }));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const bytes = Buffer.concat(pieces.flatMap(([bytes, times]) => Array<Uint8Array>(times).fill(bytes)));
      // They may be declared as values of any kind.
      for (const form of FORMS) {
        for (const valuesAt of [0, 7, bytes.length]) roundTrip(bytes, form, valuesAt);
        roundTrip(bytes, form, 7, SEARCH_NEVER);
      }
    }),
    { numRuns: 50 },
  );
});

test('sizes around the limits of the format and alphabets of every kind are restored', () => {
  const around = [47, 48, 255, 256, 1023, 1024, 16_383, 16_384, 131_071, 131_072, 131_073, 262_144, 300_001];
  for (const length of [0, 1, 2, 31, 32, ...around]) {
    for (const form of FORMS) {
      expect(roundTrip(new Uint8Array(length).fill(7), form).length).toBeLessThan(60 + length / 8);
      for (const range of [2, 16, 256]) {
        roundTrip(noise(length, length, range), form);
        roundTrip(noise(length, length, range, true), form);
      }
    }
    // Two bytes, one of them once; and the highest two.
    const rare = new Uint8Array(length).fill(254);
    rare[length >> 1] = 255;
    roundTrip(rare);
  }
});

test('codes of every depth and number of bytes are restored', () => {
  const shares = fc.array(fc.tuple(fc.nat(255), fc.integer({ min: 0, max: 17 })), {
    minLength: 1,
    maxLength: 256,
  });
  fc.assert(
    fc.property(shares, fc.nat(), fc.nat(200_000), (shares, seed, most) => {
      // Powers of two, and Fibonacci-like heaps of them, make the longest codes.
      const bytes = Buffer.concat(shares.map(([byte, times]) => new Uint8Array(2 ** times).fill(byte)));
      const mixed = noise(Math.min(bytes.length, most), seed, 256);
      for (let at = 0; at < mixed.length; at++) mixed[at] = bytes[(at * 40_503 + mixed[at]!) % bytes.length]!;
      roundTrip(bytes.subarray(0, 300_000));
      roundTrip(mixed);
      roundTrip(mixed, VALUES_ANY, 0, SEARCH_NEVER);
    }),
    { numRuns: 50 },
  );
});

test('digits take less than half a byte each and random bytes nothing more', () => {
  expect(roundTrip(digits(1, 200_000)).length).toBeLessThan(200_000 * 0.43);
  expect(roundTrip(noise(200_000, 1)).length).toBeLessThan(200_020);
});

test('digits with lengths before them and few other bytes are restored, cut anywhere', () => {
  const rare = fc.array(fc.tuple(fc.nat(39_999), fc.nat(255)), { maxLength: 500 });
  fc.assert(
    fc.property(
      fc.integer({ min: 48, max: 40_000 }),
      fc.nat(),
      fc.constantFrom(2, 10, 40),
      rare,
      (length, seed, range, rare) => {
        const bytes = noise(length, seed, range, range === 40).map((byte) => byte + 0x28);
        for (let at = 0; at + 4 <= length; at += 15) bytes.set([11, 0, 0, 0], at);
        for (const [at, byte] of rare) if (at < length) bytes[at] = byte;
        roundTrip(bytes, VALUES_ANY, 0, SEARCH_NEVER);
      },
    ),
    { numRuns: 60 },
  );
});

test('identifiers that rise, and integers, are restored with any bytes between them, cut anywhere', () => {
  fc.assert(
    fc.property(pagesOfRising({ count: 1, length: 4 }), ({ levels, bytes }) => {
      for (const form of FORMS) roundTrip(bytes, form, levels);
    }),
    { numRuns: 40 },
  );
  const value = fc.oneof(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    ...[8n, 16n, 24n, 40n].map((bits) => fc.bigInt({ min: 0n, max: 2n ** bits })),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(value, fc.integer({ min: 1, max: 900 })), { maxLength: 40 }),
      fc.nat(9),
      (runs, rest) => {
        const values = runs.flatMap(([value, times]) =>
          Array.from({ length: times }, (_, at) => value ^ BigInt(at)),
        );
        roundTrip(
          Buffer.concat([
            new Uint8Array(rest),
            Buffer.from(BigInt64Array.from(values).buffer),
            new Uint8Array(rest),
          ]),
          VALUES_INT64,
          rest,
        );
      },
    ),
    { numRuns: 40 },
  );
});

test('identifiers that rise and small integers become much smaller than their bytes alone', () => {
  const ids = plain(rising(5_000_000, 13_000, 15, 90));
  expect(roundTrip(ids, VALUES_TEXT).length).toBeLessThan(ids.length * 0.14);
  const amounts = Buffer.from(
    BigInt64Array.from({ length: 20_000 }, (_, row) => BigInt(Math.imul(row, 2_654_435_761) >>> 8)).buffer,
  );
  expect(roundTrip(amounts, VALUES_INT64).length).toBeLessThan(20_000 * 3.1);
});

/** Names of common words, and of a few letters that make others. */
const names = (count: number, seed: number) => {
  const words = [
    'Maria',
    'Conceição',
    'da Silva',
    'dos Santos',
    'Gonçalves',
    'Oliveira',
    'João',
    'Transportes Ltda',
  ];
  const picks = noise(count * 4, seed, words.length + 3);
  return Array.from({ length: count }, (_, row) =>
    Buffer.from(
      Array.from(
        picks.subarray(row * 4, row * 4 + 4),
        (pick) => words[pick] ?? `X${(row * 7919) % 977}`,
      ).join(' '),
    ),
  );
};

test('texts of repeated words become about as small as level 1 of the library makes them, and repeats are found at any distance', () => {
  const page = plain(names(9000, 3));
  const level1 = zstdCompressSync(page, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
  expect(roundTrip(page, VALUES_TEXT, 0, 20).length).toBeLessThan(level1.length * 1.2);
  expect(roundTrip(page, VALUES_TEXT, 0, SEARCH_NEVER).length).toBeGreaterThan(level1.length * 1.3);
  for (const distance of [6, 20, 65_535, 65_536, 131_072, 290_000]) {
    const long = Buffer.concat([
      noise(700, 5),
      new Uint8Array(distance).fill(9),
      noise(700, 5),
      noise(90, 8),
    ]);
    expect(roundTrip(long).length).toBeLessThan(1000);
  }
});

test('matches that save next to nothing are left alone, and a block is never larger than its content', () => {
  const source = noise(60_000, 9);
  for (const [match, between] of [
    [6, 1],
    [6, 3],
    [7, 1],
    [8, 2],
  ] as const) {
    const pieces = Array.from({ length: 9000 }, (_, at) => [
      source.subarray((at * 7919) % 59_000).subarray(0, match),
      noise(between, at),
    ]);
    roundTrip(Buffer.concat([source, ...pieces.flat()]));
  }
});

test('texts are restored with matches of every length, far and near, with any bytes between them, cut anywhere', () => {
  const source = noise(3000, 77);
  for (let length = 3; length < 300; length++) {
    const pieces = Array.from({ length: 24 }, (_, at) => [
      source.subarray(at * 40, at * 40 + length),
      noise(1 + ((at * length) % 70), at + length),
    ]);
    roundTrip(Buffer.concat([source, ...pieces.flat()]));
  }
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(4000), fc.nat(50), fc.uint8Array({ maxLength: 40 })), {
        minLength: 1,
        maxLength: 12,
      }),
      fc.nat(9),
      fc.nat(70),
      (runs, levels, cut) => {
        const texts = runs.flatMap(([count, seed, other]) => [...names(count, seed), other]);
        const page = Buffer.concat([new Uint8Array(levels), plain(texts)]);
        roundTrip(page.subarray(0, Math.max(levels, page.length - cut)), VALUES_TEXT, levels);
      },
    ),
    { numRuns: 15 },
  );
});

/** Values of one width, as a page of integers or of texts has them: equal, or each one above the one before. */
const alike = (width: number, bytes: number, step: number, isText: boolean) => {
  const count = Math.ceil(bytes / width);
  const values = Buffer.alloc(count * width, 0x30);
  for (let row = 0; row < count; row++) {
    if (isText) values.writeUInt32LE(width - 4, row * width);
    values.writeUInt16BE((row * step) % 0xffff, row * width + width - 2);
  }
  return values.subarray(0, bytes);
};

test('values of one width are restored whatever is left of a page after a whole block', () => {
  const BLOCK = 128 * 1024;
  for (const blocks of [1, 2]) {
    for (let bytes = blocks * BLOCK - 180; bytes < blocks * BLOCK + 180; bytes++) {
      for (const step of [0, 1]) {
        roundTrip(alike(8, bytes, step, false), VALUES_INT64, bytes % 3);
        roundTrip(alike(40, bytes, step, true), VALUES_TEXT);
      }
    }
  }
});
