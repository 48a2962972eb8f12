import fc from 'fast-check';

/** Texts in PLAIN form (Parquet): length in four bytes, then the bytes. */
export const plain = (texts: Uint8Array[]) =>
  Buffer.concat(texts.flatMap((text) => [Uint8Array.of(text.length, 0, 0, 0), text]));

/** Identifiers of one length: each is up to `gap` above the one before, and some come twice. */
export function rising(first: number, count: number, length: number, gap: number): Buffer[] {
  let id = first;
  return Array.from({ length: count }, (_, row) => {
    id += (Math.imul(row + first, 2_654_435_761) >>> 0) % (gap + 1);
    return Buffer.from(String(id).padStart(length, 'CTR100').slice(-length));
  });
}

/** Pages of rising identifiers with any bytes between them, after `levels` bytes of levels, cut anywhere. */
export function pagesOfRising(least: { count: number; length: number }) {
  const run = fc
    .tuple(
      fc.nat(99_999_999),
      fc.integer({ min: least.count, max: 2500 }),
      fc.integer({ min: least.length, max: 44 }),
      fc.nat(900),
    )
    .map(([first, count, length, gap]) => rising(first, count, length, gap));
  const other = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 3 });
  return fc
    .tuple(fc.nat(9), fc.array(fc.oneof(run, other), { minLength: 1, maxLength: 5 }), fc.nat(70))
    .map(([levels, texts, cut]) => {
      const page = Buffer.concat([new Uint8Array(levels), plain(texts.flat())]);
      return { levels, bytes: page.subarray(0, Math.max(levels, page.length - cut)) };
    });
}
