import fc from 'fast-check';
import { snappyUncompress } from 'hysnappy';
import { expect, test } from 'vitest';
import { Kernel } from '../../shared/kernel/kernel.ts';
import {
  SNAPPY_TABLE_BYTES,
  VALUES_ANY,
  VALUES_INT64,
  VALUES_TEXT,
  VALUES_WORDS,
} from '../../shared/kernel/shapes.ts';
import { pagesOfRising, pagesOfWords, plain, rising, spokenNames } from '../support/kernel-pages.ts';

const kernel = new Kernel();
const compress = (bytes: Uint8Array, valuesAt: number, form: number) => {
  kernel.reset();
  const table = kernel.allocate(SNAPPY_TABLE_BYTES);
  const from = kernel.allocate(bytes.length + 64);
  // The bytes after the input must not matter.
  kernel.bytes.fill(0x30, from, from + bytes.length + 64);
  kernel.bytes.set(bytes, from);
  const out = kernel.allocate(bytes.length + bytes.length / 6 + 128);
  const length = kernel.call.compressSnappy(from, bytes.length, out, table, valuesAt, form);
  expect(length).toBeLessThanOrEqual(bytes.length + bytes.length / 6 + 32);
  return kernel.bytes.slice(out, out + length);
};
/** Compresses, uncompresses and compares; returns the length of the compressed bytes. */
const roundTrip = (bytes: Uint8Array, form = VALUES_ANY, valuesAt = 0) => {
  const compressed = compress(bytes, valuesAt, form);
  expect(Buffer.compare(snappyUncompress(compressed, bytes.length), bytes)).toBe(0);
  return compressed.length;
};
const FORMS = [VALUES_ANY, VALUES_TEXT, VALUES_INT64, VALUES_WORDS];

test('an independent decoder restores any bytes', () => {
  const piece = fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 90 }), fc.integer({ min: 1, max: 40 }));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const bytes = Buffer.concat(pieces.flatMap(([bytes, times]) => Array<Uint8Array>(times).fill(bytes)));
      // They may be declared as values of any kind.
      for (const form of FORMS) for (const valuesAt of [0, 7, bytes.length]) roundTrip(bytes, form, valuesAt);
    }),
    { numRuns: 300 },
  );
});

test('inputs around the limits of the format, windows of 64 KiB and copies of every length are restored', () => {
  const noise = (length: number, seed: number) =>
    Uint8Array.from({ length }, (_, index) => (Math.imul(index + seed, 2_654_435_761) >>> 13) & 255);
  for (const length of [0, 1, 23, 24, 25, 59, 60, 61, 255, 256, 257, 65_535, 65_536, 65_537, 200_000]) {
    for (const form of FORMS) {
      roundTrip(noise(length, 1), form);
      expect(roundTrip(new Uint8Array(length).fill(7), form)).toBeLessThan(length / 15 + 30);
    }
  }
  for (let length = 4; length < 150; length++) {
    const repeated = noise(length, 2);
    for (const distance of [length, 2047, 2048, 60_000]) {
      roundTrip(Buffer.concat([repeated, noise(Math.max(0, distance - length), 3), repeated, noise(30, 4)]));
    }
  }
});

/** `length` digits, the same for the same seed. */
const digits = (seed: number, length: number) => {
  let state = BigInt(seed) * 2_862_933_555_777_941_757n + 3_037_000_493n;
  return Uint8Array.from({ length }, () => {
    state = BigInt.asUintN(64, state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n);
    return 0x30 + Number((state >> 33n) % 10n);
  });
};

test('digits that do not repeat become smaller than a search makes them, whatever their lengths', () => {
  for (const lengthOf of [
    () => 11,
    () => 14,
    (row: number) => (row % 4 ? 11 : 14),
    (row: number) => 8 + (row % 9),
  ]) {
    const bytes = plain(Array.from({ length: 9000 }, (_, row) => digits(row, lengthOf(row))));
    expect(roundTrip(bytes, VALUES_TEXT)).toBeLessThan(roundTrip(bytes));
  }
});

test('digits are restored with any bytes between them, in any number, cut anywhere', () => {
  const text = fc.oneof(
    {
      weight: 60,
      arbitrary: fc
        .tuple(fc.nat(999), fc.integer({ min: 8, max: 16 }))
        .map(([seed, length]) => digits(seed, length)),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }) },
    { weight: 1, arbitrary: fc.uint8Array({ minLength: 8, maxLength: 16 }) },
  );
  // Enough values for the differing bytes to lie where one look at the next values ends and another begins.
  const enough = plain(Array.from({ length: 6130 }, (_, row) => digits(row, 8 + (row % 9))));
  const form = (levelsBytes: number, first: Uint8Array[], texts: Uint8Array[], cut: number) => {
    const levels = new Uint8Array(levelsBytes).fill(1);
    const page = Buffer.concat([levels, plain(first), enough, plain(texts)]);
    roundTrip(page.subarray(0, page.length - cut), VALUES_TEXT, levelsBytes);
  };
  fc.assert(
    fc.property(
      fc.nat(9),
      fc.array(text, { maxLength: 3 }),
      fc.array(text, { minLength: 1, maxLength: 200 }),
      fc.nat(60),
      form,
    ),
    { numRuns: 200 },
  );
  // Followed by more zeros.
  const zeros = [11, 15, 14, 8, 11, 15].map((length) => new Uint8Array(length).fill(0x30));
  for (let cut = 0; cut < 90; cut++) form(6, [], zeros, cut);
});

test('texts that only begin with digits are left to the search', () => {
  const names = Array.from({ length: 5000 }, (_, row) => Buffer.from(`MARIA DA SILVA ${row % 97}`));
  const some = Array.from({ length: 6500 }, (_, row) => digits(row, 11));
  for (const digitCount of [1, 100, 1500, 4000, 6500]) {
    const bytes = plain([...some.slice(0, digitCount), ...names]);
    expect(roundTrip(bytes, VALUES_TEXT)).toBeLessThan(roundTrip(bytes) * 1.07 + 400);
    // Few digits alone as well.
    const alone = plain(some.slice(0, digitCount));
    expect(roundTrip(alone, VALUES_TEXT)).toBeLessThan(roundTrip(alone) * 1.001);
  }
});

test('identifiers that rise are little larger than a search makes them', () => {
  for (const gap of [0, 1, 40, 300]) {
    const bytes = plain(rising(5_000_000, 13_000, 15, gap));
    expect(roundTrip(bytes, VALUES_TEXT)).toBeLessThan(roundTrip(bytes) * 1.2);
  }
});

test('identifiers that rise are matched with none before the first, and not with themselves', () => {
  const bytes = plain(rising(5_000_000, 200, 15, 40));
  kernel.reset();
  const room = kernel.allocate(64) + 32;
  kernel.bytes.set(bytes.subarray(0, 19), room);
  const from = kernel.allocate(bytes.length + 64);
  expect(from).toBe(room + 32);
  // As if a value lay right before the first one.
  kernel.bytes.copyWithin(from - 19, room, room + 19);
  kernel.bytes.set(bytes, from);
  const [table, out] = [kernel.allocate(SNAPPY_TABLE_BYTES), kernel.allocate(bytes.length * 2 + 128)];
  const length = kernel.call.compressSnappy(from, bytes.length, out, table, 0, VALUES_TEXT);
  expect(Buffer.compare(snappyUncompress(kernel.bytes.slice(out, out + length), bytes.length), bytes)).toBe(
    0,
  );
  // The last three characters of this one begin 128 KiB after the first value, and occur nowhere before.
  const texts = rising(5_000_000, 6000, 31, 40);
  for (const ending of ['xyz', 'ABC', '$$$', '~~~', 'k+k']) {
    texts[3744] = Buffer.from('CTR100'.padEnd(28, '0').concat(ending));
    roundTrip(plain(texts), VALUES_TEXT);
  }
});

test('identifiers that rise are restored with any bytes between them, of any length, cut anywhere', () => {
  fc.assert(
    fc.property(pagesOfRising({ count: 60, length: 6 }), ({ levels, bytes }) => {
      roundTrip(bytes, VALUES_TEXT, levels);
    }),
    { numRuns: 80 },
  );
});

test('names are little larger by their words than a search makes them, and smaller over several windows', () => {
  const few = plain(spokenNames(2000));
  expect(roundTrip(few, VALUES_WORDS)).toBeLessThan(roundTrip(few, VALUES_TEXT) * 1.08);
  const many = plain(spokenNames(12_000));
  expect(roundTrip(many, VALUES_WORDS)).toBeLessThan(roundTrip(many, VALUES_TEXT) * 1.01);
  expect(roundTrip(many, VALUES_WORDS)).toBeLessThan(many.length * 0.42);
});

test('words are restored with any bytes between them, of any length, cut anywhere', () => {
  fc.assert(
    fc.property(pagesOfWords(), ({ levels, bytes }) => {
      roundTrip(bytes, VALUES_WORDS, levels);
    }),
    { numRuns: 100 },
  );
});

test('a word that came 64 KiB before, to the byte, is not matched with itself', () => {
  const filler = (count: number) => plain(Array.from({ length: count }, (_, row) => digits(row, 28)));
  for (const distance of [65_535, 65_536, 65_537, 131_072]) {
    const between = filler(6000).subarray(0, distance - 44);
    for (const word of ['Aparecida', 'Sá', 'x']) {
      const text = plain([Buffer.from(word.padEnd(40))]);
      roundTrip(Buffer.concat([filler(40), text, between, text, filler(40)]), VALUES_WORDS);
    }
  }
});

test('matches of words end with the page on both sides, though the bytes around it go on alike', () => {
  const alike = plain(Array<Buffer>(60).fill(Buffer.from('Ana Maria da Silva Braga')));
  for (const around of [alike, plain(spokenNames(60))]) {
    for (let skipped = 0; skipped < 64; skipped++) {
      kernel.reset();
      const [table, out] = [kernel.allocate(SNAPPY_TABLE_BYTES), kernel.allocate(2048)];
      const from = kernel.place(around) + 28 + skipped;
      const length = kernel.call.compressSnappy(from, 1040, out, table, 0, VALUES_WORDS);
      const restored = snappyUncompress(kernel.bytes.slice(out, out + length), 1040);
      expect(Buffer.compare(restored, kernel.bytes.subarray(from, from + 1040))).toBe(0);
    }
  }
});

test('words are found wherever they begin', () => {
  // At all places of the 64 bytes that are listed together.
  for (let place = 0; place < 44; place++) {
    const texts = Array.from({ length: 2000 }, (_, row) =>
      Buffer.concat([digits(row, place), Buffer.from(' Conceicao'.padEnd(60 - place, 'x'))]),
    );
    expect(roundTrip(plain(texts), VALUES_WORDS)).toBeLessThan(2000 * (place + 9) + 400);
  }
});

const toNumber = (text: Uint8Array) => BigInt(Buffer.from(text).toString());
const int64s = (values: bigint[]) => Buffer.from(BigInt64Array.from(values).buffer);

test('integers become smaller than a search makes them', () => {
  const amounts = Array.from({ length: 30_000 }, (_, row) => toNumber(digits(row, 5 + (row % 6))));
  const bytes = int64s(amounts);
  expect(roundTrip(bytes, VALUES_INT64)).toBeLessThan(roundTrip(bytes) * 0.99);
  const negative = int64s(amounts.map((amount) => -amount));
  expect(roundTrip(negative, VALUES_INT64)).toBeLessThan(roundTrip(negative) * 0.99);
});

test('integers are restored: repeated at any distance, in runs, with bytes after the last', () => {
  const fill = (count: number) => Array.from({ length: count }, (_, row) => toNumber(digits(row, 18)));
  for (const distance of [1, 2, 254, 255, 256, 257, 8190, 8191, 8192, 8193, 16_384]) {
    for (const value of [0n, 1n, -1n, 12_345n, 2n ** 62n, -(2n ** 63n)]) {
      roundTrip(int64s([value, ...fill(distance - 1), value, value, ...fill(9)]), VALUES_INT64);
    }
  }
  const value = fc.oneof(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.bigInt({ min: 0n, max: 70_000n }),
  );
  const run = fc.tuple(value, fc.integer({ min: 1, max: 30 }));
  fc.assert(
    fc.property(
      fc.array(run, { maxLength: 40 }),
      fc.uint8Array({ maxLength: 9 }),
      fc.nat(9),
      (runs, rest, levelsBytes) => {
        const values = int64s(runs.flatMap(([value, times]) => Array<bigint>(times).fill(value)));
        roundTrip(Buffer.concat([new Uint8Array(levelsBytes), values, rest]), VALUES_INT64, levelsBytes);
      },
    ),
    { numRuns: 300 },
  );
});
