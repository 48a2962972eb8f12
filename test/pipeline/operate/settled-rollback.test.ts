import { describe, expect, it } from 'vitest';
import type { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { rollBack } from '../../../shared/pipeline/operate/roll-back.ts';
import { takeDayManifest } from '../../../shared/pipeline/operate/take-day-manifest.ts';
import { splitFile } from '../../../shared/pipeline/split/split-file.ts';
import { readJson } from '../../../shared/pipeline/store/json-object.ts';
import { settleRollback } from '../../../shared/pipeline/store/settle-rollback.ts';
import { repairLake } from '../../../shared/pipeline/verify/repair-lake.ts';
import { verifyLake } from '../../../shared/pipeline/verify/verify-lake.ts';
import { ledgerEntryShape } from '../../../shared/run/ledger-entry.ts';
import { TestLake } from '../../support/run-pipeline.ts';
import { dayManifest, smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { DATE, DAY, KEY, smallDay } from '../../support/small-day.ts';

const first = smallFile(smallLine('A1', 1), smallLine('A2', 'X'));
const second = smallFile(smallLine('B1', 1));

describe('the ledger after a rollback', () => {
  it('has the whole account of the version before, and what was taken back', async () => {
    await using lake = await TestLake.make();
    const { load, entryOf, commits } = smallDay(lake);
    const before = await entryOf(await load(KEY, first));
    const result = await load(KEY, second);
    const after = await entryOf(result);
    await rollBack(lake.ports, { ...DAY, file: KEY, reason: 'wrong' });
    const entry = await entryOf(result);
    const { version, runId, records, rows, loaded } = before;
    expect(entry).toMatchObject({ state: 'loaded', version, runId, records, rows, loaded, inputBytes: 42 });
    const at = (await commits()).at(-1)?.committedAt;
    const content = { sizeBytes: second.length, checksum: after.loaded?.checksum };
    const taken = { version: after.version, runId: after.runId, at, reason: 'wrong', ...content };
    expect(entry.rolledBack).toEqual([taken]);
    await settleRollback(lake.ports, (await commits()).at(-1)!);
    expect(await entryOf(result)).toEqual(entry);
  });

  it.each([
    'that is done',
    'that died before the ledger knew',
  ])('refuses after a rollback %s what was taken back, by another layout too', async (how) => {
    await using lake = await TestLake.make();
    const { load, refusalOf, ids } = smallDay(lake);
    await load(KEY, first);
    const { ledgerKey } = await load(KEY, second);
    const store = lake.ports.lake as MemoryObjectStore;
    const before = store.bytesOf(ledgerKey);
    await rollBack(lake.ports, { ...DAY, file: KEY, reason: 'wrong' });
    if (how !== 'that is done') store.replace(ledgerKey, before);
    const layout = smallLayout({ rejects: { maxPercent: 99 } });
    expect(await refusalOf(await lake.convert({ layout, sourceKey: KEY }))).toBe('rolled-back');
    expect(await ids()).toEqual(['A1']);
  });

  it('is mended by repair if the rollback died before it copied anything, and readers see what they saw', async () => {
    await using lake = await TestLake.make();
    const { load, ids } = smallDay(lake);
    await load(KEY, first);
    await load(KEY, second);
    const { copy } = lake.ports.lake;
    lake.ports.lake.copy = () => Promise.reject(new Error('died'));
    await expect(rollBack(lake.ports, { ...DAY, reason: 'wrong' })).rejects.toThrow('died');
    lake.ports.lake.copy = copy;
    const damaged = async () =>
      (await verifyLake(lake.ports, { depth: 'full' })).findings.filter(({ level }) => level === 'damage');
    expect(await ids()).toEqual(['B1']);
    const missing = (await damaged()).filter(({ what }) => what === 'it is missing');
    // Rows, and what was rejected of them.
    const expected = ['small', 'small_rejects'].map((table) => ({
      key: expect.stringContaining(`/${table}/`),
      effect: 'operations',
      mend: expect.objectContaining({ by: 'repair' }),
    }));
    expect(missing).toMatchObject(expected);
    await repairLake(lake.ports, { depth: 'full' });
    expect(await damaged()).toEqual([]);
    expect(await ids()).toEqual(['A1']);
  });

  it('does not tell to come by force what the day manifest keeps out', async () => {
    await using lake = await TestLake.make();
    const { load, entryOf } = smallDay(lake);
    await load(KEY, first);
    await load(KEY, second);
    await rollBack(lake.ports, { ...DAY, file: KEY, reason: 'wrong' });
    const stated = dayManifest([{ name: KEY, sizeBytes: first.length }]).toString();
    expect(await takeDayManifest(lake.ports.lake, 'small', DATE, 'day.json', stated)).toEqual([]);
    for (const force of [false, true]) {
      const { refusal } = await entryOf(await lake.convert({ layout: smallLayout(), sourceKey: KEY, force }));
      expect(refusal?.message).toContain('the day manifest day.json says');
    }
  });

  it('says of a file without a version that it was taken out', async () => {
    await using lake = await TestLake.make();
    const { load, entryOf } = smallDay(lake);
    const result = await load(KEY, first);
    await load('g_20250812.txt', second);
    await rollBack(lake.ports, { ...DAY, file: KEY, remove: true, reason: 'wrong' });
    const entry = await entryOf(result);
    expect(entry).toMatchObject({ state: 'refused', refusal: { code: 'rolled-back' } });
    expect(entry.refusal?.message).toContain('(wrong)');
    expect(entry.loaded).toBeUndefined();
  });

  it('keeps the state of a run that is going on, and of a later version that was refused', async () => {
    await using lake = await TestLake.make();
    const { load, entryOf, refusalOf } = smallDay(lake);
    await load(KEY, first);
    const { loaded } = await entryOf(await load(KEY, second));
    await lake.putRaw(KEY, smallFile(smallLine('C1', 1)));
    const running = await splitFile(lake.ports, 'running', { layout: smallLayout(), sourceKey: KEY });
    await rollBack(lake.ports, { ...DAY, file: KEY, reason: 'wrong' });
    const entry = await entryOf(running);
    expect([entry.state, entry.execution]).toEqual(['parsing', 'running']);
    expect(entry.loaded?.rows).toBe(1);
    expect(entry.loaded?.runId).not.toBe(loaded?.runId);
    const refused = await load(KEY, Buffer.alloc(0));
    await rollBack(lake.ports, { ...DAY, file: KEY, remove: true, reason: 'wrong' });
    expect(await refusalOf(refused)).toBe('empty-file');
    expect((await entryOf(refused)).rolledBack).toHaveLength(2);
  });

  it('leaves a version alone that was loaded since', async () => {
    await using lake = await TestLake.make();
    const { load, entryOf, commits } = smallDay(lake);
    await load(KEY, first);
    await load(KEY, second);
    await rollBack(lake.ports, { ...DAY, file: KEY, reason: 'wrong' });
    const rolledBack = (await commits()).at(-1)!;
    const result = await load(KEY, smallFile(smallLine('C1', 1)));
    const entry = await entryOf(result);
    await settleRollback(lake.ports, rolledBack);
    expect(await readJson(lake.ports.lake, result.ledgerKey, ledgerEntryShape)).toEqual(entry);
  });

  it('and nothing else is changed if it does not know the version to go back to', async () => {
    await using lake = await TestLake.make();
    const { load, commits, ids, keysBelow } = smallDay(lake);
    await load(KEY, first);
    const { ledgerKey } = await load(KEY, second);
    const history = (await keysBelow('ledger/small/')).filter((key) => key.includes('/_history/'));
    expect(history).not.toEqual([]);
    await lake.ports.lake.delete(history);
    await expect(rollBack(lake.ports, { ...DAY, reason: 'x' })).rejects.toMatchObject({
      name: 'RunInconsistent',
      message: expect.stringContaining(ledgerKey),
    });
    expect(await commits()).toHaveLength(2);
    expect(await ids()).toEqual(['B1']);
  });
});
