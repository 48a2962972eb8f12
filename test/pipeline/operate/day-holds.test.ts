import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { cleanLake } from '../../../shared/pipeline/operate/clean-lake.ts';
import { rollBack } from '../../../shared/pipeline/operate/roll-back.ts';
import { holdFolders, takeLeave } from '../../../shared/pipeline/store/day-holds.ts';
import { repairLake } from '../../../shared/pipeline/verify/repair-lake.ts';
import { verifyLake } from '../../../shared/pipeline/verify/verify-lake.ts';
import { TestLake } from '../../support/run-pipeline.ts';
import { smallFile, smallLine } from '../../support/small-contracts.ts';
import { DATE, DAY, KEY, smallDay } from '../../support/small-day.ts';

const all = { runsOlderThanMs: 0, generationsOlderThanMs: 0, dryRun: false };
const day = { dataset: 'small', businessDate: DATE };

describe('a rollback and a clean at once', () => {
  it('take folders from each other only if the other sees it', async () => {
    const lake = new MemoryObjectStore();
    const { leaving, letGo } = await holdFolders(lake, day, 3, ['runs/a/', 'runs/b/']);
    expect(leaving).toEqual([]);
    const leave = await takeLeave(lake, day, 2, ['runs/a/', 'runs/c/']);
    expect([leave.free, leave.held]).toEqual([new Set(['runs/c/']), new Set(['runs/a/'])]);
    expect((await holdFolders(lake, day, 3, ['runs/c/'])).leaving).toEqual(['runs/c/']);
    await leave.end(['runs/c/']);
    expect((await holdFolders(lake, day, 3, [])).leaving).toEqual([]);
    await letGo();
    expect((await takeLeave(lake, day, 2, ['runs/a/'])).free).toEqual(new Set(['runs/a/']));
  });

  it('hold nothing any more once the commit is there', async () => {
    const lake = new MemoryObjectStore();
    await holdFolders(lake, day, 3, ['runs/a/']);
    expect((await takeLeave(lake, day, 3, ['runs/a/'])).held).toEqual(new Set());
  });

  it('keep the note of a clean that goes on when another one gives up', async () => {
    const lake = new MemoryObjectStore();
    const one = await takeLeave(lake, day, 2, ['runs/a/']);
    const other = await takeLeave(lake, day, 2, ['runs/a/']);
    await one.end([]);
    expect((await holdFolders(lake, day, 3, [])).leaving).toEqual(['runs/a/']);
    await other.end(['runs/a/']);
    expect((await holdFolders(lake, day, 3, [])).leaving).toEqual([]);
  });

  it('keep the note of what could only be removed in part, until it is gone', async () => {
    const lake = new MemoryObjectStore();
    const leave = await takeLeave(lake, day, 2, ['runs/a/', 'runs/b/', 'runs/c/']);
    await leave.end(['runs/a/'], ['runs/b/', 'runs/of-another-day/']);
    expect((await holdFolders(lake, day, 3, [])).leaving).toEqual(['runs/b/']);
    const again = await takeLeave(lake, day, 2, ['runs/b/']);
    await again.end(['runs/b/']);
    expect((await holdFolders(lake, day, 3, [])).leaving).toEqual([]);
  });

  it('leave to the rollback what it counts on', async () => {
    await using lake = await TestLake.make();
    const { ids, load, keysBelow } = smallDay(lake);
    await load(KEY, smallFile(smallLine('A1', 1)));
    await load(KEY, smallFile(smallLine('A2', 1)));
    const old = 'processed/small/year=2025/month=08/day=12/product=A/gen=00001/';
    await holdFolders(lake.ports.lake, day, 3, [old]);
    const { kept } = await cleanLake(lake.ports, all);
    expect(kept).toMatchObject([{ key: old, why: expect.stringContaining('rollback') }]);
    expect(await keysBelow(old)).toHaveLength(1);
    await rollBack(lake.ports, { ...DAY, file: KEY, reason: 'x' });
    expect(await ids()).toEqual(['A1']);
    await cleanLake(lake.ports, all);
    expect(await keysBelow(old)).toEqual([]);
  });

  it('turn the rollback away from what is being removed, and nothing changes', async () => {
    await using lake = await TestLake.make();
    const { commits, ids, load } = smallDay(lake);
    await load(KEY, smallFile(smallLine('A1', 1)));
    const [first] = await commits();
    await load(KEY, smallFile(smallLine('A2', 1)));
    const old = 'processed/small/year=2025/month=08/day=12/product=A/gen=00001/';
    await takeLeave(lake.ports.lake, day, 2, [old, `runs/${first!.files[0]!.runId}/`]);
    const back = rollBack(lake.ports, { ...DAY, file: KEY, reason: 'x' });
    await expect(back).rejects.toMatchObject({ name: 'RunInconsistent' });
    expect(await ids()).toEqual(['A2']);
    expect(await commits()).toHaveLength(2);
  });
});

describe('cleaning keeps', () => {
  it('the rows of a hidden supplement, which comes back with the version that it corrects', async () => {
    await using lake = await TestLake.make();
    const { ids, load } = smallDay(lake);
    const rejecting = smallFile(smallLine('A1', 1), smallLine('A2', 'X'));
    await load(KEY, rejecting);
    await load('fix_20250812.txt', smallFile(smallLine('A2', 7)), { supplementOf: KEY });
    await cleanLake(lake.ports, all);
    await load(KEY, smallFile(smallLine('A3', 1)));
    await cleanLake(lake.ports, all);
    expect(await ids()).toEqual(['A3']);
    await load(KEY, rejecting);
    expect(await ids()).toEqual(['A1', 'A2']);
  });
});

describe('a damaged note of what is held', () => {
  it('is named by verify and moved aside by repair, and the day goes on', async () => {
    await using lake = await TestLake.make();
    const { ids, load } = smallDay(lake);
    await load(KEY, smallFile(smallLine('A1', 1)));
    await load(KEY, smallFile(smallLine('A2', 1)));
    const key = 'ledger/small/year=2025/month=08/day=12/_holds/folders.json';
    await holdFolders(lake.ports.lake, day, 3, ['runs/a/']);
    expect((await verifyLake(lake.ports, { depth: 'full' })).findings).toEqual([]);
    const { bytes } = (await lake.ports.lake.get(key))!;
    await lake.ports.lake.put(key, bytes.subarray(0, 30));
    const back = { ...DAY, file: KEY, reason: 'x' };
    await expect(rollBack(lake.ports, back)).rejects.toMatchObject({ name: 'ObjectDamaged', where: key });
    await expect(rollBack(lake.ports, back)).rejects.toThrow('npx positional-lake repair --lake LAKE');
    expect((await verifyLake(lake.ports, { depth: 'full' })).findings).toMatchObject([{ key }]);
    await repairLake(lake.ports, { depth: 'full' });
    await rollBack(lake.ports, back);
    expect(await ids()).toEqual(['A1']);
  });
});
