import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { rollBack } from '../../../shared/pipeline/operate/roll-back.ts';
import { MemoryLake } from '../../support/memory-lake.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { DAY, KEY } from '../../support/small-day.ts';

const G = 'g_20250812.txt';
const FIX = 'fix_20250812.txt';
const one = smallFile(smallLine('A1', 1));
const two = smallFile(smallLine('B1', 1), smallLine('B2', 'X'));
const three = smallFile(smallLine('C1', 1));
const correction = smallFile(smallLine('B2', 2));
const back = (lake: MemoryLake, more = {}) => rollBack(lake.ports, { ...DAY, reason: 'wrong', ...more });
const runOf = async (lake: MemoryLake, result: { ledgerKey: string }) =>
  (await lake.entry(result)).loaded?.runId;

describe('a file that goes back', () => {
  it('is named by its key, or by its name if only one has it', async () => {
    const lake = new MemoryLake();
    for (const bytes of [one, two]) await lake.load(`a/${KEY}`, bytes);
    for (const bytes of [three, correction]) await lake.load(`b/${G}`, bytes);
    expect(await back(lake, { file: KEY })).toMatchObject({ files: [{ sourceKey: `a/${KEY}` }] });
    expect(await back(lake, { file: `b/${G}` })).toMatchObject({ files: [{ sourceKey: `b/${G}` }] });
  });

  it('must be one: of two with a name, both are told, and of none, those that there are', async () => {
    const lake = new MemoryLake();
    await lake.load(`a/${KEY}`, one);
    await lake.load(`b/${KEY}`, two);
    await expect(back(lake, { file: KEY })).rejects.toThrow(`could be a/${KEY} or b/${KEY}`);
    await expect(back(lake, { file: 'none.txt' })).rejects.toThrow(
      'none.txt is not published for 2025-08-12',
    );
    lake.ports.settings.expectedFiles = 9;
    await lake.load(G, three);
    await expect(back(lake, { file: G })).rejects.toThrow('is loaded and not published');
  });

  it('never goes to a version that was taken back before', async () => {
    const lake = new MemoryLake();
    await lake.load(KEY, one);
    await lake.load(KEY, two);
    await back(lake, { file: KEY });
    await expect(back(lake, { file: KEY })).rejects.toThrow('has no version before');
    await lake.load(KEY, three);
    const first = await lake.load(KEY, three);
    await back(lake, { file: KEY });
    expect((await lake.entry(first)).loaded?.rows).toBe(1);
    expect((await lake.entry(first)).rolledBack).toHaveLength(2);
  });

  it('goes to what was loaded before the published version, not to one that waits for the day', async () => {
    const lake = new MemoryLake();
    const { ledgerKey } = await lake.load(KEY, one);
    const first = await runOf(lake, { ledgerKey });
    await lake.load(KEY, two);
    lake.ports.settings.expectedFiles = 9;
    await lake.load(KEY, three);
    expect(await back(lake, { file: KEY })).toMatchObject({ files: [{ to: first }] });
  });

  it('leaves a supplement that has no version for it what it has, hidden', async () => {
    const lake = new MemoryLake();
    await lake.load(KEY, one);
    await lake.load(KEY, two);
    const fix = await lake.load(FIX, correction, { supplementOf: KEY });
    const run = await runOf(lake, fix);
    const { files } = await back(lake, { file: KEY });
    expect(files).toMatchObject([{ sourceKey: KEY }, { sourceKey: FIX, from: null, to: null }]);
    expect(await runOf(lake, fix)).toBe(run);
  });
});

describe('a day that goes back', () => {
  it('names a supplement once that was published with a version which goes', async () => {
    const lake = new MemoryLake();
    await lake.load(KEY, one);
    await lake.load(KEY, two);
    await lake.load(FIX, correction, { supplementOf: KEY });
    const { files } = await back(lake, { toCommit: 1 });
    expect(files.map(({ sourceKey }) => sourceKey)).toEqual([KEY, FIX]);
  });

  it('takes nothing from a version that only waits for the day', async () => {
    const lake = new MemoryLake();
    await lake.load(KEY, one);
    await lake.load(G, two);
    await back(lake, { file: G, remove: true });
    lake.ports.settings.expectedFiles = 9;
    const waiting = await lake.load(G, three);
    const run = await runOf(lake, waiting);
    expect(run).toBeDefined();
    const { files } = await back(lake, { toCommit: 2 });
    expect(files).toMatchObject([{ sourceKey: G, from: null }]);
  });

  it('has been told, under a subject that fits, when the command ends', async () => {
    const lake = new MemoryLake();
    const name = 's'.repeat(90);
    const layout = smallLayout({ name });
    for (const bytes of [one, two]) await lake.load(KEY, bytes, { layout });
    const { notify } = lake.ports.notifier;
    lake.ports.notifier = {
      notify: async (notice) => {
        for (let turn = 0; turn < 5; turn++) await setImmediate();
        await notify(notice);
      },
    };
    await rollBack(lake.ports, { ...DAY, dataset: name, reason: 'wrong' });
    const told = lake.notices.filter(({ subject }) => subject.startsWith('Rolled back'));
    expect(told.map(({ subject }) => subject.length)).toEqual([100]);
  });

  it('holds no folder once it has failed', async () => {
    const lake = new MemoryLake();
    for (const bytes of [one, two]) await lake.load(KEY, bytes);
    for (const key of lake.keys('')) if (/\.parquet$/.test(key)) lake.lake.lose(key);
    await expect(back(lake)).rejects.toThrow();
    const holds = lake.keys('ledger/').filter((key) => key.includes('_holds'));
    expect(holds.length).toBeGreaterThan(0);
    for (const key of holds) expect(Buffer.from(lake.lake.bytesOf(key)).toString()).toContain('"holds":[]');
  });
});
