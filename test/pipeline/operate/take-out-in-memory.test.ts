import { describe, expect, it } from 'vitest';
import { rollBack } from '../../../shared/pipeline/operate/roll-back.ts';
import { hiddenNext, takeOutUnpublished } from '../../../shared/pipeline/operate/take-out.ts';
import { lastCommit, lastWritten } from '../../../shared/pipeline/store/day-ledger.ts';
import { MemoryLake } from '../../support/memory-lake.ts';
import { smallFile, smallLine } from '../../support/small-contracts.ts';
import { DATE, DAY, KEY } from '../../support/small-day.ts';

const G = 'g_20250812.txt';
const one = smallFile(smallLine('A1', 1), smallLine('A2', 'X'));
const two = smallFile(smallLine('B1', 2));
const out = async (lake: MemoryLake, file: string | undefined, remove = true) => {
  const taken = await takeOutUnpublished(lake.ports, { ...DAY, file, remove, reason: 'not wanted' });
  await lake.writes.assertEnded();
  return taken;
};
const commitsOf = (lake: MemoryLake) => lake.keys('ledger/small/').filter((key) => key.includes('/_day/'));
const daysShown = (lake: MemoryLake) =>
  JSON.parse(Buffer.from(lake.lake.bytesOf('catalog/small.json')).toString()).days;

/** A published file, and another one that waits for the day. */
async function waitingFile() {
  const lake = new MemoryLake();
  await lake.load(`a/${KEY}`, one);
  await lake.load('h_20250812.txt', smallFile(smallLine('H1', 8)));
  lake.ports.settings.expectedFiles = 9;
  const waiting = await lake.load(`a/${G}`, two);
  return { lake, waiting };
}

describe('a file that waits for its day', () => {
  it('is taken out by its key or its name, with a commit that readers are at', async () => {
    for (const file of [G, `a/${G}`]) {
      const { lake, waiting } = await waitingFile();
      expect(await out(lake, file)).toMatchObject({ sourceKey: `a/${G}`, to: null });
      expect((await lake.entry(waiting)).loaded).toBeUndefined();
      expect(daysShown(lake)).toEqual({ [DATE]: 3 });
      // From there the day goes back as from the commit that it repeats.
      expect((await lastCommit(lake.lake, 'small', DATE))?.rollback?.restores).toBe(2);
    }
  });

  it('stays if it is not named, is not to be removed, or is one of two', async () => {
    const { lake, waiting } = await waitingFile();
    expect(await out(lake, undefined)).toBeUndefined();
    expect(await out(lake, G, false)).toBeUndefined();
    expect(await out(lake, 'none.txt')).toBeUndefined();
    // What readers see is for a rollback.
    expect(await out(lake, KEY)).toBeUndefined();
    await lake.load(`b/${G}`, smallFile(smallLine('C1', 3)));
    expect(await out(lake, G)).toBeUndefined();
    expect((await lake.entry(waiting)).loaded).toBeDefined();
    expect(commitsOf(lake)).toHaveLength(2);
  });

  it('leaves a blank commit of a day that was never published, which no reader hears of', async () => {
    const lake = new MemoryLake();
    lake.ports.catalog = Object.assign(Object.create(lake.ports.catalog), { hasDaysTable: true });
    lake.ports.settings.expectedFiles = 9;
    await lake.load(KEY, one);
    expect(await out(lake, KEY)).toMatchObject({ sourceKey: KEY });
    expect(await lastCommit(lake.lake, 'small', DATE)).toBeUndefined();
    const written = await lastWritten(lake.lake, 'small', DATE);
    expect(written).toMatchObject({ number: 1, value: { rollback: { restores: null } } });
    expect([...lake.keys('catalog/'), ...lake.keys('processed/')]).toEqual([]);
  });

  it('does not hide a rollback before it that the ledger does not know yet', async () => {
    const lake = new MemoryLake();
    const first = await lake.load(KEY, one);
    await lake.load(KEY, two);
    lake.ports.settings.expectedFiles = 9;
    await lake.load(G, smallFile(smallLine('G1', 7)));
    const { runId } = (await lake.entry(first)).loaded!;
    const { beforeCall } = lake.lake;
    lake.lake.beforeCall = async (operation, key) => {
      if (operation === 'putIf' && key === first.ledgerKey) throw new Error('the host died');
      await beforeCall?.(operation, key);
    };
    await expect(rollBack(lake.ports, { ...DAY, file: KEY, reason: 'wrong' })).rejects.toThrow(
      'the host died',
    );
    if (beforeCall) lake.lake.beforeCall = beforeCall;
    expect((await lake.entry(first)).loaded?.runId).toBe(runId);
    await out(lake, G);
    expect((await lake.entry(first)).loaded?.runId).not.toBe(runId);
  });
});

describe('what to do next about a file that is not published', () => {
  const next = async (lake: MemoryLake, file: string) =>
    hiddenNext(lake.ports, (await lastCommit(lake.lake, 'small', DATE))!, file);

  it('follows from why: it waits, or the version that it corrects was replaced', async () => {
    const { lake } = await waitingFile();
    expect(await next(lake, G)).toEqual({
      what: `${G} is loaded and not published; status says what its day waits for`,
      next: `Publish it, or take it out of the day with --file a/${G} --remove.`,
    });
    const replaced = new MemoryLake();
    await replaced.load(KEY, one);
    const fix = 'fix_20250812.txt';
    await replaced.load(fix, smallFile(smallLine('A2', 2)), { supplementOf: KEY });
    await replaced.load(KEY, two);
    expect((await next(replaced, fix))?.what).toBe(
      `${fix} is hidden, because the version of ${KEY} that it corrects is not published`,
    );
  });

  it('is nothing for a file that is not loaded', async () => {
    const { lake } = await waitingFile();
    await lake.load('empty_20250812.txt', Buffer.alloc(0));
    expect(await next(lake, 'empty_20250812.txt')).toBeUndefined();
    expect(await next(lake, 'none.txt')).toBeUndefined();
  });
});
