import { describe, expect, it } from 'vitest';
import { applyCommit, requireObjects } from '../../../shared/pipeline/publish/apply-commit.ts';
import { TestLake } from '../../support/run-pipeline.ts';
import { checksumOf, smallFile, smallLine } from '../../support/small-contracts.ts';
import { KEY, smallDay } from '../../support/small-day.ts';

/** A published day of one file, and the keys of its object. */
async function publishedDay(lake: TestLake) {
  const { commits, load } = smallDay(lake);
  await load(KEY, smallFile(smallLine('A1', 1)));
  const [commit] = await commits();
  const object = commit?.tables[0]?.partitions[0]?.objects[0];
  if (!commit || !object) throw new Error('nothing was published');
  return { commit, object, published: `processed/${object.key}`, merged: object.mergedKey };
}

describe('an object of a commit', () => {
  const cut = new Uint8Array(3);

  it('that has the wrong size in its generation is copied again', async () => {
    await using lake = await TestLake.make();
    const { commit, object, published } = await publishedDay(lake);
    await lake.ports.lake.put(published, cut);
    await applyCommit(lake.ports, commit);
    expect(await lake.ports.lake.head(published)).toMatchObject({ sizeBytes: object.bytes });
    expect(await smallDay(lake).ids()).toEqual(['A1']);
  });

  it('that has the wrong size in its run is not taken from there', async () => {
    await using lake = await TestLake.make();
    const { commit, published, merged } = await publishedDay(lake);
    await lake.ports.lake.put(merged, cut);
    await lake.ports.lake.delete([published]);
    await expect(applyCommit(lake.ports, commit)).rejects.toMatchObject({ name: 'RunInconsistent' });
    expect(await lake.ports.lake.head(published)).toBeUndefined();
  });

  it('carries the checksum that its merged file has', async () => {
    await using lake = await TestLake.make();
    const { object, merged } = await publishedDay(lake);
    const stored = await lake.ports.lake.get(merged);
    expect(object.checksum).toBe(stored && checksumOf(stored.bytes));
  });

  it('that cannot be copied fails with what the store said', async () => {
    await using lake = await TestLake.make();
    const { commit, published } = await publishedDay(lake);
    await lake.ports.lake.delete([published]);
    lake.ports.lake.copy = () => Promise.reject(new Error('disk full'));
    await expect(applyCommit(lake.ports, commit)).rejects.toThrow('disk full');
  });

  it('must be somewhere in its whole size before a commit is written', async () => {
    await using lake = await TestLake.make();
    const { commit, published, merged } = await publishedDay(lake);
    await lake.ports.lake.put(merged, cut);
    await requireObjects(lake.ports, commit, []);
    await lake.ports.lake.put(published, cut);
    await expect(requireObjects(lake.ports, commit, [])).rejects.toMatchObject({ name: 'RunInconsistent' });
  });
});
