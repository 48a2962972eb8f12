import { describe, expect, it } from 'vitest';
import { metadataNumber } from '../../shared/catalog/metadata-file.ts';
import type { Catalog } from '../../shared/ports/catalog.ts';
import { publishedFile } from '../support/catalog-contract.ts';
import { BEFORE, beforeEachOnNewTables, DATE, filesOf, MemoryTables } from '../support/memory-tables.ts';

let tables: MemoryTables;
let catalog: Catalog;
beforeEachOnNewTables((fresh) => {
  tables = fresh;
  catalog = fresh.catalog();
});

describe('the columns and keys of a table', () => {
  it('may get other names and wider types, and exclude other types', async () => {
    const first = await tables.day(['A'], 1, BEFORE);
    await catalog.publishDay(first);
    const second = await tables.day(['A']);
    second.columns = [first.columns[0]!, { name: 'value', type: 'decimal(18,2)', formerly: ['amount'] }];
    second.fieldIds = { ...second.fieldIds, value: 2 };
    await catalog.publishDay(second);
    expect((await catalog.tableOf('contracts'))?.columns).toStrictEqual(second.columns);
    expect(await tables.catalog().fieldIdsOf('contracts')).toMatchObject({ amount: 2, value: 2 });
    const wrong = await tables.day(['A'], 2);
    wrong.columns = [{ name: 'id', type: 'bigint' }, wrong.columns[1]!];
    const { uri } = tables.seen();
    await expect(catalog.publishDay(wrong)).rejects.toMatchObject({
      name: 'RunInconsistent',
      where: 'memory:contracts',
      why: expect.stringContaining('id'),
    });
    expect(tables.seen().uri).toBe(uri);
  });

  it('are those of each file: one that another kind of file has is left out for readers', async () => {
    const first = await tables.day(['A']);
    first.columns = [first.columns[0]!, { name: 'amount', type: 'decimal(5,2)' }];
    await catalog.publishDay(first);
    const { metadata, entries } = tables.seen();
    expect(metadata.properties).toMatchObject({ 'positional-lake.left-out-columns': 'amount' });
    expect(metadata.schemas.at(-1)?.fields.map(({ name }) => name)).not.toContain('amount');
    const { file: known } = entries[0]!;
    expect(known.recordCount).toBe(1);
    expect(known.valueCounts).toEqual([
      [1, 1],
      [2, 1],
    ]);
  });

  it('a key that was renamed is found by the name that it had', async () => {
    const first = await tables.day(['A']);
    first.partitionKeys = [
      ...first.partitionKeys.slice(0, 3),
      { name: 'line', type: 'string', formerly: ['product'] },
    ];
    first.fieldIds = { ...first.fieldIds, line: 6 };
    await catalog.publishDay(first);
    expect(tables.seen().files).toEqual(filesOf(first));
    const unknown = await tables.day(['B'], 2);
    unknown.partitions[0]!.values = { ...unknown.partitions[0]!.values, other: 'x' };
    await expect(catalog.publishDay(unknown)).rejects.toMatchObject({
      name: 'RunInconsistent',
      message: expect.stringContaining("a published file is partitioned by 'other', which is no column"),
      where: unknown.partitions[0]?.files[0],
    });
  });

  it('days may be partitioned by other keys, and one day by both', async () => {
    const before = await tables.day(['A', null], 1, BEFORE);
    await catalog.publishDay(before);
    const after = await tables.day(['B']);
    after.partitionKeys = [...after.partitionKeys.slice(0, 3), { name: 'id', type: 'string' }];
    after.columns = [after.columns[1]!, { name: 'product', type: 'string' }];
    after.partitions = after.partitions.map(({ values: { product, ...values }, ...partition }) => ({
      ...partition,
      values: { ...values, id: product! },
    }));
    await catalog.publishDay(after);
    expect(await catalog.tableOf('contracts')).toStrictEqual({
      columns: [after.columns[0], { name: 'product', type: 'string', isPartlyInFolders: true }],
      partitionKeys: after.partitionKeys,
    });
    expect(await catalog.shownDay('contracts', DATE)).toEqual({ commit: 1, partitions: after.partitions });
    const both = {
      ...(await tables.day(['C'], 2)),
      columns: after.columns,
      partitionKeys: after.partitionKeys,
    };
    both.partitions.push(...after.partitions);
    await catalog.publishDay(both);
    const { manifests, files } = tables.seen();
    expect(files).toEqual(filesOf(before, both));
    expect(manifests.map(({ partition_spec_id: spec }) => spec).sort()).toEqual([0, 0, 1]);
    expect(manifests.map((one) => one.added_files_count + one.existing_files_count)).toEqual([2, 1, 1]);
    expect(await catalog.differences('contracts', [before, both])).toEqual([]);
  });

  it('the folder of a partition is that of its latest file', async () => {
    const first = await tables.day(['A']);
    const second = await tables.day(['A'], 2);
    for (const files of [
      [...first.partitions[0]!.files, ...second.partitions[0]!.files],
      [...second.partitions[0]!.files, ...first.partitions[0]!.files],
    ]) {
      const { location } = second.partitions[0]!;
      const { values } = first.partitions[0]!;
      tables.pointers.clear();
      await tables.catalog().publishDay({ ...second, partitions: [{ values, location, files }] });
      const shown = await tables.catalog().shownDay('contracts', DATE);
      expect(shown?.partitions).toEqual([{ values, location, files }]);
    }
  });
});

describe('the end of a published file', () => {
  it('is read at once, and a footer that is longer once more as a whole', async () => {
    const file = await publishedFile();
    const length = 32 * 1024;
    const tail = file.subarray(-8);
    const footer = file.subarray(-8 - new DataView(tail.slice().buffer).getUint32(0, true), -8);
    const padded = (bytes: number) => {
      const size = Buffer.alloc(4);
      size.writeUInt32LE(bytes);
      return Buffer.concat([
        Buffer.alloc(length),
        footer,
        Buffer.alloc(bytes - footer.length),
        size,
        tail.subarray(4),
      ]);
    };
    for (const [bytes, read] of [
      [file, file.length],
      [Buffer.concat([Buffer.alloc(length), file]), length],
      [padded(length - 8), length],
      [padded(length - 7), length + length + 1],
    ] as const) {
      tables = new MemoryTables(bytes);
      const first = await tables.day(['A']);
      await tables.catalog().publishDay(first);
      expect(tables.store.bytesRead.get(`processed/${first.partitions[0]?.files[0]}`)).toBe(read);
      expect(tables.seen().entries[0]?.file).toMatchObject({ recordCount: 1, fileSizeBytes: bytes.length });
    }
  });

  it('must be there', async () => {
    const first = await tables.day(['A']);
    const key = `processed/${first.partitions[0]?.files[0]}`;
    tables.store.lose(key);
    await expect(catalog.publishDay(first)).rejects.toMatchObject({ name: 'ObjectNotFound', where: key });
  });
});

it('only metadata files have a number in their name', () => {
  expect(metadataNumber('x/metadata/00012-ab.metadata.json')).toBe(12);
  expect(metadataNumber('x/metadata/00012-ab.avro')).toBe(-1);
});
