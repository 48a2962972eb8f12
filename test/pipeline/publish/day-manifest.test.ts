import { describe, expect, it } from 'vitest';
import { readLayout } from '../../../shared/layout/compile/read-layout.ts';
import { takeDayManifest } from '../../../shared/pipeline/operate/take-day-manifest.ts';
import { publishDay } from '../../../shared/pipeline/publish/publish-day.ts';
import { TestLake } from '../../support/run-pipeline.ts';
import { checksumOf, dayManifest, smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { DATE, KEY, smallDay } from '../../support/small-day.ts';

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
  const convert = async (lake: TestLake, entry: Record<string, unknown>) => {
    await lake.putRaw('day_20250812.ctl', dayManifest([entry], { businessDate: DATE }));
    return smallDay(lake).load(KEY, bytes, { rangeSizeBytes: 21 }, layout);
  };

  it('that agrees lets the day be published', async () => {
    await using lake = await TestLake.make();
    const { entryOf } = smallDay(lake);
    const result = await convert(lake, right);
    expect(result).toMatchObject({ status: 'loaded', day: { published: true } });
    expect((await entryOf(result)).controlTotals).toMatchObject([
      { name: 'dayManifest.soma', expected: '4.00', actual: '4.00', balanced: true },
    ]);
  });

  it.each([
    ['another size', { sizeBytes: 41 }, 'size-mismatch'],
    ['another checksum', { crc64nvme: 'AAAAAAAAAAA=' }, 'checksum-mismatch'],
    ['another count', { records: 3 }, 'control-total-mismatch'],
    ['another count of details', { details: 3 }, 'control-total-mismatch'],
    ['another sum', { totals: { soma: '4.01' } }, 'control-total-mismatch'],
    ['no such file', { name: 'g.txt' }, 'not-in-day-manifest'],
  ])('with %s refuses the file', async (_, change, code) => {
    await using lake = await TestLake.make();
    const { refusalOf } = smallDay(lake);
    const result = await convert(lake, { ...right, ...change });
    expect(result.status).toBe('refused');
    expect(await refusalOf(result)).toBe(code);
    expect(await lake.catalog('small')).toBeUndefined();
  });

  it('is compared with size and stored checksum before a byte is parsed', async () => {
    await using lake = await TestLake.make();
    const { refusalOf } = smallDay(lake);
    const { raw } = lake.ports;
    lake.ports.raw = Object.assign(Object.create(raw), {
      readRange: raw.readRange.bind(raw),
      head: async (key: string) => ({ ...(await raw.head(key)), crc64nvme: checksumOf(bytes) }),
      streamRange: () => {
        throw new Error('nothing may be parsed');
      },
    });
    expect(await refusalOf(await convert(lake, { ...right, crc64nvme: 'AAAAAAAAAAA=' }))).toBe(
      'checksum-mismatch',
    );
  });

  it('that cannot be used refuses the file, without its content in the message', async () => {
    await using lake = await TestLake.make();
    const { load, refusalOf } = smallDay(lake);
    await lake.putRaw('day_20250812.ctl', Buffer.from('123.456.789-09'));
    const result = await load(KEY, bytes, {}, layout);
    expect(await refusalOf(result)).toBe('day-manifest-invalid');
    expect(lake.notifications.join()).not.toContain('123.456');
  });

  it('that arrives after an upgrade is compared with totals that the earlier version noted', async () => {
    await using lake = await TestLake.make();
    const { entryOf, load } = smallDay(lake);
    const { ledgerKey } = await load(KEY, bytes, {}, layout);
    const { lake: store } = lake.ports;
    const entry = JSON.stringify(await entryOf({ ledgerKey }));
    expect(entry).toContain('dayManifest.soma');
    await store.put(ledgerKey, Buffer.from(entry.replaceAll('dayManifest.soma', 'dayControlFile.soma')));
    const text = dayManifest([right]).toString();
    expect(await takeDayManifest(store, 'small', DATE, 'day_20250812.ctl', text)).toEqual([]);
    const outcome = await publishDay(lake.ports, readLayout(layout, 'small.json'), DATE);
    expect(outcome).toMatchObject({ published: true, commit: 1 });
  });

  it('that arrives last is compared with the details that were read', async () => {
    await using lake = await TestLake.make();
    const { load } = smallDay(lake);
    await load(KEY, bytes, {}, layout);
    await lake.putRaw('day_20250812.ctl', dayManifest([{ ...right, details: 1 }]));
    const wrong = await lake.convert({ layout, sourceKey: KEY });
    expect(wrong.day?.waitingFor).toContain('control-total-mismatch');
    expect(await lake.catalog('small')).toBeUndefined();
  });

  it('that keeps a file out of a day in part does not call it published', async () => {
    await using lake = await TestLake.make();
    lake.ports.settings.expectedFiles = 3;
    const { load, commits } = smallDay(lake);
    await load(KEY, bytes);
    const other = smallFile(smallLine('B1', 1));
    await load('g_20250812.txt', other);
    const text = dayManifest([right, { name: 'g_20250812.txt', sizeBytes: 1 }, { name: 'late.txt' }], {
      businessDate: DATE,
    }).toString();
    expect(await takeDayManifest(lake.ports.lake, 'small', DATE, 'day.ctl', text)).toEqual([]);
    const partial = { reason: 'on purpose' };
    await publishDay(lake.ports, readLayout(smallLayout(), 'small.json'), DATE, { partial });
    expect((await commits()).map(({ files }) => files.map(({ sourceKey }) => sourceKey))).toEqual([[KEY]]);
    const again = await lake.convert({ layout: smallLayout(), sourceKey: 'g_20250812.txt' });
    expect(again).toMatchObject({ status: 'already-loaded', day: { commit: 1 } });
    expect(again.day?.waitingFor).toContain('g_20250812.txt, which is not what');
  });

  it('that a person gave stays in force when the next file of the day is converted', async () => {
    await using lake = await TestLake.make();
    const { load } = smallDay(lake);
    await load(KEY, bytes);
    const text = dayManifest([{ name: KEY }, { name: 'late.txt' }], { businessDate: DATE }).toString();
    expect(await takeDayManifest(lake.ports.lake, 'small', DATE, 'day.ctl', text)).toEqual([]);
    const next = await load(KEY, smallFile(smallLine('A1', 1)));
    expect(next.day?.waitingFor).toBe('late.txt');
  });

  it('that arrives last holds the day back until it agrees', async () => {
    await using lake = await TestLake.make();
    const { ids, load } = smallDay(lake);
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
