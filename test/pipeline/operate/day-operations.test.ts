import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DayCommit, dayCommitShape } from '../../../shared/day/day-commit.ts';
import { readLayout } from '../../../shared/layout/compile/read-layout.ts';
import { cleanLake } from '../../../shared/pipeline/operate/clean-lake.ts';
import { dayStatus } from '../../../shared/pipeline/operate/day-status.ts';
import { groupRejects, readRejects } from '../../../shared/pipeline/operate/read-rejects.ts';
import { rollBack } from '../../../shared/pipeline/operate/roll-back.ts';
import { publishDay } from '../../../shared/pipeline/publish/publish-day.ts';
import { splitFile } from '../../../shared/pipeline/split/split-file.ts';
import { readJson } from '../../../shared/pipeline/store/json-object.ts';
import { entryVersions } from '../../../shared/pipeline/store/ledger.ts';
import { type LedgerEntry, ledgerEntryShape } from '../../../shared/run/ledger-entry.ts';
import { planned, TestLake } from '../../support/run-pipeline.ts';
import { checksumOf, dayManifest, smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';

const DATE = '2025-08-12';
const KEY = 'f_20250812.txt';
const DAY = { dataset: 'small', businessDate: DATE };

let lake: TestLake;
beforeEach(async () => {
  lake = await TestLake.make();
});
afterEach(() => lake.remove());

async function load(
  key: string,
  bytes: Buffer,
  request: Record<string, unknown> = {},
  layout = smallLayout(),
) {
  await lake.putRaw(key, bytes);
  return lake.convert({ layout, sourceKey: key, ...request });
}

const entryOf = (result: { ledgerKey: string }) =>
  readJson(lake.ports.lake, result.ledgerKey, ledgerEntryShape);
const refusalOf = async (result: { ledgerKey: string }) => (await entryOf(result)).refusal?.code;
const ids = async () => (await lake.publishedRows('small', 'id')).map(({ id }) => id).sort();
const commits = async () => {
  const found: DayCommit[] = [];
  for await (const { key } of lake.ports.lake.list('ledger/small/year=2025/month=08/day=12/_day/')) {
    found.push(await readJson(lake.ports.lake, key, dayCommitShape));
  }
  return found.sort((a, b) => a.commit - b.commit);
};
const keysBelow = async (prefix: string) => {
  const keys: string[] = [];
  for await (const { key } of lake.ports.lake.list(prefix)) keys.push(key);
  return keys;
};

describe('the ledger', () => {
  it('keeps every version of an entry as it stood', async () => {
    const seen: LedgerEntry[] = [];
    const { lake: store } = lake.ports;
    const watch = async (key: string) => {
      if (/\/small\/.*\/f_[^/]*\.json$/.test(key) && !key.includes('/_history/'))
        seen.push(await readJson(store, key, ledgerEntryShape));
    };
    lake.ports.lake = Object.assign(Object.create(store), {
      putOnce: async (key: string, bytes: Uint8Array) => {
        const tag = await store.putOnce(key, bytes);
        await watch(key);
        return tag;
      },
      putIf: async (key: string, bytes: Uint8Array, tag: string) => {
        const next = await store.putIf(key, bytes, tag);
        await watch(key);
        return next;
      },
    });
    await load(KEY, smallFile(smallLine('A1', 100)));
    const result = await load(KEY, smallFile(smallLine('A1', 200)));
    const kept: LedgerEntry[] = [];
    for await (const version of entryVersions(store, result.ledgerKey)) kept.push(version);
    expect(seen.length).toBeGreaterThan(8);
    expect(kept.reverse()).toEqual(seen);
    expect(kept.map(({ revision }) => revision)).toEqual(seen.map((_, index) => index + 1));
  });

  it('has checksums of what came in and what went out, and a lease while a run goes on', async () => {
    const bytes = smallFile(smallLine('A1', 100), smallLine('B1', 1, 'B'));
    await lake.putRaw(KEY, bytes);
    const request = { layout: smallLayout(), sourceKey: KEY, rangeSizeBytes: 5 };
    const split = await splitFile(lake.ports, 'x', request);
    expect((await entryOf(split)).leaseUntil).toBe('2025-08-13T08:00:00.000Z');
    const { loaded, leaseUntil } = await entryOf(await lake.convert(request));
    expect(leaseUntil).toBeUndefined();
    expect(loaded?.checksum).toBe(checksumOf(bytes));
    for (const { mergedKey, checksum } of loaded!.outputs) {
      expect(checksum).toBe(checksumOf((await lake.ports.lake.get(mergedKey))!.bytes));
    }
  });
});

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

  it('is held against size and stored checksum before a byte is parsed', async () => {
    const { raw } = lake.ports;
    lake.ports.raw = Object.assign(Object.create(raw), {
      readRange: raw.readRange.bind(raw),
      head: async (key: string) => ({ ...(await raw.head(key))!, crc64nvme: checksumOf(bytes) }),
      streamRange: () => {
        throw new Error('nothing may be parsed');
      },
    });
    expect(await refusalOf(await convert({ ...right, crc64nvme: 'AAAAAAAAAAA=' }))).toBe('checksum-mismatch');
  });

  it('that cannot be used refuses, without its content in the message', async () => {
    await lake.putRaw('day_20250812.ctl', Buffer.from('123.456.789-09'));
    const result = await load(KEY, bytes, {}, layout);
    expect(await refusalOf(result)).toBe('day-manifest-invalid');
    expect(lake.notifications.join()).not.toContain('123.456');
  });

  it('that comes last holds the day until it agrees', async () => {
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

describe('publishing a day', () => {
  it('in part is flagged, and made whole when the rest comes', async () => {
    lake.ports.settings.expectedFiles = 2;
    await load(KEY, smallFile(smallLine('A1', 1)));
    const layout = readLayout(smallLayout(), 'small.json');
    expect(await publishDay(lake.ports, layout, DATE)).toMatchObject({ published: false });
    const outcome = await publishDay(lake.ports, layout, DATE, { partial: { reason: 'bank holiday' } });
    expect(outcome).toMatchObject({ published: true, commit: 1 });
    expect((await commits())[0]!.partial).toEqual({ reason: 'bank holiday', missing: '1 of 2 files' });
    expect((await dayStatus(lake.ports, 'small', DATE)).published?.partial?.reason).toBe('bank holiday');
    expect(lake.notifications.join()).toContain('bank holiday');
    await load('g_20250812.txt', smallFile(smallLine('G1', 1)));
    expect((await commits())[1]!.partial).toBeUndefined();
    expect(await ids()).toEqual(['A1', 'G1']);
  });

  it('that is far from the business day before warns, by rows or by value', async () => {
    const layout = smallLayout({
      day: { maxChangePercent: 50 },
      controlTotals: [{ dayManifest: 'soma', equals: 'sum(amount)' }],
    });
    await load('f_20250808.txt', smallFile(smallLine('A1', 100), smallLine('A2', 100)), {}, layout);
    const same = await load(
      'f_20250811.txt',
      smallFile(smallLine('A1', 140), smallLine('A2', 150)),
      {},
      layout,
    );
    expect(same.day?.warnings).toBeUndefined();
    const far = await load(KEY, smallFile(smallLine('A1', 1_000_000), smallLine('A2', 1)), {}, layout);
    expect(far.day?.warnings).toEqual([
      'sum(amount) is 10000.01, and was 2.90 on 2025-08-11 (more than 50 % apart)',
    ]);
    expect(lake.notifications.join()).toContain('10000.01');
  });

  it('stays expected as it was said, also by a command that does not say it again', async () => {
    lake.ports.settings.expectedFiles = 2;
    await load(KEY, smallFile(smallLine('A1', 1)));
    lake.ports.settings.expectedFiles = undefined;
    await load(KEY, smallFile(smallLine('A1', 2)));
    expect(await lake.catalog('small')).toBeUndefined();
  });
});

describe('the same bytes', () => {
  const bytes = smallFile(smallLine('A1', 1));

  it('under another name or date are refused, and said to be whose', async () => {
    await load(KEY, bytes);
    for (const key of ['g_20250812.txt', 'f_20250813.txt']) {
      const result = await load(key, bytes);
      expect(await refusalOf(result)).toBe('duplicate-content');
      expect((await entryOf(result)).refusal?.message).toContain(`${KEY} of ${DATE}`);
    }
    expect(await ids()).toEqual(['A1']);
  });

  it('are taken with a warning where the layout or the operator says so', async () => {
    const layout = smallLayout({ day: { duplicates: 'warn' } });
    await load(KEY, bytes, {}, layout);
    expect((await entryOf(await load('g_20250812.txt', bytes, {}, layout))).warnings?.[0]).toContain(KEY);
    expect((await load('h_20250812.txt', bytes, { force: true })).status).toBe('loaded');
  });

  it('are free again when the file that had them brought others', async () => {
    await load(KEY, bytes);
    await load(KEY, smallFile(smallLine('A1', 2)));
    expect((await load('g_20250812.txt', bytes)).status).toBe('loaded');
  });
});

describe('rolling back', () => {
  const first = smallFile(smallLine('A1', 1), smallLine('B1', 1, 'B'));
  const second = smallFile(smallLine('A2', 1));

  it('brings back the version before, and does not load the other again unless forced', async () => {
    await load(KEY, first);
    await load(KEY, second);
    expect(await ids()).toEqual(['A2']);
    const outcome = await rollBack(lake.ports, { ...DAY, file: KEY, reason: 'wrong file' });
    expect(outcome).toMatchObject({ commit: 3 });
    expect(await ids()).toEqual(['A1', 'B1']);
    const again = await lake.convert({ layout: smallLayout(), sourceKey: KEY });
    expect(await refusalOf(again)).toBe('rolled-back');
    expect(await ids()).toEqual(['A1', 'B1']);
    await lake.convert({ layout: smallLayout(), sourceKey: KEY, force: true });
    expect(await ids()).toEqual(['A2']);
  });

  it('of a whole day goes back commit by commit', async () => {
    await load(KEY, first);
    await load(KEY, second);
    await load('g_20250812.txt', smallFile(smallLine('G1', 1)));
    expect(await rollBack(lake.ports, { ...DAY, reason: 'x' })).toMatchObject({ commit: 4, restores: 2 });
    expect(await ids()).toEqual(['A2']);
    expect(await rollBack(lake.ports, { ...DAY, reason: 'x' })).toMatchObject({ commit: 5, restores: 1 });
    expect(await ids()).toEqual(['A1', 'B1']);
    await expect(rollBack(lake.ports, { ...DAY, reason: 'x' })).rejects.toMatchObject({ name: 'UsageError' });
    await rollBack(lake.ports, { ...DAY, toCommit: 3, reason: 'after all' });
    expect(await ids()).toEqual(['A2', 'G1']);
  });

  it('that dies behind its commit is finished by whoever publishes next', async () => {
    await load(KEY, first);
    await load(KEY, second);
    const { catalog } = lake.ports;
    lake.ports.catalog = { ...catalog, publishDay: () => Promise.reject(new Error('killed')) };
    const { lake: store } = lake.ports;
    lake.ports.lake = Object.assign(Object.create(store), {
      putIf: () => Promise.reject(new Error('killed')),
    });
    await expect(rollBack(lake.ports, { ...DAY, file: KEY, reason: 'x' })).rejects.toThrow('killed');
    Object.assign(lake.ports, { catalog, lake: store });
    expect(await ids()).toEqual(['A2']);
    await publishDay(lake.ports, readLayout(smallLayout(), 'small.json'), DATE);
    expect(await ids()).toEqual(['A1', 'B1']);
  });

  it('works from generations when runs are gone, and says so when those are gone too', async () => {
    await load(KEY, first);
    await load(KEY, second);
    const clean = { runsOlderThanMs: 0, dryRun: false };
    await cleanLake(lake.ports, { ...clean, generationsOlderThanMs: 1000 });
    await rollBack(lake.ports, { ...DAY, file: KEY, reason: 'x' });
    expect(await ids()).toEqual(['A1', 'B1']);
    await cleanLake(lake.ports, { ...clean, generationsOlderThanMs: 0 });
    await expect(rollBack(lake.ports, { ...DAY, toCommit: 2, reason: 'x' })).rejects.toThrow(/--force/);
    expect(await ids()).toEqual(['A1', 'B1']);
  });

  it('can take a file out of its day', async () => {
    await load(KEY, first);
    await load('g_20250812.txt', second);
    await expect(rollBack(lake.ports, { ...DAY, file: 'g_20250812.txt', reason: 'x' })).rejects.toThrow(
      /--remove/,
    );
    await rollBack(lake.ports, { ...DAY, file: 'g_20250812.txt', remove: true, reason: 'x' });
    expect(await ids()).toEqual(['A1', 'B1']);
  });
});

describe('cleaning', () => {
  const all = { runsOlderThanMs: 0, generationsOlderThanMs: 0, dryRun: false };
  const runKeys = async () => (await keysBelow('runs/')).filter((key) => !key.endsWith('metrics.jsonl'));

  it('leaves nothing of a run, keeps what readers see, and the day goes on as before', async () => {
    await load(KEY, smallFile(smallLine('A1', 1)));
    await load(KEY, smallFile(smallLine('A2', 1)));
    await load('g_20250812.txt', smallFile(smallLine('', 1)));
    await load('h_20250812.txt', Buffer.alloc(0));
    const report = await cleanLake(lake.ports, { ...all, dryRun: true });
    expect(report.removed.length).toBeGreaterThan(3);
    expect(await runKeys()).not.toEqual([]);
    await cleanLake(lake.ports, all);
    expect(await runKeys()).toEqual([]);
    expect((await keysBelow('processed/small/')).map((key) => /gen=\d+/.exec(key)?.[0])).toEqual([
      'gen=00002',
    ]);
    expect(await ids()).toEqual(['A2']);
    expect((await lake.convert({ layout: smallLayout(), sourceKey: KEY })).status).toBe('already-loaded');
    await load('i_20250812.txt', smallFile(smallLine('I1', 1)));
    expect(await ids()).toEqual(['A2', 'I1']);
  });

  it('keeps a run that is going on, and one whose file waits for its day', async () => {
    lake.ports.settings.expectedFiles = 2;
    await load(KEY, smallFile(smallLine('A1', 1)));
    await lake.putRaw('g_20250812.txt', smallFile(smallLine('G1', 1)));
    const request = { layout: smallLayout(), sourceKey: 'g_20250812.txt' };
    await splitFile(lake.ports, 'dead', request);
    expect((await cleanLake(lake.ports, all)).kept).toHaveLength(2);
    await lake.convert(request);
    expect(await ids()).toEqual(['A1', 'G1']);
    await cleanLake(lake.ports, all);
    expect(await runKeys()).toEqual([]);
  });

  it('removes a run that nobody works on any more, fenced off from who takes the file up again', async () => {
    await lake.putRaw(KEY, smallFile(smallLine('A1', 1)));
    const request = { layout: smallLayout(), sourceKey: KEY };
    const dead = planned(await splitFile(lake.ports, 'dead', request));
    lake.ports.clock = { now: () => new Date('2025-08-13T09:00:00Z') };
    expect((await cleanLake(lake.ports, all)).kept).toEqual([]);
    expect(await runKeys()).toEqual([]);
    const again = await entryOf(await lake.convert(request));
    expect(again.state).toBe('loaded');
    expect(again.runId).not.toBe(dead.runId);
  });

  it('reports and removes what belongs to nothing', async () => {
    await load(KEY, smallFile(smallLine('A1', 1)));
    await load(KEY, smallFile(smallLine('A2', 1)));
    const bytes = new Uint8Array(3);
    await lake.ports.lake.put('runs/0123456789abcdef0123/parts/00000/all.parquet', bytes);
    const stray = 'processed/small/year=2025/month=08/day=12/product=Z/gen=00001/late.parquet';
    await lake.ports.lake.put(stray, bytes);
    const month = 31 * 86_400_000;
    const report = await cleanLake(lake.ports, {
      ...all,
      runsOlderThanMs: month,
      generationsOlderThanMs: month,
    });
    expect(report.removed.map(({ what, key }) => `${what} ${key}`)).toEqual([
      `orphan ${stray.slice(0, stray.lastIndexOf('/') + 1)}`,
      'orphan runs/0123456789abcdef0123/',
    ]);
  });
});

describe('rejects', () => {
  const bytes = smallFile(smallLine('A1', 1), smallLine('A2', 'X'), smallLine('', 5), smallLine('A3', 'Y'));

  it('are grouped by reason and field, of refused files too', async () => {
    await load(KEY, bytes);
    await load(
      'g_20250812.txt',
      smallFile(smallLine('', 7)),
      {},
      smallLayout({ rejects: { maxPercent: 0 } }),
    );
    const groups = await groupRejects(readRejects(lake.ports, DAY), 1);
    expect(groups.map(({ reason, field, count }) => [reason, field, count])).toEqual([
      ['invalid-number', 'amount', 2],
      ['required-blank', 'id', 2],
    ]);
    const [example] = groups[0]!.examples;
    expect(Buffer.from(example!.raw).toString()).toBe(smallLine('A2', 'X'));
    expect(example!.byteOffset).toBe(21);
    const only = { ...DAY, file: 'g_20250812.txt' };
    expect((await groupRejects(readRejects(lake.ports, only), 0)).map(({ count }) => count)).toEqual([1]);
  });

  it('corrected come in as a supplement, no more of them than were rejected', async () => {
    lake.ports.settings.expectedFiles = 1;
    await load(KEY, bytes);
    const supplement = { supplementOf: KEY };
    const many = smallFile(...['1', '2', '3', '4'].map((n) => smallLine(`C${n}`, 1)));
    expect(await refusalOf(await load('too_many_20250812.txt', many, supplement))).toBe(
      'supplement-too-large',
    );
    const unknown = await load('x_20250812.txt', many, { supplementOf: 'nothing.txt' });
    expect(await refusalOf(unknown)).toBe('supplement-unknown');
    await load('fix_20250812.txt', smallFile(smallLine('A2', 2), smallLine('A3', 3)), supplement);
    expect(await ids()).toEqual(['A1', 'A2', 'A3']);
    const { totals } = await dayStatus(lake.ports, 'small', DATE);
    expect(totals).toMatchObject({ records: 4, rows: 3, rejected: 3, corrected: 2 });
    expect(totals.records).toBe(totals.rows + totals.rejected - totals.corrected);
    expect(
      await refusalOf(
        await load('more_20250812.txt', smallFile(smallLine('A5', 2), smallLine('A6', 3)), supplement),
      ),
    ).toBe('supplement-too-large');
  });

  it('of a version that was replaced are corrected no more: rows would be doubled', async () => {
    await load(KEY, bytes);
    await load('fix_20250812.txt', smallFile(smallLine('A2', 2)), { supplementOf: KEY });
    const replaced = await load(KEY, smallFile(smallLine('A1', 1), smallLine('A2', 2)));
    expect(replaced.day?.waitingFor).toContain('--remove');
    expect(await ids()).toEqual(['A1', 'A2']);
    await rollBack(lake.ports, { ...DAY, file: 'fix_20250812.txt', remove: true, reason: 'replaced' });
    await publishDay(lake.ports, readLayout(smallLayout(), 'small.json'), DATE);
    const status = await dayStatus(lake.ports, 'small', DATE);
    expect(status.published).toMatchObject({ files: 1, rows: 2 });
  });
});
