import { describe, expect, it } from 'vitest';
import { runKeys } from '../../shared/keys/run-keys.ts';
import { mergePartition } from '../../shared/pipeline/merge/merge-partition.ts';
import { rollBack } from '../../shared/pipeline/operate/roll-back.ts';
import { reconcileFile } from '../../shared/pipeline/reconcile/reconcile-file.ts';
import { splitFile } from '../../shared/pipeline/split/split-file.ts';
import { readJson } from '../../shared/pipeline/store/json-object.ts';
import { mergeSpecShape } from '../../shared/run/merge-spec.ts';
import { planned, TestLake } from '../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';
import { DAY, KEY, smallDay } from '../support/small-day.ts';

/** Changes one bit of an object, at a share of its length. */
async function flipBit({ ports: { lake } }: TestLake, key: string, share: number): Promise<void> {
  const stored = await lake.get(key);
  if (!stored) throw new Error(`${key} is missing`);
  const { bytes } = stored;
  const at = Math.min(bytes.length - 1, Math.floor(bytes.length * share));
  bytes[at] = bytes[at]! ^ 1;
  await lake.put(key, bytes);
}

const LINES = Array.from({ length: 400 }, (_, index) => smallLine(`A${index}`, index));
const IDS = LINES.map((line) => line.slice(0, 6).trim()).sort();
const REQUEST = { layout: smallLayout({ partitionBy: [] }), sourceKey: KEY };

/** A file that is parsed in four ranges, and the plan of its merge. */
async function parsedFile(lake: TestLake, request = {}) {
  await lake.putRaw(KEY, smallFile(...LINES));
  const split = planned(
    await splitFile(lake.ports, `execution-${JSON.stringify(request)}`, {
      ...REQUEST,
      rangeSizeBytes: 2048,
      ...request,
    }),
  );
  await lake.parseAll(split);
  await reconcileFile(lake.ports, split.planKey);
  const keys = runKeys(split.planKey.split('/')[1]!);
  return { split, keys, spec: await readJson(lake.ports.lake, keys.mergeSpec(0), mergeSpecShape) };
}

describe.each(['concat', 'join'] as const)('a part that is altered before a merge of kind %s', (mode) => {
  // Row groups, page indexes and footer. The magic number of a part is not copied.
  it.each([0.02, 0.1, 0.4, 0.6, 0.8, 0.95, 1])('is found, at %d of its length', async (share) => {
    await using lake = await TestLake.make();
    const { split, keys, spec } = await parsedFile(lake);
    expect(spec.parts.length).toBeGreaterThan(2);
    await lake.ports.lake.put(keys.mergeSpec(0), Buffer.from(JSON.stringify({ ...spec, mode })));
    const { key } = spec.parts[1]!;
    await flipBit(lake, key, share);
    const failure = await mergePartition(lake.ports, split.planKey, { mergeIndex: 0 }).catch(
      (error) => error,
    );
    expect(failure).toMatchObject({ name: 'ObjectDamaged', where: key });
    expect(failure.message).toMatch(/--layout small .*--business-date 2025-08-12 --force --input f_2025/);
    expect(await lake.ports.lake.head(spec.outputKey)).toBeUndefined();
    await lake.convert({ ...REQUEST, force: true });
    expect(await smallDay(lake).ids()).toEqual(IDS);
  });

  it('leaves the checksum of whole parts as it is', async () => {
    await using lake = await TestLake.make();
    const { split, keys, spec } = await parsedFile(lake);
    await lake.ports.lake.put(keys.mergeSpec(0), Buffer.from(JSON.stringify({ ...spec, mode })));
    const { checksum = '' } = await mergePartition(lake.ports, split.planKey, { mergeIndex: 0 });
    expect(await lake.ports.lake.hasChecksum(spec.outputKey, checksum)).toBe(true);
  });
});

it.each([
  ['cut off', (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 9)],
  ['empty', () => new Uint8Array(0)],
  ['of other bytes', (bytes: Uint8Array) => new Uint8Array(bytes.length).fill(0xa5)],
])('a part that is %s is named', async (_, damage) => {
  await using lake = await TestLake.make();
  const { split, spec } = await parsedFile(lake);
  const { key } = spec.parts[2]!;
  await lake.ports.lake.put(key, damage((await lake.ports.lake.get(key))!.bytes));
  await expect(mergePartition(lake.ports, split.planKey, { mergeIndex: 0 })).rejects.toMatchObject({
    name: 'ObjectDamaged',
    where: key,
  });
});

describe('a merged file that is altered', () => {
  it('before its day is complete is found before a commit is written, and --force heals', async () => {
    await using lake = await TestLake.make();
    lake.ports.settings.expectedFiles = 2;
    const { load, entryOf, commits, ids } = smallDay(lake);
    const first = await load(KEY, smallFile(smallLine('A1', 1)));
    const merged = (await entryOf(first)).loaded!.outputs[0]!.mergedKey;
    await flipBit(lake, merged, 0.3);
    const second = load('g_20250812.txt', smallFile(smallLine('B1', 2)));
    await expect(second).rejects.toMatchObject({ name: 'ObjectDamaged', where: merged });
    await expect(second).rejects.toThrow(/--layout small .*--force --input f_20250812.txt/);
    expect(await commits()).toEqual([]);
    await load(KEY, smallFile(smallLine('A1', 1)), { force: true });
    expect(await ids()).toEqual(['A1', 'B1']);
  });

  it('in one place is taken from another', async () => {
    await using lake = await TestLake.make();
    const { load, commits, ids } = smallDay(lake);
    await load(KEY, smallFile(smallLine('A1', 1)));
    const [commit] = await commits();
    await flipBit(lake, `processed/${commit!.tables[0]!.partitions[0]!.objects[0]!.key}`, 0.3);
    await load('g_20250812.txt', smallFile(smallLine('B1', 2)));
    expect(await ids()).toEqual(['A1', 'B1']);
  });

  it('does not come back by a rollback', async () => {
    await using lake = await TestLake.make();
    const { load, commits, ids } = smallDay(lake);
    await load(KEY, smallFile(smallLine('A1', 1)));
    const [commit] = await commits();
    const { key, mergedKey } = commit!.tables[0]!.partitions[0]!.objects[0]!;
    await load(KEY, smallFile(smallLine('A2', 2), smallLine('A3', 3)));
    await flipBit(lake, `processed/${key}`, 0.5);
    await flipBit(lake, mergedKey, 0.5);
    await expect(rollBack(lake.ports, { ...DAY, reason: 'test' })).rejects.toMatchObject({
      name: 'ObjectDamaged',
    });
    expect(await commits()).toHaveLength(2);
    expect(await ids()).toEqual(['A2', 'A3']);
  });
});
