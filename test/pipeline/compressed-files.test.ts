import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { readJson } from '../../shared/pipeline/store/json-object.ts';
import { ledgerEntryShape } from '../../shared/run/ledger-entry.ts';
import { TestLake } from '../support/run-pipeline.ts';
import { ASCII, recordBytes, salesLayout } from '../support/sales-records.ts';

/** What the bzip2 command makes of 45 million line ends. */
const BZIP2_OF_LINE_ENDS = Buffer.from(
  'QlpoOTFBWSZTWfJ0h08BWKtAIIAQEAAACCAAMMwFKaZSSFJsVJIUni7kinChIeTpDp4=',
  'base64',
);

describe('compressed files', () => {
  const records = Array.from({ length: 20_000 }, (_, index) =>
    String.fromCharCode(
      ...recordBytes(ASCII, {
        id: `N${index}`,
        customer: 'ANA',
        cents: index,
        units: index % 1000,
        day: '20250812',
        shop: ['RIO', 'BAHIA'][index % 2]!,
      }),
    ),
  );
  const plain = Buffer.from(`${records.join('\n')}\n`, 'latin1');
  const layout = salesLayout({ coding: ASCII, record: { format: 'lines' } }, false);

  test.each([
    ['gzip', '.gz', gzipSync(Buffer.alloc(40_000_000, '\n'))],
    ['zstd', '.zst', zstdCompressSync(Buffer.alloc(40_000_000, '\n'))],
    ['bzip2', '.bz2', BZIP2_OF_LINE_ENDS],
    ['zip', '.zip', zipSync({ 'sales.txt': Buffer.alloc(40_000_000, '\n') })],
  ])('that are few bytes of %s and become very many are refused once they have become too many', async (_, suffix, bytes) => {
    await using lake = await TestLake.make();
    const sourceKey = `sales_20250812.txt${suffix}`;
    await lake.putRaw(sourceKey, bytes);
    const result = await lake.convert({ layout, sourceKey });
    expect(result.status).toBe('refused');
    const [, most] =
      /become more than (\d+), and the most is 250 times/.exec(lake.notifications[0] ?? '') ?? [];
    // One piece more than the limit was made of them, and not the rest.
    const limit = Math.max(16 * 1024 * 1024, 250 * bytes.length);
    expect(Number(most)).toBeGreaterThan(limit);
    expect(Number(most)).toBeLessThanOrEqual(limit + 1024 * 1024);
  });

  test.each([
    ['cut off', gzipSync(plain).subarray(0, 20_000), '.gz', 'damaged or cut off after'],
    [
      'changed',
      Uint8Array.from(gzipSync(plain), (byte, at) => (at === 9000 ? byte ^ 0xff : byte)),
      '.gz',
      'damaged',
    ],
    [
      'followed by something else',
      Buffer.concat([gzipSync(plain), new Uint8Array(512)]),
      '.gz',
      'something else follows',
    ],
    ['not compressed', plain, '.gz', 'does not begin like one'],
    ['of another kind', gzipSync(plain), '.zst', 'does not begin like one'],
    ['zstd and cut off', zstdCompressSync(plain).subarray(0, 9000), '.zst', 'damaged or cut off'],
    ['without any byte', new Uint8Array(), '.gz', 'the file is empty'],
    ['empty once decompressed', gzipSync(new Uint8Array()), '.gz', 'the file is empty'],
  ])('that are %s are refused', async (_, bytes, suffix, fragment) => {
    await using lake = await TestLake.make();
    const sourceKey = `sales_20250812.txt${suffix}`;
    await lake.putRaw(sourceKey, bytes);
    const result = await lake.convert({ layout, sourceKey });
    expect([result.status, lake.notifications[0]]).toEqual(['refused', expect.stringContaining(fragment)]);
    expect(await lake.catalog('sales')).toBeUndefined();
  });

  test('bring a warning that one parser must read the whole file', async () => {
    await using lake = await TestLake.make();
    await lake.putRaw('sales_20250812.txt.gz', gzipSync(plain));
    const result = await lake.convert({
      layout,
      sourceKey: 'sales_20250812.txt.gz',
      rangeSizeBytes: 100_000,
    });
    const { warnings, records: counts } = await readJson(lake.ports.lake, result.ledgerKey, ledgerEntryShape);
    expect(warnings).toEqual([
      expect.stringContaining(`one parser reads all its ${plain.length} decompressed bytes`),
    ]);
    expect(counts!.read).toBe(records.length);
  });

  test.each([
    [0, ['one parser', 'no checksum of its content']],
    [1, ['one parser']],
  ])('bring another warning if a zstd stream cannot prove that it is whole: checksum %i', async (checksum, expected) => {
    await using lake = await TestLake.make();
    const params = { [constants.ZSTD_c_checksumFlag]: checksum };
    await lake.putRaw('sales_20250812.txt.zst', zstdCompressSync(plain, { params }));
    const result = await lake.convert({ layout, sourceKey: 'sales_20250812.txt.zst' });
    const { warnings } = await readJson(lake.ports.lake, result.ledgerKey, ledgerEntryShape);
    expect(warnings).toEqual(expected.map((text) => expect.stringContaining(text)));
  });
});
