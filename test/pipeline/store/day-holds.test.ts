import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { dayHoldsKey } from '../../../shared/keys/lake-keys.ts';
import { holdFolders, takeLeave } from '../../../shared/pipeline/store/day-holds.ts';
import { HeldWrites } from '../../support/held-writes.ts';
import { DAY } from '../../support/small-day.ts';

const KEY = dayHoldsKey(DAY.dataset, DAY.businessDate);

function noted() {
  const lake = new MemoryObjectStore();
  const hold = (commit: number, ...folders: string[]) => holdFolders(lake, DAY, commit, folders);
  const leave = (lastCommit: number, ...folders: string[]) => takeLeave(lake, DAY, lastCommit, folders);
  const kept = () => JSON.parse(Buffer.from(lake.bytesOf(KEY)).toString());
  return { lake, hold, leave, kept };
}

describe('folders that rollbacks hold', () => {
  it('stay held for each of two that would write the same commit', async () => {
    const { hold, leave } = noted();
    await hold(3, 'runs/a/');
    const { letGo } = await hold(3, 'runs/b/');
    expect((await leave(2, 'runs/a/', 'runs/b/')).held).toEqual(new Set(['runs/a/', 'runs/b/']));
    await letGo();
    expect((await leave(2, 'runs/a/', 'runs/b/')).held).toEqual(new Set(['runs/a/']));
  });

  it('are forgotten once a later commit is to be written', async () => {
    const { hold, kept } = noted();
    await hold(3, 'runs/a/');
    await hold(4, 'runs/b/');
    expect(kept()).toMatchObject({ holds: [{ commit: 4, folders: ['runs/b/'] }] });
  });

  it('are held, and let go of, before the answer says so', async () => {
    const { lake, hold, kept } = noted();
    const writes = new HeldWrites();
    lake.beforeCall = writes.call;
    const { letGo } = await hold(3, 'runs/a/');
    await writes.assertEnded();
    await letGo();
    await writes.assertEnded();
    expect(kept()).toMatchObject({ holds: [], leaving: [] });
  });

  it('keep the objects in them from being removed, and no others', async () => {
    const { hold, leave } = noted();
    await hold(3, 'runs/a/');
    const { free, held } = await leave(2, 'runs/a/x.parquet', 'runs/a/b/x.parquet', 'runs/ab/x.parquet');
    expect([...held]).toEqual(['runs/a/x.parquet']);
    expect([...free]).toEqual(['runs/a/b/x.parquet', 'runs/ab/x.parquet']);
  });
});

describe('folders that clean removes', () => {
  it('are noted before it goes on, and forgotten once they are gone', async () => {
    const { lake, leave, kept } = noted();
    const writes = new HeldWrites();
    lake.beforeCall = writes.call;
    const { end } = await leave(2, 'runs/a/', 'runs/b/');
    await writes.assertEnded();
    expect(kept()).toMatchObject({ leaving: [{ folders: ['runs/a/', 'runs/b/'] }] });
    await end(['runs/a/'], ['runs/b/']);
    await writes.assertEnded();
    expect(kept()).toMatchObject({ leaving: [{ folders: ['runs/b/'] }] });
    await (await leave(2, 'runs/b/')).end(['runs/b/']);
    expect(kept()).toMatchObject({ holds: [], leaving: [] });
  });

  it('are not noted if there are none', async () => {
    const { lake, leave } = noted();
    const { free, held, end } = await leave(2);
    await end([]);
    expect([free.size, held.size, lake.keys()]).toEqual([0, 0, []]);
  });
});
