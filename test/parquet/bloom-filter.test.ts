import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Kernel } from '../../shared/kernel/kernel.ts';
import { joinedColumns, SampleFiles, sampleParts } from './sample-files.ts';

let files: SampleFiles;
beforeAll(async () => {
  files = await SampleFiles.create();
});
afterAll(() => files.remove());

const MASK = 2n ** 64n - 1n;
const PRIMES = [
  ...[0x9e3779b185ebca87n, 0xc2b2ae3d27d4eb4fn, 0x165667b19e3779f9n],
  ...[0x85ebca77c2b2ae63n, 0x27d4eb2f165667c5n],
] as const;

/** XXH64 with seed 0, written from its specification with big integers. */
function xxh64(bytes: Uint8Array): bigint {
  const [p1, p2, p3, p4, p5] = PRIMES;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const cut = (value: bigint) => value & MASK;
  const rotated = (value: bigint, by: bigint) => cut((value << by) | (value >> (64n - by)));
  const round = (sum: bigint, lane: bigint) => cut(rotated(cut(sum + lane * p2), 31n) * p1);
  let at = 0;
  let hash: bigint = p5;
  if (bytes.length >= 32) {
    const sums = [cut(p1 + p2), p2, 0n, cut(-p1)];
    for (; bytes.length - at >= 32; at += 32) {
      for (const [lane, sum] of sums.entries())
        sums[lane] = round(sum, view.getBigUint64(at + lane * 8, true));
    }
    hash = cut([1n, 7n, 12n, 18n].reduce((total, by, lane) => total + rotated(sums[lane]!, by), 0n));
    for (const sum of sums) hash = cut((hash ^ round(0n, sum)) * p1 + p4);
  }
  hash = cut(hash + BigInt(bytes.length));
  for (; bytes.length - at >= 8; at += 8) {
    hash = cut(rotated(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * p1 + p4);
  }
  if (bytes.length - at >= 4) {
    hash = cut(rotated(hash ^ cut(BigInt(view.getUint32(at, true)) * p1), 23n) * p2 + p3);
    at += 4;
  }
  for (; at < bytes.length; at++) hash = cut(rotated(hash ^ cut(BigInt(bytes[at]!) * p5), 11n) * p1);
  hash = cut((hash ^ (hash >> 33n)) * p2);
  hash = cut((hash ^ (hash >> 29n)) * p3);
  return hash ^ (hash >> 32n);
}

test('the kernel hashes texts as XXH64 says', () => {
  const kernel = new Kernel();
  // The specification's own results.
  expect(xxh64(Buffer.from(''))).toBe(0xef46db3751d8e999n);
  expect(xxh64(Buffer.from('abc'))).toBe(0x44bc2cf5ad770999n);
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 80 }), { minLength: 1, maxLength: 5 }), (texts) => {
      kernel.reset();
      const [values, members, out] = [kernel.allocate(64), kernel.allocate(64), kernel.allocate(64)];
      for (const [index, text] of texts.entries()) {
        const address = kernel.allocate(text.length + 16);
        kernel.bytes.set(text, address);
        kernel.view.setUint32(values + index * 8, address, true);
        kernel.view.setUint32(values + index * 8 + 4, text.length, true);
        kernel.view.setUint16(members + index * 2, index, true);
      }
      expect(kernel.call.hashValues(0, values, 0, members, texts.length, out)).toBe(texts.length);
      const hashes = texts.map((_, index) => kernel.view.getBigUint64(out + index * 8, true));
      expect(hashes).toEqual(texts.map(xxh64));
    }),
  );
});

const SHAPES = [[700, 30], [400], [900, 50, 20]];

/** What DuckDB says of one value in each row group of a file: may it be there? */
async function passes(key: string, column: string, value: string): Promise<boolean[]> {
  const rows = await files.rowsOf(
    `SELECT bloom_filter_excludes FROM parquet_bloom_probe(${files.sqlPath(key)}, '${column}', ${value})
     ORDER BY row_group_id`,
  );
  return rows.map((row) => !row.bloom_filter_excludes);
}

test.each([
  ['concat', 6],
  ['join', 1],
] as const)('after a merge by %s DuckDB finds each value, and knows that others are not there', async (mode, groupCount) => {
  const parts = sampleParts(SHAPES, 31);
  const written = await Promise.all(
    parts.map((values, index) => files.writePart(`part-${mode}-${index}.parquet`, values, SHAPES[index]!)),
  );
  const merged = await files.merge(`bloom-${mode}`, { mode, parts: written });
  const key = merged.mergedKey;
  const [names, ids] = ['full_name', 'id'].map((name) => ({
    name,
    values: joinedColumns(parts)[name === 'id' ? 10 : 1]!,
  }));
  const ends = merged.rowGroupRows.map((_, index) =>
    merged.rowGroupRows.slice(0, index + 1).reduce((sum, rows) => sum + rows, 0),
  );
  expect(ends).toHaveLength(groupCount);
  for (const { name, values } of [names!, ids!]) {
    for (let row = 0; row < values.length; row += 97) {
      const value = values[row];
      if (value === null || value === undefined) continue;
      const literal = name === 'id' ? `${value}::BIGINT` : `'${value}'`;
      const group = ends.findIndex((end) => row < end);
      expect((await passes(key, name, literal))[group], `${name} ${value}`).toBe(true);
    }
  }
  let passed = 0;
  for (let index = 0; index < 50; index++) {
    passed += (await passes(key, 'full_name', `'nobody ${index}'`)).filter(Boolean).length;
  }
  expect(passed).toBeLessThan((50 * groupCount) / 5);
});
