import { describe, expect, it } from 'vitest';
import { cleanLake } from '../../../shared/pipeline/operate/clean-lake.ts';
import { splitFile } from '../../../shared/pipeline/split/split-file.ts';
import { repairLake } from '../../../shared/pipeline/verify/repair-lake.ts';
import { verifyLake } from '../../../shared/pipeline/verify/verify-lake.ts';
import { planned, TestLake } from '../../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { KEY, smallDay } from '../../support/small-day.ts';

describe('cleaning', () => {
  const all = { runsOlderThanMs: 0, generationsOlderThanMs: 0, dryRun: false };
  const runKeys = async (lake: TestLake) =>
    (await smallDay(lake).keysBelow('runs/')).filter((key) => !key.endsWith('metrics.jsonl'));

  it('removes whole runs, keeps what readers see, and lets the day go on as before', async () => {
    await using lake = await TestLake.make();
    const { ids, keysBelow, load } = smallDay(lake);
    await load(KEY, smallFile(smallLine('A1', 1)));
    await load(KEY, smallFile(smallLine('A2', 1)));
    await load('g_20250812.txt', smallFile(smallLine('', 1)));
    await load('h_20250812.txt', Buffer.alloc(0));
    const report = await cleanLake(lake.ports, { ...all, dryRun: true });
    expect(report.removed.length).toBeGreaterThan(3);
    expect(await runKeys(lake)).not.toEqual([]);
    await cleanLake(lake.ports, all);
    expect(await runKeys(lake)).toEqual([]);
    expect((await keysBelow('processed/small/')).map((key) => /gen=\d+/.exec(key)?.[0])).toEqual([
      'gen=00002',
    ]);
    expect(await ids()).toEqual(['A2']);
    expect((await lake.convert({ layout: smallLayout(), sourceKey: KEY })).status).toBe('already-loaded');
    await load('i_20250812.txt', smallFile(smallLine('I1', 1)));
    expect(await ids()).toEqual(['A2', 'I1']);
  });

  it('keeps a run that is going on, and a run whose file waits for its day', async () => {
    await using lake = await TestLake.make();
    const { ids, load } = smallDay(lake);
    lake.ports.settings.expectedFiles = 2;
    await load(KEY, smallFile(smallLine('A1', 1)));
    await lake.putRaw('g_20250812.txt', smallFile(smallLine('G1', 1)));
    const request = { layout: smallLayout(), sourceKey: 'g_20250812.txt' };
    await splitFile(lake.ports, 'dead', request);
    expect((await cleanLake(lake.ports, all)).kept).toHaveLength(2);
    await lake.convert(request);
    expect(await ids()).toEqual(['A1', 'G1']);
    await cleanLake(lake.ports, all);
    expect(await runKeys(lake)).toEqual([]);
  });

  it('keeps the rows of a file that waits for its day also if the plan of its run is lost', async () => {
    await using lake = await TestLake.make();
    const { ids, load, entryOf } = smallDay(lake);
    lake.ports.settings.expectedFiles = 2;
    const { runId } = await entryOf(await load(KEY, smallFile(smallLine('A1', 1))));
    const plan = `runs/${runId}/plan.json`;
    await lake.ports.lake.put(plan, Buffer.from('{'));
    const verified = await verifyLake(lake.ports, { depth: 'full' });
    expect(verified.findings).toMatchObject([{ key: plan, level: 'damage', mend: { by: 'repair' } }]);
    const { verdict } = await repairLake(lake.ports, { depth: 'full' });
    expect(verdict.findings).toMatchObject([{ key: plan, level: 'note', what: 'it is missing' }]);
    const kept = await cleanLake(lake.ports, all);
    expect(kept).toMatchObject({ kept: [{ key: `runs/${runId}/` }], failed: [] });
    await load('g_20250812.txt', smallFile(smallLine('G1', 1)));
    expect(await ids()).toEqual(['A1', 'G1']);
    await cleanLake(lake.ports, all);
    expect(await runKeys(lake)).toEqual([]);
  });

  it('asks the store little for each run: no ledger entry of a loaded file is written, and a commit is read once', async () => {
    const callsFor = async (files: number) => {
      await using lake = await TestLake.make();
      for (let file = 0; file < files; file++) {
        await smallDay(lake).load(`f${file}_20250812.txt`, smallFile(smallLine(`A${file}`, 1)));
      }
      const calls: Record<string, number> = {};
      const { lake: store } = lake.ports;
      lake.ports.lake = new Proxy(store, {
        get(target, name: keyof typeof store) {
          const method = target[name];
          if (method === undefined) return undefined;
          return (...args: unknown[]) => {
            calls[name] = (calls[name] ?? 0) + 1;
            return Reflect.apply(method, target, args);
          };
        },
      });
      const report = await cleanLake(lake.ports, { ...all, generationsOlderThanMs: 1e12 });
      expect(report.removed.filter(({ what }) => what === 'run')).toHaveLength(files);
      return calls;
    };
    const [few = {}, more = {}] = [await callsFor(2), await callsFor(6)];
    // The note of what is being removed is written twice for a day.
    expect([more.put, more.putOnce, more.putIf]).toEqual([few.put, few.putOnce, few.putIf]);
    expect(more.delete).toBe(few.delete);
    // For each run: its plan, its entry, the entry before it goes, the commit after the last; its pointer and the entry again. For each
    // commit: the commit.
    expect((more.get ?? 0) - (few.get ?? 0)).toBeLessThanOrEqual(4 * 7);
    expect((more.list ?? 0) - (few.list ?? 0)).toBe(4);
  });

  it('removes a run that nobody works on any more, and gives the next conversion another run id', async () => {
    await using lake = await TestLake.make();
    const { entryOf } = smallDay(lake);
    await lake.putRaw(KEY, smallFile(smallLine('A1', 1)));
    const request = { layout: smallLayout(), sourceKey: KEY };
    const dead = planned(await splitFile(lake.ports, 'dead', request));
    lake.ports.clock = { now: () => new Date('2025-08-13T09:00:00Z') };
    expect((await cleanLake(lake.ports, all)).kept).toEqual([]);
    expect(await runKeys(lake)).toEqual([]);
    const again = await entryOf(await lake.convert(request));
    expect(again.state).toBe('loaded');
    expect(again.runId).not.toBe(dead.runId);
  });

  it('removes the manifests of parts before the parts, and the plan last', async () => {
    await using lake = await TestLake.make();
    const { load } = smallDay(lake);
    await load(KEY, smallFile(smallLine('A1', 1), smallLine('A2', 2)), { rangeSizeBytes: 21 });
    const { lake: store } = lake.ports;
    const removed: string[] = [];
    const remove = store.delete.bind(store);
    store.delete = async (keys) => {
      removed.push(...keys.filter((key) => key.startsWith('runs/')));
      await remove(keys);
    };
    await cleanLake(lake.ports, all);
    const isPart = removed.map((key) => key.endsWith('.parquet'));
    const isManifest = removed.map((key) => /\/parts\/\d+\.json$/.test(key));
    expect(isManifest.filter(Boolean)).toHaveLength(2);
    expect(isManifest.lastIndexOf(true)).toBeLessThan(isPart.indexOf(true));
    expect(removed.findIndex((key) => key.endsWith('/plan.json'))).toBeGreaterThan(isPart.lastIndexOf(true));
  });

  it('removes a replaced object, and leaves those beside it that readers still see', async () => {
    await using lake = await TestLake.make();
    const { ids, keysBelow, load } = smallDay(lake);
    lake.ports.settings.expectedFiles = 2;
    await load('f_20250812.txt', smallFile(smallLine('F1', 1)));
    await load('g_20250812.txt', smallFile(smallLine('G1', 1)));
    await load('g_20250812.txt', smallFile(smallLine('G2', 1)));
    const { removed } = await cleanLake(lake.ports, all);
    expect(removed.filter(({ what }) => what === 'generation')).toMatchObject([{ objects: 1 }]);
    const names = (await keysBelow('processed/')).map((key) => /gen=\d+\/./.exec(key)?.[0]);
    expect(names).toEqual(['gen=00001/f', 'gen=00002/g']);
    expect(await ids()).toEqual(['F1', 'G2']);
  });

  it('leaves the folder of a commit that is under way', async () => {
    await using lake = await TestLake.make();
    const { load } = smallDay(lake);
    await load(KEY, smallFile(smallLine('A1', 1)));
    const folder = 'processed/small/year=2025/month=08/day=12/product=A';
    for (const generation of ['gen=00002', 'gen=00003']) {
      await lake.ports.lake.put(`${folder}/${generation}/f.parquet`, new Uint8Array(3));
    }
    await cleanLake(lake.ports, all);
    expect(await lake.ports.lake.head(`${folder}/gen=00002/f.parquet`)).toBeDefined();
    expect(await lake.ports.lake.head(`${folder}/gen=00003/f.parquet`)).toBeDefined();
  });

  it('reports and removes objects that belong to nothing', async () => {
    await using lake = await TestLake.make();
    const { load } = smallDay(lake);
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

  it('finds rows that stand in an older generation after a copy that never finished', async () => {
    await using lake = await TestLake.make();
    const { ids, load } = smallDay(lake);
    await load(KEY, smallFile(smallLine('A1', 1)));
    await cleanLake(lake.ports, all);
    const mend = failCopies(lake);
    await load('g_20250812.txt', smallFile(smallLine('G1', 1))).catch(() => undefined);
    mend();
    await load('h_20250812.txt', smallFile(smallLine('H1', 1)));
    expect(await ids()).toEqual(['A1', 'G1', 'H1']);
    expect((await cleanLake(lake.ports, all)).failed).toEqual([]);
  });

  it('tells of a day that cannot be shown, keeps its runs, and cleans the others', async () => {
    await using lake = await TestLake.make();
    const { ids, load } = smallDay(lake);
    await load('a_20250813.txt', smallFile(smallLine('B1', 1)));
    const mend = failCopies(lake);
    await load(KEY, smallFile(smallLine('A1', 1))).catch(() => undefined);
    const report = await cleanLake(lake.ports, all);
    expect(report.failed).toMatchObject([{ key: expect.stringContaining('day=12') }]);
    expect(report.kept).toMatchObject([{ why: expect.stringContaining('still has objects to copy') }]);
    expect(report.removed.map(({ what }) => what)).toContain('run');
    mend();
    expect((await cleanLake(lake.ports, all)).failed).toEqual([]);
    expect(await ids()).toContain('A1');
  });

  it('cleans the other days if the commit of one is damaged', async () => {
    await using lake = await TestLake.make();
    const { keysBelow, load } = smallDay(lake);
    await load(KEY, smallFile(smallLine('A1', 1)));
    await load('a_20250813.txt', smallFile(smallLine('B1', 1)));
    const commits = (await keysBelow('ledger/')).filter((key) => key.endsWith('day=12/_day/1.json'));
    for (const key of commits) await lake.ports.lake.put(key, new TextEncoder().encode('{'));
    expect(commits).toHaveLength(1);
    const report = await cleanLake(lake.ports, all);
    expect(report.failed.map(({ key }) => key.split('/')[0])).toEqual(['ledger', 'runs']);
    expect(report.removed.map(({ what }) => what)).toContain('run');
  });
});

/** Lets every copy to the published folders fail until the answer is called. */
function failCopies(lake: TestLake): () => void {
  const store = lake.ports.lake;
  const copy = store.copy.bind(store);
  store.copy = (from, to) =>
    to.startsWith(lake.ports.publishedPrefix)
      ? Promise.reject(new Error('the disk is full'))
      : copy(from, to);
  return () => {
    store.copy = copy;
  };
}
