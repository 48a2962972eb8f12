import { describe, expect, it } from 'vitest';
import { readJson } from '../../shared/pipeline/store/json-object.ts';
import { ledgerEntryShape } from '../../shared/run/ledger-entry.ts';
import { TestLake } from '../support/run-pipeline.ts';
import { ASCII, recordBytes, salesLayout } from '../support/sales-records.ts';
import { type StatedFrame, seekableZstd } from '../support/seekable-zstd.ts';

const KEY = 'sales_20250812.txt.zst';
const layout = salesLayout({ coding: ASCII, record: { format: 'lines' } }, false);
const record = (index: number) =>
  String.fromCharCode(
    ...recordBytes(ASCII, {
      ...{ id: `N${index}`, customer: 'ANA', cents: index, units: index % 1000, day: '20250812' },
      shop: ['RIO', 'BAHIA'][index % 2]!,
    }),
  );
const records = Array.from({ length: 6_000 }, (_, index) => record(index));
const plain = Buffer.from(`${records.join('\n')}\n`, 'latin1');
/** No multiple of a record: frames end anywhere in a line. */
const FRAME_BYTES = 30_011;

describe('a compressed file whose frames can be read one by one', () => {
  it('is cut into ranges as if it were not compressed, without a warning, and gives the same rows', async () => {
    await using lake = await TestLake.make();
    await using other = await TestLake.make();
    await lake.putRaw(KEY, seekableZstd(plain, FRAME_BYTES));
    await other.putRaw('sales_20250812.txt', plain);
    const compressed = await lake.convert({ layout, sourceKey: KEY, rangeSizeBytes: 50_000 });
    const whole = await other.convert({ layout, sourceKey: 'sales_20250812.txt', rangeSizeBytes: 50_000 });
    const entry = await readJson(lake.ports.lake, compressed.ledgerKey, ledgerEntryShape);
    const likeness = await readJson(other.ports.lake, whole.ledgerKey, ledgerEntryShape);
    expect([entry.state, entry.warnings ?? []]).toEqual(['loaded', []]);
    expect(entry.records).toEqual(likeness.records);
    expect(entry.loaded).toMatchObject({ inputBytes: plain.length, checksum: likeness.loaded!.checksum });
    const runs = await Array.fromAsync(lake.ports.lake.list('runs/'), ({ key }) => key);
    expect(runs.filter((key) => /\/parts\/\d+\.json$/.test(key)).length).toBeGreaterThan(3);
  });

  it.each<[string, (frames: StatedFrame[]) => StatedFrame[], string]>([
    [
      'moves the content of a frame into the next',
      (frames) =>
        frames.map((frame, index) => ({ ...frame, content: frame.content + ([0, 0, 1, -1][index] ?? 0) })),
      'frame 3 is not what its seek table says',
    ],
    [
      'leaves a frame out',
      (frames) => frames.filter((_, index) => index !== 2),
      'its seek table says that its frames have',
    ],
    [
      'hides a frame as empty',
      (frames) => frames.map((frame, index) => (index === 2 ? { ...frame, content: 0 } : frame)),
      'frame 3 is not what its seek table says: it has content',
    ],
  ])('is refused if its table %s', async (_, state, words) => {
    await using lake = await TestLake.make();
    await lake.putRaw(KEY, seekableZstd(plain, FRAME_BYTES, { state }));
    const result = await lake.convert({ layout, sourceKey: KEY, rangeSizeBytes: 50_000 });
    expect([result.status, lake.notifications[0]]).toEqual(['refused', expect.stringContaining(words)]);
    expect(await lake.catalog('sales')).toBeUndefined();
  });

  it('is refused if a byte of its middle was damaged, which only a parser reads', async () => {
    await using lake = await TestLake.make();
    const stored = seekableZstd(plain, FRAME_BYTES);
    await lake.putRaw(KEY, stored.fill(stored[8_000]! ^ 1, 8_000, 8_001));
    const result = await lake.convert({ layout, sourceKey: KEY, rangeSizeBytes: 50_000 });
    expect(result.status).toBe('refused');
    expect(lake.notifications[0]).toMatch(/frame \d+ of its seek table is damaged, or lies elsewhere/);
  });

  it('is refused if it would become too large', async () => {
    await using lake = await TestLake.make();
    await lake.putRaw(KEY, seekableZstd(Buffer.alloc(40_000_000, '\n'), 4_000_000));
    const result = await lake.convert({ layout, sourceKey: KEY });
    expect([result.status, lake.notifications[0]]).toEqual([
      'refused',
      expect.stringContaining('the most is 250 times'),
    ]);
  });

  it('says that it proves nothing if its frames have no checksum', async () => {
    await using lake = await TestLake.make();
    await lake.putRaw(KEY, seekableZstd(plain, FRAME_BYTES, { checksum: 0 }));
    const { ledgerKey } = await lake.convert({ layout, sourceKey: KEY });
    expect((await readJson(lake.ports.lake, ledgerKey, ledgerEntryShape)).warnings).toEqual([
      expect.stringContaining('no checksum of its content'),
    ]);
  });
});
