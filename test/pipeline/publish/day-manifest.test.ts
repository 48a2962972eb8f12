import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestLake } from '../../support/run-pipeline.ts';
import { checksumOf, dayManifest, smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { DATE, KEY, smallDay } from '../../support/small-day.ts';

let lake: TestLake;
beforeEach(async () => {
  lake = await TestLake.make();
});
afterEach(() => lake.remove());

const { entryOf, ids, load, refusalOf } = smallDay(() => lake);

describe('a day manifest', () => {
  const layout = smallLayout({
    day: { manifest: 'day_{yyyyMMdd}.ctl' },
    controlTotals: [{ dayManifest: 'soma', equals: 'sum(amount)' }],
  });
  const bytes = smallFile(smallLine('A1', 150), smallLine('A2', 250));
  const right = {
    name: KEY,
    sizeBytes: bytes.length,
    crc64nvme: checksumOf(bytes),
    records: 2,
    details: 2,
    totals: { soma: '4.00' },
  };
  const convert = async (entry: Record<string, unknown>) => {
    await lake.putRaw('day_20250812.ctl', dayManifest([entry], { businessDate: DATE }));
    return load(KEY, bytes, { rangeSizeBytes: 21 }, layout);
  };

  it('that agrees lets the day be published', async () => {
    const result = await convert(right);
    expect(result).toMatchObject({ status: 'loaded', day: { published: true } });
    expect((await entryOf(result)).controlTotals).toMatchObject([
      { name: 'dayManifest.soma', expected: '4.00', actual: '4.00', balanced: true },
    ]);
  });

  it.each([
    ['another size', { sizeBytes: 41 }, 'size-mismatch'],
    ['another checksum', { crc64nvme: 'AAAAAAAAAAA=' }, 'checksum-mismatch'],
    ['another count', { records: 3 }, 'control-total-mismatch'],
    ['another sum', { totals: { soma: '4.01' } }, 'control-total-mismatch'],
    ['no such file', { name: 'g.txt' }, 'not-in-day-manifest'],
  ])('with %s refuses the file', async (_, change, code) => {
    const result = await convert({ ...right, ...change });
    expect(result.status).toBe('refused');
    expect(await refusalOf(result)).toBe(code);
    expect(await lake.catalog('small')).toBeUndefined();
  });

  it('is compared with size and stored checksum before a byte is parsed', async () => {
    const { raw } = lake.ports;
    lake.ports.raw = Object.assign(Object.create(raw), {
      readRange: raw.readRange.bind(raw),
      head: async (key: string) => ({ ...(await raw.head(key)), crc64nvme: checksumOf(bytes) }),
      streamRange: () => {
        throw new Error('nothing may be parsed');
      },
    });
    expect(await refusalOf(await convert({ ...right, crc64nvme: 'AAAAAAAAAAA=' }))).toBe('checksum-mismatch');
  });

  it('that cannot be used refuses the file, without its content in the message', async () => {
    await lake.putRaw('day_20250812.ctl', Buffer.from('123.456.789-09'));
    const result = await load(KEY, bytes, {}, layout);
    expect(await refusalOf(result)).toBe('day-manifest-invalid');
    expect(lake.notifications.join()).not.toContain('123.456');
  });

  it('that arrives last holds the day back until it agrees', async () => {
    const first = await load(KEY, bytes, {}, layout);
    expect(first.day?.waitingFor).toContain('day_20250812.ctl');
    expect(await lake.catalog('small')).toBeUndefined();
    await lake.putRaw('day_20250812.ctl', dayManifest([{ ...right, totals: { soma: '4.01' } }]));
    const wrong = await lake.convert({ layout, sourceKey: KEY });
    expect(wrong.day?.waitingFor).toContain('dayManifest.soma is 4.00');
    await lake.putRaw('day_20250812.ctl', dayManifest([right]));
    expect((await lake.convert({ layout, sourceKey: KEY })).day).toMatchObject({ published: true });
    expect(await ids()).toEqual(['A1', 'A2']);
  });
});
