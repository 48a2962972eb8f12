import { describe, expect, it } from 'vitest';
import { readLayout } from '../../../shared/layout/compile/read-layout.ts';
import { rollBack } from '../../../shared/pipeline/operate/roll-back.ts';
import { publishDay } from '../../../shared/pipeline/publish/publish-day.ts';
import { lastCommit } from '../../../shared/pipeline/store/day-ledger.ts';
import { settleRollback } from '../../../shared/pipeline/store/settle-rollback.ts';
import { MemoryLake } from '../../support/memory-lake.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { DATE, DAY, KEY } from '../../support/small-day.ts';

const LAYOUT = readLayout(smallLayout(), 'test.json');
const line = (cents: number) => smallFile(smallLine('A1', cents));
const commitsOf = (lake: MemoryLake) => lake.keys('ledger/small/').filter((key) => key.includes('/_day/'));

/** A second version of `KEY` is rolled back, but its host dies before the ledger says so. */
async function rolledBackByHalf(second: Buffer) {
  const lake = new MemoryLake();
  const first = await lake.load(KEY, line(1));
  await lake.load(KEY, second);
  const { ledgerKey } = first;
  const { runId } = (await lake.entry(first)).loaded!;
  const { beforeCall } = lake.lake;
  lake.lake.beforeCall = async (operation, key) => {
    if (operation === 'putIf' && key === ledgerKey) throw new Error('the host died');
    await beforeCall?.(operation, key);
  };
  await expect(rollBack(lake.ports, { ...DAY, file: KEY, reason: 'wrong' })).rejects.toThrow('the host died');
  if (beforeCall) lake.lake.beforeCall = beforeCall;
  expect(commitsOf(lake)).toHaveLength(3);
  expect((await lake.entry(first)).loaded?.runId).toBe(runId);
  return { lake, first, runId };
}

describe('a rollback that died after its commit was written', () => {
  it('is settled before the next look at the day, so that no new commit takes it back', async () => {
    const { lake, first, runId } = await rolledBackByHalf(line(2));
    expect(await publishDay(lake.ports, LAYOUT, DATE)).toEqual({ published: true, commit: 3 });
    expect(commitsOf(lake)).toHaveLength(3);
    const settled = await lake.entry(first);
    expect(settled.loaded?.runId).not.toBe(runId);
    expect(settled.rolledBack).toMatchObject([{ runId, reason: 'wrong' }]);
  });

  it('is settled before the version that it took back is called loaded', async () => {
    const { lake } = await rolledBackByHalf(line(2));
    const again = await lake.convert({ layout: smallLayout(), sourceKey: KEY });
    expect(again.status).toBe('refused');
    expect(await lake.entry(again)).toMatchObject({ refusal: { code: 'rolled-back' } });
  });

  it('is settled before the same bytes, sent once more, are called loaded', async () => {
    const { lake, first, runId } = await rolledBackByHalf(line(2));
    expect(await lake.load(KEY, line(2))).toMatchObject({ status: 'loaded', day: { commit: 4 } });
    expect((await lake.entry(first)).rolledBack).toMatchObject([{ runId }]);
  });

  it('is settled before records are corrected of the version that it took back', async () => {
    const { lake, runId } = await rolledBackByHalf(smallFile(smallLine('A1', 'X')));
    const fix = await lake.load('fix_20250812.txt', line(3), { supplementOf: KEY });
    expect(fix.status).toBe('refused');
    expect((await lake.entry(fix)).supplementOf?.runId).not.toBe(runId);
  });
});

it('a rollback to a version that nobody kept takes nothing away', async () => {
  const lake = new MemoryLake();
  const first = await lake.load(KEY, line(1));
  const { sourceId, sourceKey, loaded } = await lake.entry(first);
  const commit = (await lastCommit(lake.ports.lake, DAY.dataset, DATE))!;
  const lost = { sourceId, sourceKey, ledgerKey: first.ledgerKey, from: loaded!.runId, to: 'no such run' };
  await settleRollback(lake.ports, {
    ...commit,
    rollback: { reason: 'wrong', restores: null, files: [lost] },
  });
  expect((await lake.entry(first)).loaded).toEqual(loaded);
});

describe('a day whose last commit cannot be read', () => {
  it('is published again only by force, under the next number', async () => {
    const lake = new MemoryLake();
    await lake.load(KEY, line(1));
    const [key = ''] = commitsOf(lake);
    lake.lake.replace(key, lake.lake.bytesOf(key).slice(0, -20));
    await expect(publishDay(lake.ports, LAYOUT, DATE)).rejects.toMatchObject({ name: 'ObjectDamaged' });
    expect(commitsOf(lake)).toHaveLength(1);
    expect(await publishDay(lake.ports, LAYOUT, DATE, { force: true })).toMatchObject({
      commit: 2,
      committed: true,
    });
    expect(await publishDay(lake.ports, LAYOUT, DATE)).toEqual({ published: true, commit: 2 });
  });
});

describe('a commit to go back to', () => {
  const back = (lake: MemoryLake, toCommit?: number) =>
    rollBack(lake.ports, { ...DAY, reason: 'wrong', ...(toCommit !== undefined && { toCommit }) });

  it('is an earlier one, which can be read', async () => {
    const lake = new MemoryLake();
    for (const cents of [1, 2, 3]) await lake.load(KEY, line(cents));
    for (const commit of [0, 3, 4]) {
      await expect(back(lake, commit), `to ${commit}`).rejects.toMatchObject({ name: 'UsageError' });
    }
    const [, second = ''] = commitsOf(lake);
    lake.lake.replace(second, lake.lake.bytesOf(second).slice(0, -20));
    await expect(back(lake)).rejects.toMatchObject({
      name: 'ObjectDamaged',
      message: expect.stringContaining('Name another commit with --to'),
    });
    expect(commitsOf(lake)).toHaveLength(3);
    expect(await back(lake, 1)).toMatchObject({ commit: 4, restores: 1 });
  });

  it('is read with what the store fails with', async () => {
    const lake = new MemoryLake();
    for (const cents of [1, 2]) await lake.load(KEY, line(cents));
    const [first] = commitsOf(lake);
    lake.lake.beforeCall = (operation, key) => {
      if (operation === 'get' && key === first) throw new Error('no disk');
    };
    await expect(back(lake)).rejects.toThrow('no disk');
  });
});

it('a commit that readers see is shown once more by whoever repeats its file, without a look at its objects', async () => {
  const lake = new MemoryLake();
  await lake.load(KEY, line(1));
  const shown: string[] = [];
  const { catalog } = lake.ports;
  lake.ports.catalog = new Proxy(catalog, {
    get: (target, name) =>
      name === 'publishDay'
        ? (day: Parameters<typeof catalog.publishDay>[0]) => {
            shown.push(`${day.dataset} ${day.commit}`);
            return target.publishDay(day);
          }
        : Reflect.get(target, name, target),
  });
  const looked: string[] = [];
  const { beforeCall } = lake.lake;
  lake.lake.beforeCall = (operation, key) => {
    if (operation === 'head' && key.endsWith('.parquet')) looked.push(key);
    return beforeCall?.(operation, key);
  };
  expect(await lake.convert({ layout: smallLayout(), sourceKey: KEY })).toMatchObject({
    ...{ status: 'already-loaded', day: { published: true, commit: 1 } },
  });
  expect(shown).toEqual(['small 1', 'small_rejects 1']);
  expect(looked).toEqual([]);
});
