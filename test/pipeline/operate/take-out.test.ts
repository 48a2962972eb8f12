import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { readLayout } from '../../../shared/layout/compile/read-layout.ts';
import { cleanLake } from '../../../shared/pipeline/operate/clean-lake.ts';
import { dayStatus } from '../../../shared/pipeline/operate/day-status.ts';
import { rollBack } from '../../../shared/pipeline/operate/roll-back.ts';
import { publishDay } from '../../../shared/pipeline/publish/publish-day.ts';
import { settleRollback } from '../../../shared/pipeline/store/settle-rollback.ts';
import { repairLake } from '../../../shared/pipeline/verify/repair-lake.ts';
import { verifyLake } from '../../../shared/pipeline/verify/verify-lake.ts';
import { TestLake } from '../../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { DATE, DAY, KEY, smallDay } from '../../support/small-day.ts';

const OTHER = 'g_20250812.txt';
const FIX = 'fix_20250812.txt';
const layout = readLayout(smallLayout(), 'small.json');
const partial = { reason: 'on purpose' };
const other = smallFile(smallLine('G1', 1));

/** Takes a file out of the day. */
function takeOut({ ports }: TestLake, file: string) {
  return rollBack(ports, { ...DAY, file, remove: true, reason: 'not wanted' });
}

function memoryOf({ ports }: TestLake): MemoryObjectStore {
  if (ports.lake instanceof MemoryObjectStore) return ports.lake;
  throw new Error('the lake of the test is not in memory');
}

/** Acts once, at the moment when somebody is about to write commit `number` of the day and has read all that it follows from. */
function beforeCommit(lake: TestLake, number: number, act: () => Promise<unknown>): void {
  const store = memoryOf(lake);
  store.beforeCall = async (operation, key) => {
    if (operation !== 'putOnce' || !key.endsWith(`/_day/${number}.json`)) return;
    delete store.beforeCall;
    await act();
  };
}

describe('a file that is loaded and not published is taken out', () => {
  const first = smallFile(smallLine('A1', 1), smallLine('A2', 'X'));

  it('while the first publication of its day, which has read the ledger, is under way', async () => {
    await using lake = await TestLake.make();
    const { load, entryOf, refusalOf, commits } = smallDay(lake);
    lake.ports.settings.expectedFiles = 2;
    const taken = await load(KEY, first);
    beforeCommit(lake, 1, async () => {
      expect(await takeOut(lake, KEY)).toMatchObject({ commit: null, files: [{ sourceKey: KEY, to: null }] });
    });
    expect((await load(OTHER, other)).day).toEqual({
      published: false,
      commit: undefined,
      waitingFor: '1 of 2 files',
    });
    expect((await entryOf(taken)).loaded).toBeUndefined();
    expect(await refusalOf(taken)).toBe('rolled-back');
    expect((await commits()).flatMap(({ files, tables }) => [...files, ...tables])).toEqual([]);
    expect(await dayStatus(lake.ports, 'small', DATE)).toMatchObject({ published: null });
    expect(await lake.catalog('small')).toBeUndefined();
    const { findings } = await verifyLake(lake.ports, { depth: 'full' });
    expect(findings.filter(({ level }) => level === 'damage')).toEqual([]);
  });

  it('and a later publication is the first that a rollback can go back to', async () => {
    await using lake = await TestLake.make();
    const { load, ids } = smallDay(lake);
    lake.ports.settings.expectedFiles = 2;
    await load(KEY, first);
    await takeOut(lake, KEY);
    await load(OTHER, other);
    const { day } = await load('h_20250812.txt', smallFile(smallLine('H1', 1)));
    expect(day).toMatchObject({ published: true, commit: 2 });
    expect(await ids()).toEqual(['G1', 'H1']);
    await expect(rollBack(lake.ports, { ...DAY, reason: 'x' })).rejects.toThrow('has no commit 1 before');
    await expect(rollBack(lake.ports, { ...DAY, toCommit: 1, reason: 'x' })).rejects.toThrow('no commit 1');
    await cleanLake(lake.ports, { runsOlderThanMs: 0, generationsOlderThanMs: 0, dryRun: false });
    expect(await ids()).toEqual(['G1', 'H1']);
  });

  it('with its later version that waits for the day, and neither comes back', async () => {
    await using lake = await TestLake.make();
    const { load, ids, commits, entryOf, refusalOf } = smallDay(lake);
    lake.ports.settings.expectedFiles = 3;
    await load(KEY, first);
    await load(OTHER, other);
    await publishDay(lake.ports, layout, DATE, { partial });
    const shown = (await commits())[0]!.files.find(({ sourceKey }) => sourceKey === KEY)!.runId;
    const waiting = await load(KEY, smallFile(smallLine('A9', 9)));
    const { runId } = await entryOf(waiting);
    expect(await takeOut(lake, KEY)).toMatchObject({
      files: [
        { from: shown, to: null },
        { from: runId, to: null },
      ],
    });
    expect(await refusalOf(waiting)).toBe('rolled-back');
    await publishDay(lake.ports, layout, DATE, { partial });
    expect(await ids()).toEqual(['G1']);
    const { rolledBack } = await entryOf(waiting);
    expect(rolledBack?.map((version) => version.runId)).toEqual([shown, runId]);
    const { findings } = await verifyLake(lake.ports, { depth: 'full' });
    expect(findings.filter(({ level }) => level === 'damage')).toEqual([]);
  });

  it('and a version that goes back while a later one waits is not loaded again either', async () => {
    await using lake = await TestLake.make();
    const { load, ids, commits, entryOf } = smallDay(lake);
    lake.ports.settings.expectedFiles = 2;
    const second = smallFile(smallLine('A2', 2));
    for (const bytes of [first, second]) {
      await load(KEY, bytes);
      await publishDay(lake.ports, layout, DATE, { partial });
    }
    const shown = (await commits())[1]!.files[0]!.runId;
    const waiting = await load(KEY, smallFile(smallLine('A9', 9)));
    await rollBack(lake.ports, { ...DAY, file: KEY, reason: 'x' });
    expect(await ids()).toEqual(['A1']);
    const standing = await entryOf(waiting);
    expect(standing.rolledBack?.map((version) => version.runId)).toEqual([shown]);
    await settleRollback(lake.ports, (await commits())[2]!);
    expect(await entryOf(waiting)).toEqual(standing);
    await load(OTHER, other);
    expect(await ids()).toEqual(['A9', 'G1']);
  });

  it('while a publication in part of a published day is under way', async () => {
    await using lake = await TestLake.make();
    const { load, ids, commits } = smallDay(lake);
    lake.ports.settings.expectedFiles = 3;
    await load(OTHER, other);
    await publishDay(lake.ports, layout, DATE, { partial });
    await load(KEY, first);
    beforeCommit(lake, 2, () => takeOut(lake, KEY));
    await publishDay(lake.ports, layout, DATE, { partial });
    expect(await ids()).toEqual(['G1']);
    const [published, out, ...more] = await commits();
    expect(more).toEqual([]);
    const { files, tables } = published!;
    expect(out).toMatchObject({ files, tables, partial, rollback: { restores: 1, files: [{ to: null }] } });
  });

  it('while a rollback of the file that it corrects, which would show it again, is under way', async () => {
    await using lake = await TestLake.make();
    const { load, ids } = smallDay(lake);
    await load(KEY, first);
    await load(FIX, smallFile(smallLine('A2', 7)), { supplementOf: KEY });
    await load(KEY, smallFile(smallLine('A1', 2), smallLine('A2', 2)));
    beforeCommit(lake, 4, () => takeOut(lake, FIX));
    await rollBack(lake.ports, { ...DAY, file: KEY, reason: 'it was right before' });
    expect(await ids()).toEqual(['A1']);
    await publishDay(lake.ports, layout, DATE);
    expect(await ids()).toEqual(['A1']);
  });

  it('beside another one, and the whole day then goes back to the commit before', async () => {
    await using lake = await TestLake.make();
    const { load, ids, entryOf } = smallDay(lake);
    await load(OTHER, other);
    await load(OTHER, smallFile(smallLine('G2', 1)));
    lake.ports.settings.expectedFiles = 9;
    const taken = [await load(KEY, first), await load('h_20250812.txt', smallFile(smallLine('H1', 1)))];
    beforeCommit(lake, 3, () => takeOut(lake, 'h_20250812.txt'));
    await takeOut(lake, KEY);
    for (const result of taken) expect((await entryOf(result)).loaded).toBeUndefined();
    expect(await ids()).toEqual(['G2']);
    expect(await rollBack(lake.ports, { ...DAY, reason: 'x' })).toMatchObject({ commit: 5, restores: 1 });
    expect(await ids()).toEqual(['G1']);
  });

  it('also if it is published at that moment: then out of that commit', async () => {
    await using lake = await TestLake.make();
    const { load, ids } = smallDay(lake);
    lake.ports.settings.expectedFiles = 3;
    await load(KEY, first);
    await load(OTHER, other);
    beforeCommit(lake, 1, () => publishDay(lake.ports, layout, DATE, { partial }));
    expect(await takeOut(lake, KEY)).toMatchObject({ commit: 2, files: [{ sourceKey: KEY, to: null }] });
    expect(await ids()).toEqual(['G1']);
  });

  it('and repair writes a damaged blank commit again: the day waits as before', async () => {
    await using lake = await TestLake.make();
    const { load, commits } = smallDay(lake);
    lake.ports.settings.expectedFiles = 2;
    await load(KEY, first);
    await load(FIX, smallFile(smallLine('A2', 7)), { supplementOf: KEY });
    await takeOut(lake, FIX);
    await lake.ports.lake.put('ledger/small/year=2025/month=08/day=12/_day/1.json', Buffer.from('{"da'));
    const { failed } = await repairLake(lake.ports, { depth: 'full' });
    expect(failed).toEqual([]);
    const { findings } = await verifyLake(lake.ports, { depth: 'full' });
    expect(findings.filter(({ level }) => level === 'damage')).toEqual([]);
    expect(await commits()).toMatchObject([{ files: [], tables: [] }]);
    expect((await load(OTHER, other)).day).toMatchObject({ published: true, commit: 2 });
  });

  it('for good, although the command dies before the ledger says it', async () => {
    await using lake = await TestLake.make();
    const { load, entryOf } = smallDay(lake);
    lake.ports.settings.expectedFiles = 2;
    const taken = await load(KEY, first);
    const store = memoryOf(lake);
    store.beforeCall = (operation) => {
      if (operation === 'putIf') throw new Error('killed');
    };
    await expect(takeOut(lake, KEY)).rejects.toThrow('killed');
    delete store.beforeCall;
    expect((await entryOf(taken)).loaded).toBeDefined();
    expect((await load(OTHER, other)).day).toMatchObject({ published: false, waitingFor: '1 of 2 files' });
    expect((await entryOf(taken)).loaded).toBeUndefined();
  });
});
