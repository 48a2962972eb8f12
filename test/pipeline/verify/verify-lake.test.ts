import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLayout } from '../../../shared/layout/compile/read-layout.ts';
import { cleanLake } from '../../../shared/pipeline/operate/clean-lake.ts';
import { rollBack } from '../../../shared/pipeline/operate/roll-back.ts';
import { publishDay } from '../../../shared/pipeline/publish/publish-day.ts';
import { checkReaders } from '../../../shared/pipeline/verify/check-readers.ts';
import { repairLake } from '../../../shared/pipeline/verify/repair-lake.ts';
import { verifyLake } from '../../../shared/pipeline/verify/verify-lake.ts';
import { lakeWithIceberg } from '../../support/iceberg-folder.ts';
import { TestLake } from '../../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { DATE, DAY, KEY, smallDay } from '../../support/small-day.ts';

const FULL = { depth: 'full' } as const;
const QUICK = { depth: 'quick' } as const;
const DAY_PREFIX = 'ledger/small/year=2025/month=08/day=12/';
const layout = readLayout(smallLayout(), 'small.json');
const version = (cents: number) => smallFile(smallLine('A1', cents), smallLine('A2', 7));

const named = async (lake: TestLake, options: { depth: 'full' | 'quick' } = FULL) =>
  (await verifyLake(lake.ports, options)).findings
    .filter(({ level }) => level === 'damage')
    .map(({ key, what }) => `${key}: ${what}`);

/** Changes one bit where the file stands, and so in every name that it has. */
async function flipBit(lake: TestLake, key: string, byte: number): Promise<void> {
  const file = await open(join(lake.dir, 'lake', key), 'r+');
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, byte);
  await file.write(Buffer.from([buffer[0]! ^ 4]), 0, 1, byte);
  await file.close();
}

const remove = (lake: TestLake, key: string) => lake.ports.lake.delete([key]);

describe('verify and repair', () => {
  it('find nothing in a lake that was replaced, rolled back and corrected', async () => {
    await using lake = await TestLake.make('on disk');
    const { load } = smallDay(lake);
    await load(KEY, smallFile(smallLine('A1', 1), smallLine('A2', 'X')));
    await load('fix_20250812.txt', smallFile(smallLine('A2', 2)), { supplementOf: KEY });
    await load(KEY, version(3));
    await rollBack(lake.ports, { ...DAY, file: KEY, reason: 'x' });
    expect(await named(lake)).toEqual([]);
    expect(await named(lake, QUICK)).toEqual([]);
    expect((await repairLake(lake.ports, FULL)).done).toEqual([]);
  });

  it('find nothing in a table that has the name of another layout, of which every file was refused', async () => {
    await using lake = await lakeWithIceberg();
    const { load } = smallDay(lake);
    const strict = smallLayout({ rejects: { maxPercent: 0 } });
    expect(await load(KEY, smallFile(smallLine('', 1)), {}, strict)).toMatchObject({ status: 'refused' });
    const fields = [{ name: 'id', start: 2, end: 6, type: 'string' }];
    const types = { small: 'A', small_rejects: 'B', small_days: 'C' };
    const recordTypes = Object.entries(types).map(([name, letter]) => ({
      ...{ name, fields, match: { start: 1, end: 1, equals: letter } },
    }));
    const { encoding, record } = JSON.parse(smallLayout());
    const other = JSON.stringify({ name: 'other', encoding, record, recordTypes });
    const bytes = smallFile(smallLine('A1', 1), smallLine('B1', 1), smallLine('C1', 1));
    expect(await load('g_20250812.txt', bytes, {}, other)).toMatchObject({ status: 'loaded' });
    expect(await named(lake)).toEqual([]);
    expect(await repairLake(lake.ports, FULL)).toMatchObject({ done: [], failed: [] });
  });

  it('judge no files by an earlier commit if the one that readers see is lost', async () => {
    await using lake = await TestLake.make('on disk');
    const { load, ids, keysBelow } = smallDay(lake);
    await load(KEY, version(1));
    await load(KEY, version(2));
    await load(KEY, version(3));
    await cleanLake(lake.ports, { runsOlderThanMs: 0, generationsOlderThanMs: 0, dryRun: false });
    const standing = await keysBelow('processed/');
    await remove(lake, `${DAY_PREFIX}_day/3.json`);
    const { findings } = await verifyLake(lake.ports, FULL);
    expect(findings.map(({ key }) => key)).toContain(`${DAY_PREFIX}_day/3.json`);
    expect(findings.filter(({ key }) => key.startsWith('processed/'))).toEqual([]);
    await lake.ports.lake.put(`${DAY_PREFIX}_day/2.json`, Buffer.from('{'));
    await repairLake(lake.ports, FULL);
    expect(await keysBelow('processed/')).toEqual(standing);
    expect(await ids()).toEqual(['A1', 'A2']);
  });

  it('name a bit of a published file, keep readers from it, and ask for its file', async () => {
    await using lake = await TestLake.make('on disk');
    const { load, ids, keysBelow } = smallDay(lake);
    await load(KEY, version(1));
    const [published = ''] = await keysBelow('processed/small/');
    await flipBit(lake, published, 20);
    await expect(checkReaders(lake.ports)).rejects.toMatchObject({
      name: 'RunInconsistent',
      where: published,
    });
    const { findings } = await verifyLake(lake.ports, FULL);
    const finding = findings.find(({ key }) => key === published);
    expect(finding).toMatchObject({
      effect: 'readers',
      mend: { by: 'command', command: { name: 'convert', sourceKey: KEY, businessDate: DATE } },
    });
    await repairLake(lake.ports, FULL);
    await expect(ids()).rejects.toThrow();
    expect(await keysBelow(`damaged/${published}`)).toHaveLength(1);
    // A second repair keeps what was set aside, and not the text that stands in its place.
    expect((await repairLake(lake.ports, FULL)).done).toEqual([]);
    await load(KEY, version(1), { force: true });
    expect(await ids()).toEqual(['A1', 'A2']);
    await repairLake(lake.ports, FULL);
    expect(await named(lake)).toEqual([]);
  });

  it('bring back a published file from the run', async () => {
    await using lake = await TestLake.make('on disk');
    const { load, ids, keysBelow } = smallDay(lake);
    await load(KEY, version(1));
    const [published = ''] = await keysBelow('processed/small/');
    await remove(lake, published);
    const { done } = await repairLake(lake.ports, QUICK);
    expect(done.map(({ key }) => key)).toEqual([published]);
    expect(await ids()).toEqual(['A1', 'A2']);
  });

  it('leave alone what clean took from a folder that readers needed in part', async () => {
    await using lake = await TestLake.make('on disk');
    const { load, keysBelow } = smallDay(lake);
    const other = (cents: number) => smallFile(smallLine('B1', cents));
    const twoFiles = smallLayout({ day: { expectedFiles: 2 } });
    await load(KEY, version(1), {}, twoFiles);
    await load('g_20250812.txt', other(1), {}, twoFiles);
    const [first = '', kept] = await keysBelow('processed/small/');
    expect([first, kept].map((key) => key?.includes('/gen=00001/'))).toEqual([true, true]);
    await load(KEY, version(2), {}, twoFiles);
    await rollBack(lake.ports, { ...DAY, file: KEY, reason: 'x' });
    await load('g_20250812.txt', other(2), {}, twoFiles);
    await remove(lake, first);
    expect(await named(lake)).toEqual([]);
    expect((await repairLake(lake.ports, FULL)).done).toEqual([]);
  });

  it('write a lost commit again, as readers have it', async () => {
    await using lake = await TestLake.make('on disk');
    const { load, commits } = smallDay(lake);
    await load(KEY, version(1));
    await load(KEY, version(2));
    const before = await commits();
    await remove(lake, `${DAY_PREFIX}_day/2.json`);
    expect(await named(lake)).toContainEqual(`${DAY_PREFIX}_day/2.json: it is missing, and readers see it`);
    await repairLake(lake.ports, FULL);
    expect((await commits()).map(({ tables }) => tables)).toEqual(before.map(({ tables }) => tables));
    expect(await named(lake)).toEqual([]);
  });

  it('bring back the last version of an entry that is kept, and what a rollback made of it', async () => {
    await using lake = await TestLake.make('on disk');
    const { load, entryOf, keysBelow } = smallDay(lake);
    await load(KEY, version(1));
    const result = await load(KEY, version(2));
    await rollBack(lake.ports, { ...DAY, file: KEY, reason: 'x' });
    const { loaded, rolledBack } = await entryOf(result);
    await remove(lake, result.ledgerKey);
    const { done } = await repairLake(lake.ports, FULL);
    expect(done.map(({ key }) => key)).toEqual([result.ledgerKey]);
    const entry = await entryOf(result);
    expect(entry.loaded?.runId).toBe(loaded?.runId);
    expect(entry.rolledBack).toEqual(rolledBack);
    expect(await keysBelow('damaged/')).toEqual([]);
    expect(await named(lake)).toEqual([]);
  });

  it('remove an object that belongs to no commit, but none of a commit that may be under way', async () => {
    await using lake = await TestLake.make('on disk');
    const { load, keysBelow } = smallDay(lake);
    await load(KEY, version(1));
    const [published = ''] = await keysBelow('processed/small/');
    const [stray, early] = [published.replace(/f_/, 'stray_'), published.replace(/gen=00001/, 'gen=00002')];
    for (const key of [stray, early]) await lake.ports.lake.copy(published, key);
    expect(await named(lake)).toEqual([`${stray}: it belongs to no commit of the day`]);
    await repairLake(lake.ports, FULL);
    expect(await keysBelow('processed/small/')).toEqual([published, early].sort());
  });

  it('leave a run alone that is at work', async () => {
    await using lake = await TestLake.make('on disk');
    await lake.putRaw(KEY, version(1));
    const { splitFile } = await import('../../../shared/pipeline/split/split-file.ts');
    const split = await splitFile(lake.ports, 'x', { layout: smallLayout(), sourceKey: KEY });
    if (split.verdict !== 'convert') throw new Error(split.verdict);
    await lake.parseAll(split);
    const [part = ''] = (await smallDay(lake).keysBelow('runs/')).filter((key) => key.endsWith('.parquet'));
    await flipBit(lake, part, 20);
    expect(await named(lake)).toEqual([]);
    const later = { ...lake.ports, clock: { now: () => new Date('2025-08-13T12:00:00Z') } };
    const { done } = await repairLake(later, FULL);
    expect(done.map(({ key }) => key)).toEqual([part]);
  });
});

it('a day whose last commit is lost is published under a number that no reader has seen', async () => {
  await using lake = await TestLake.make('on disk');
  const { load, ids } = smallDay(lake);
  await load(KEY, version(1));
  await remove(lake, `${DAY_PREFIX}_day/1.json`);
  await load('g_20250812.txt', smallFile(smallLine('B1', 1)));
  expect((await lake.catalog('small'))?.days).toEqual({ [DATE]: 2 });
  expect(await ids()).toEqual(['A1', 'A2', 'B1']);
  expect((await publishDay(lake.ports, layout, DATE)).commit).toBe(2);
});
