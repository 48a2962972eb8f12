import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import type { CommittedObject, DayCommit } from '../../../shared/day/day-commit.ts';
import { ObjectDamaged, ObjectNotFound } from '../../../shared/errors.ts';
import { dayPartition } from '../../../shared/keys/business-date.ts';
import { dayCommitKey, generationLocation } from '../../../shared/keys/lake-keys.ts';
import {
  applyCommit,
  arePlaced,
  placeObjects,
  requireObjects,
  sourceFolders,
} from '../../../shared/pipeline/publish/apply-commit.ts';
import { sealedBytes } from '../../../shared/pipeline/store/sealed-json.ts';
import { DAY_KEYS } from '../../../shared/pipeline/store/table-schemas.ts';
import type { ObjectInfo } from '../../../shared/ports/object-store.ts';
import { checksumOf } from '../../support/small-contracts.ts';
import { DATE, DAY } from '../../support/small-day.ts';
import { testPorts } from '../../support/test-ports.ts';

const ROWS = Buffer.from('rows!');
const ALTERED = Buffer.from('wrong');
const SUM = checksumOf(ROWS);
const NAME = 'a.parquet';
const MERGED = 'runs/r/merged/a.parquet';

const folderOf = (generation: number) => generationLocation(DAY.dataset, DATE, {}, generation);
/** Where the object stands in a generation, below the published root and as readers see it. */
const below = (generation: number, name = NAME) => `${folderOf(generation)}${name}`;
const placed = (generation: number, name = NAME) => `processed/${below(generation, name)}`;

/** The object of `in/f.txt` in a commit. */
function objectIn(generation: number, changes: Partial<CommittedObject> = {}): CommittedObject {
  const place = { key: below(generation), mergedKey: MERGED, fileName: NAME };
  return { sourceId: 'f', runId: 'r', ...place, rows: 1, bytes: ROWS.length, checksum: SUM, ...changes };
}

function commitOf(commit: number, objects: CommittedObject[]): DayCommit {
  const file = (sourceId: string, sourceKey: string) => ({
    ...{ sourceId, sourceKey, version: 'v', runId: 'r' },
    ...{ recordsRead: 1, rows: 1, rejectedRows: 0, inputBytes: 1 },
  });
  const partition = { values: dayPartition(DATE), generation: commit, location: folderOf(commit), objects };
  const columns = [{ name: 'id', type: 'string' }];
  return {
    ...DAY,
    commit,
    committedAt: '2025-08-13T06:00:00.000Z',
    files: [file('e', 'in/e.txt'), file('f', 'in/f.txt')],
    tables: [{ dataset: DAY.dataset, columns, partitionKeys: DAY_KEYS, partitions: [partition] }],
  };
}

/** A store that S3 may be: it keeps checksums of some of its objects, and tells what it is asked. */
class AskedStore extends MemoryObjectStore {
  readonly kept = new Map<string, string>();
  readonly asked: string[] = [];

  override async head(key: string): Promise<ObjectInfo | undefined> {
    this.asked.push(`head ${key}`);
    const info = await super.head(key);
    const crc64nvme = this.kept.get(key);
    return info && { ...info, ...(crc64nvme !== undefined && { crc64nvme }) };
  }

  override async copy(from: string, to: string, crc64nvme?: string): Promise<void> {
    this.asked.push(`copy ${from}${crc64nvme === undefined ? '' : ' compared'}`);
    return super.copy(from, to, crc64nvme);
  }

  override async hasChecksum(key: string, crc64nvme: string): Promise<boolean | undefined> {
    this.asked.push(`compare ${key}`);
    return super.hasChecksum(key, crc64nvme);
  }
}

/** A lake with these objects and commits. */
function lakeOf(objects: Record<string, Uint8Array> = {}, commits: DayCommit[] = []) {
  const store = new AskedStore();
  for (const [key, bytes] of Object.entries(objects)) store.replace(key, bytes);
  for (const commit of commits) {
    const key = dayCommitKey(DAY.dataset, DATE, commit.commit);
    store.replace(key, sealedBytes(key, commit));
  }
  const ports = testPorts(store, store);
  const shown = async () => {
    const catalog = store.keys().includes('catalog/small.json') && store.bytesOf('catalog/small.json');
    return catalog ? JSON.parse(Buffer.from(catalog).toString()).days[DATE] : undefined;
  };
  return { store, ports, shown };
}

/** Makes one call for an object fail once. */
function failOnce(store: AskedStore, operation: string, key: string, error: Error): void {
  store.beforeCall = (called, of) => {
    if (called !== operation || of !== key) return;
    delete store.beforeCall;
    throw error;
  };
}

const GONE = new ObjectNotFound({ what: 'it was removed', where: MERGED });
const DAMAGED = new ObjectDamaged({ what: 'it was altered', where: MERGED });

describe('a commit whose objects can no longer be copied', () => {
  it.each([
    ['are gone', {}],
    ['were altered', { [MERGED]: ALTERED }],
  ])('since they %s gives way to a later one that was written meanwhile', async (_, left) => {
    const later = commitOf(2, [objectIn(2)]);
    const { ports, shown } = lakeOf({ ...left, [placed(2)]: ROWS }, [later]);
    await applyCommit(ports, commitOf(1, [objectIn(1)]));
    expect(await shown()).toBe(2);
  });

  it('fails if there is no later one', async () => {
    const { ports, shown } = lakeOf({}, [commitOf(1, [objectIn(1)])]);
    await expect(applyCommit(ports, commitOf(1, [objectIn(1)]))).rejects.toMatchObject({
      name: 'RunInconsistent',
    });
    expect(await shown()).toBeUndefined();
  });

  it('fails with what the store said if that is no reason to give way', async () => {
    const later = commitOf(2, [objectIn(2)]);
    const { store, ports, shown } = lakeOf({ [MERGED]: ROWS, [placed(2)]: ROWS }, [later]);
    failOnce(store, 'copy', MERGED, new Error('disk full'));
    await expect(applyCommit(ports, commitOf(1, [objectIn(1)]))).rejects.toThrow('disk full');
    expect(await shown()).toBeUndefined();
  });
});

describe('an object that was found before the commit was written', () => {
  const commit = commitOf(1, [objectIn(1)]);
  const found = (isProved: boolean) => new Map([[below(1), { source: MERGED, isProved }]]);

  it('is copied without another look, and compared only if nobody did', async () => {
    for (const isProved of [true, false]) {
      const { store, ports } = lakeOf({ [MERGED]: ROWS });
      await placeObjects(ports, commit, found(isProved));
      expect(store.asked).toEqual([`copy ${MERGED}${isProved ? '' : ' compared'}`]);
    }
  });

  it.each([
    ['was removed since', GONE],
    ['turns out to be altered', DAMAGED],
  ])('is looked for again if it %s', async (_, error) => {
    const { store, ports } = lakeOf({ [MERGED]: ROWS });
    failOnce(store, 'copy', MERGED, error);
    await placeObjects(ports, commit, found(false));
    expect(store.bytesOf(placed(1))).toEqual(new Uint8Array(ROWS));
    store.lose(placed(1));
    store.lose(MERGED);
    await expect(placeObjects(ports, commit, found(false))).rejects.toMatchObject({
      name: 'RunInconsistent',
    });
  });

  it('is not looked for again if the store fails', async () => {
    const { store, ports } = lakeOf({ [MERGED]: ROWS });
    failOnce(store, 'copy', MERGED, new Error('disk full'));
    await expect(placeObjects(ports, commit, found(false))).rejects.toThrow('disk full');
  });
});

describe('the places that an object is copied from', () => {
  const commit = commitOf(4, [objectIn(4)]);

  it('are its generation, where it was copied from, its run, and then the generations before', async () => {
    const object = objectIn(4, { copiedFrom: below(1) });
    const others = [objectIn(3, { mergedKey: 'runs/r/merged/b.parquet', key: below(3, 'b.parquet') })];
    const before = [commitOf(1, [objectIn(1)]), commitOf(2, [objectIn(2)]), commitOf(3, others)];
    const { store, ports } = lakeOf({}, before);
    const gone = { name: 'RunInconsistent', where: placed(4) };
    await expect(placeObjects(ports, commitOf(4, [object]))).rejects.toMatchObject(gone);
    const looked = [placed(4), placed(1), MERGED, placed(2), placed(1)];
    expect(store.asked).toEqual(looked.map((key) => `head ${key}`));
    // Each commit before it is read once, and no other document.
    expect(store.calls.get).toBe(3);
    store.asked.length = 0;
    await expect(placeObjects(ports, commit)).rejects.toMatchObject(gone);
    expect(store.asked.slice(0, 3)).toEqual([placed(4), MERGED, placed(2)].map((key) => `head ${key}`));
  });

  it('hold bytes of its size only, and those of its checksum if the store keeps one', async () => {
    const { store, ports } = lakeOf({ [MERGED]: ROWS.subarray(1), [placed(2)]: ROWS }, [
      commitOf(2, [objectIn(2)]),
    ]);
    await placeObjects(ports, commit);
    expect(store.asked).toContain(`copy ${placed(2)} compared`);
    store.lose(placed(4));
    store.kept.set(placed(2), checksumOf(ALTERED));
    await expect(placeObjects(ports, commit)).rejects.toMatchObject({ name: 'RunInconsistent' });
  });

  it.each([
    ['whose object was altered', DAMAGED],
    ['whose object is removed just then', GONE],
  ])('are passed over if it is one %s', async (_, error) => {
    const { store, ports } = lakeOf({ [MERGED]: ROWS, [placed(2)]: ROWS }, [commitOf(2, [objectIn(2)])]);
    failOnce(store, 'copy', MERGED, error);
    await placeObjects(ports, commit);
    expect(store.asked.filter((asked) => asked.startsWith('copy'))).toEqual([
      `copy ${MERGED} compared`,
      `copy ${placed(2)} compared`,
    ]);
  });

  it('are named, with the file to convert again, if every one was altered', async () => {
    const { ports } = lakeOf({ [MERGED]: ALTERED, [placed(2)]: ALTERED }, [commitOf(2, [objectIn(2)])]);
    await expect(placeObjects(ports, commit)).rejects.toMatchObject({
      ...{ name: 'ObjectDamaged', where: MERGED },
      next: expect.stringContaining('in/f.txt'),
    });
  });

  it('include the folder of a commit that cannot be read, if a checksum proves what is there', async () => {
    const unreadable = () => {
      const { store, ports } = lakeOf({ [placed(2)]: ROWS });
      store.replace(dayCommitKey(DAY.dataset, DATE, 2), Buffer.from('{'));
      return { store, ports };
    };
    const { store, ports } = unreadable();
    await placeObjects(ports, commit);
    expect(store.bytesOf(placed(4))).toEqual(new Uint8Array(ROWS));
    const { checksum: _, ...unsummed } = objectIn(4);
    await expect(placeObjects(unreadable().ports, commitOf(4, [unsummed]))).rejects.toMatchObject({
      name: 'RunInconsistent',
    });
  });

  it('may keep a checksum that the commit, of an earlier version, does not hold', async () => {
    const { checksum: _, ...unsummed } = objectIn(4);
    const { store, ports } = lakeOf({ [MERGED]: ROWS });
    store.kept.set(MERGED, SUM);
    await placeObjects(ports, commitOf(4, [unsummed]));
    expect(store.asked.at(-1)).toBe(`copy ${MERGED}`);
  });
});

describe('objects that a commit needs before it is written', () => {
  const commit = commitOf(2, [objectIn(2)]);
  const first = commitOf(1, [objectIn(1)]);
  const missing = { name: 'RunInconsistent', where: placed(2) };

  it('are those that have to be copied, each with its place', async () => {
    const { store, ports } = lakeOf({ [placed(2)]: ROWS });
    expect(await requireObjects(ports, commit)).toEqual(new Map());
    store.lose(placed(2));
    await expect(requireObjects(ports, commit)).rejects.toMatchObject(missing);
    store.replace(MERGED, ROWS);
    const inRun = new Map([[below(2), { source: MERGED, isProved: true }]]);
    expect(await requireObjects(ports, commit)).toEqual(inRun);
  });

  it('are not taken from folders that are being removed', async () => {
    const { store, ports } = lakeOf({ [placed(2)]: ROWS, [placed(1)]: ROWS }, [first]);
    const leaving = [`processed/${folderOf(2)}`];
    expect(await requireObjects(ports, commit, leaving)).toEqual(
      new Map([[below(2), { source: placed(1), isProved: true }]]),
    );
    leaving.push(`processed/${folderOf(1)}`);
    await expect(requireObjects(ports, commit, leaving)).rejects.toMatchObject(missing);
    store.replace(MERGED, ROWS);
    expect((await requireObjects(ports, commit, leaving)).get(below(2))?.source).toBe(MERGED);
  });

  it('are read only if neither the store nor the commit has a checksum for them', async () => {
    const compared = async (object: CommittedObject, kept?: string) => {
      const { store, ports } = lakeOf({ [MERGED]: ROWS });
      if (kept !== undefined) store.kept.set(MERGED, kept);
      const found = await requireObjects(ports, commitOf(2, [object]));
      expect(found.get(below(2))).toEqual({ source: MERGED, isProved: true });
      return store.asked.filter((asked) => asked.startsWith('compare'));
    };
    const { checksum: _, ...unsummed } = objectIn(2);
    expect(await compared(objectIn(2))).toEqual([`compare ${MERGED}`]);
    expect(await compared(objectIn(2), SUM)).toEqual([]);
    expect(await compared(unsummed)).toEqual([]);
    expect(await compared(unsummed, SUM)).toEqual([]);
  });

  it('are taken from the next place if their bytes are not those of their checksum', async () => {
    const { store, ports } = lakeOf({ [MERGED]: ALTERED, [placed(1)]: ROWS }, [first]);
    expect((await requireObjects(ports, commit)).get(below(2))).toEqual({
      source: placed(1),
      isProved: true,
    });
    store.lose(placed(1));
    await expect(requireObjects(ports, commit)).rejects.toMatchObject({
      ...{ name: 'ObjectDamaged', where: MERGED },
      next: expect.stringContaining('in/f.txt'),
    });
  });

  it('are left for the copy to prove if the store cannot say', async () => {
    const { store, ports } = lakeOf({ [MERGED]: ROWS });
    store.hasChecksum = async () => undefined;
    expect((await requireObjects(ports, commit)).get(below(2))).toEqual({ source: MERGED, isProved: false });
  });
});

it('folders that a commit may be copied from are those of its runs, and of generations that have its objects', async () => {
  const other = objectIn(2, { mergedKey: 'runs/s/merged/b.parquet', key: below(2, 'b.parquet') });
  const { store, ports } = lakeOf({}, [commitOf(1, [objectIn(1)]), commitOf(2, [other])]);
  expect(await sourceFolders(ports, commitOf(3, [objectIn(3)]))).toEqual([
    'runs/r/',
    `processed/${folderOf(1)}`,
  ]);
  expect(store.calls.get).toBe(2);
});

it('objects are placed if each stands in its generation, whole', async () => {
  const second = objectIn(1, { key: below(1, 'b.parquet') });
  const { store, ports } = lakeOf({ [placed(1)]: ROWS, [placed(1, 'b.parquet')]: ROWS });
  expect(await arePlaced(ports, [objectIn(1), second])).toBe(true);
  store.replace(placed(1, 'b.parquet'), ROWS.subarray(1));
  expect(await arePlaced(ports, [objectIn(1), second])).toBe(false);
  expect(await arePlaced(ports, [])).toBe(true);
});
