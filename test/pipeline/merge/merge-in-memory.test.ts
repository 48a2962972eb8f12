import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { runKeys } from '../../../shared/keys/run-keys.ts';
import { giveBackMemory, takeMemory } from '../../../shared/parquet/kernel-memory.ts';
import { mergePartition } from '../../../shared/pipeline/merge/merge-partition.ts';
import { reconcileFile } from '../../../shared/pipeline/reconcile/reconcile-file.ts';
import { splitFile } from '../../../shared/pipeline/split/split-file.ts';
import { readJson, writeJson } from '../../../shared/pipeline/store/json-object.ts';
import { type MergeSpec, mergeSpecShape } from '../../../shared/run/merge-spec.ts';
import { MemoryLake } from '../../support/memory-lake.ts';
import { parseAllRanges, planned } from '../../support/run-pipeline.ts';
import { checksumOf, smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { KEY } from '../../support/small-day.ts';

/** A file of three records, each in a part of its own, and the first merge of it; `changed` is its plan. */
async function reconciled(changed: (spec: MergeSpec) => MergeSpec = (spec) => spec) {
  const lake = new MemoryLake();
  lake.raw.replace(KEY, smallFile(...['A1', 'A2', 'A3'].map((id) => smallLine(id, 1))));
  const request = { layout: smallLayout(), sourceKey: KEY, rangeSizeBytes: 21 };
  const split = planned(await splitFile(lake.ports, 'one', request));
  await parseAllRanges(lake.ports, split);
  await reconcileFile(lake.ports, split.planKey);
  const key = runKeys(split.runId).mergeSpec(0);
  const spec = changed(await readJson(lake.lake, key, mergeSpecShape));
  await writeJson(lake.lake, key, spec);
  const merge = async () => {
    const result = await mergePartition(lake.ports, split.planKey, { mergeIndex: 0 });
    await lake.writes.assertEnded();
    const bytes = lake.lake.bytesOf(spec.outputKey);
    expect([result.bytes, result.checksum]).toEqual([bytes.length, checksumOf(bytes)]);
    return result;
  };
  return { lake, spec, merge };
}

const unsummed = (spec: MergeSpec): MergeSpec => ({
  ...spec,
  parts: spec.parts.map(({ checksum: _, ...part }) => part),
});
const joined = (spec: MergeSpec): MergeSpec => ({ ...spec, mode: 'join' });
const ofOnePart = (spec: MergeSpec): MergeSpec => ({ ...spec, parts: spec.parts.slice(0, 1) });

describe('a merge', () => {
  it('leaves row groups as they are, or joins them, as the plan says', async () => {
    const { merge, lake, spec } = await reconciled();
    expect(await merge()).toMatchObject({ rows: 3, rowGroupRows: [1, 1, 1] });
    expect(lake.lake.calls.streamRange ?? 0).toBe(0);
    expect(spec.parts).toHaveLength(3);
    expect(await (await reconciled(joined)).merge()).toMatchObject({ rows: 3, rowGroupRows: [3] });
  });

  it('may be of one part', async () => {
    for (const changed of [ofOnePart, (spec: MergeSpec) => joined(ofOnePart(spec))])
      expect(await (await reconciled(changed)).merge()).toMatchObject({ rows: 1, rowGroupRows: [1] });
  });

  it('reads what it has merged for its checksum if an earlier version took none of the parts', async () => {
    const { lake, spec, merge } = await reconciled(unsummed);
    await merge();
    expect(lake.lake.bytesRead.get(spec.outputKey)).toBe(lake.lake.bytesOf(spec.outputKey).length);
  });

  it('takes the checksum that the store keeps of it, and reads nothing', async () => {
    const { lake, spec, merge } = await reconciled(unsummed);
    const { head } = lake.lake;
    lake.lake.head = async (key) => {
      const info = await head.call(lake.lake, key);
      const crc64nvme = key === spec.outputKey ? checksumOf(lake.lake.bytesOf(key)) : undefined;
      return info && { ...info, ...(crc64nvme !== undefined && { crc64nvme }) };
    };
    await merge();
    expect(lake.lake.bytesRead.get(spec.outputKey)).toBeUndefined();
  });

  it('gives its memory back for the next one', async () => {
    for (const changed of [unsummed, joined]) {
      const { merge } = await reconciled(changed);
      const memory = takeMemory();
      giveBackMemory(memory);
      await merge();
      const next = takeMemory();
      expect(next === memory).toBe(true);
      giveBackMemory(next);
    }
  });

  it('that fails takes back what it has written before it says so', async () => {
    const { lake, merge } = await reconciled(joined);
    const { createWriter } = lake.lake;
    let aborted = 0;
    lake.lake.createWriter = (key) => ({
      ...createWriter.call(lake.lake, key),
      abort: async () => {
        await setImmediate();
        aborted++;
      },
    });
    lake.lake.beforeCall = (operation) => {
      if (operation === 'streamRange') throw new Error('no disk');
    };
    await expect(merge()).rejects.toThrow('no disk');
    expect(aborted).toBe(1);
  });
});
