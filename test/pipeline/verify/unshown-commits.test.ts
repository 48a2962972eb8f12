import { expect, it } from 'vitest';
import { applyCommit } from '../../../shared/pipeline/publish/apply-commit.ts';
import { lastCommit } from '../../../shared/pipeline/store/day-ledger.ts';
import { checkReaders } from '../../../shared/pipeline/verify/check-readers.ts';
import { verifyLake } from '../../../shared/pipeline/verify/verify-lake.ts';
import { TestLake } from '../../support/run-pipeline.ts';
import { smallFile, smallLine } from '../../support/small-contracts.ts';
import { DATE, KEY, smallDay } from '../../support/small-day.ts';

const BEHIND = /it shows commit 1 of 2025-08-12, and commit 2 is written/;

/** A lake with a commit that is written and not shown yet. */
async function amidPublication(lake: TestLake): Promise<{ show: () => Promise<void> }> {
  const { load } = smallDay(lake);
  await load(KEY, smallFile(smallLine('A1', 1)));
  const { catalog } = lake.ports;
  const { publishDay, on } = catalog;
  catalog.publishDay = () => Promise.reject(new Error('not yet'));
  Object.assign(catalog, { on: undefined });
  await expect(load(KEY, smallFile(smallLine('B1', 1)))).rejects.toThrow('not yet');
  Object.assign(catalog, { publishDay, on });
  return {
    show: async () => applyCommit(lake.ports, (await lastCommit(lake.ports.lake, 'small', DATE))!),
  };
}

const damagedIn = async (lake: TestLake, pause: () => Promise<void>) =>
  (await verifyLake(lake.ports, { depth: 'full', pause })).findings
    .filter(({ level }) => level === 'damage')
    .map(({ what }) => what);

it('a commit that is shown while verify or query --check waits is no damage', async () => {
  for (const shownAt of [1, 3]) {
    let pauses = 0;
    await using lake = await TestLake.make();
    const { show } = await amidPublication(lake);
    expect(await damagedIn(lake, async () => void (++pauses === shownAt && (await show())))).toEqual([]);
    expect(pauses).toBe(shownAt);
    await using other = await TestLake.make();
    const publication = await amidPublication(other);
    pauses = 0;
    await checkReaders(other.ports, async () => void (++pauses === shownAt && (await publication.show())));
    expect(pauses).toBe(shownAt);
  }
});

it('a commit that nobody shows is damage after some looks', async () => {
  await using lake = await TestLake.make();
  await amidPublication(lake);
  let pauses = 0;
  const pause = async () => void pauses++;
  expect(await damagedIn(lake, pause)).toContainEqual(expect.stringMatching(BEHIND));
  expect(pauses).toBe(12);
  await expect(checkReaders(lake.ports, pause)).rejects.toMatchObject({ why: expect.stringMatching(BEHIND) });
  expect(await damagedIn(lake, pause).then(() => pauses)).toBe(36);
});
