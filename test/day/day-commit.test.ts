import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  catalogPartitions,
  type DayCommit,
  holdsExactly,
  planDayCommit,
} from '../../shared/day/day-commit.ts';
import type { LoadedEntry } from '../../shared/run/ledger-entry.ts';
import { sampleEntry, sampleMerged } from '../support/sample-entry.ts';

const DATE = '2025-08-12';
const schema = (dataset: string) => ({ dataset, columns: [], partitionKeys: [] });
const SCHEMAS = { rows: [schema('small'), schema('other')], rejects: schema('small_rejects') };

const commitOf = (number: number, loaded: LoadedEntry[], previous?: DayCommit) =>
  planDayCommit('small', number, DATE, 'now', loaded, SCHEMAS, previous);
const placesOf = ({ tables }: DayCommit, dataset = 'small') =>
  tables
    .find((table) => table.dataset === dataset)!
    .partitions.map(({ values, generation, location, objects }) => [
      values.product,
      generation,
      objects
        .map(({ fileName, key }) => (key === `${location}${fileName}` ? fileName : `${fileName} in ${key}`))
        .join(),
    ]);

const a = sampleEntry('a', { outputs: [sampleMerged('a1', 'Z'), sampleMerged('a2', 'B')] });
const b = sampleEntry('b', { outputs: [sampleMerged('b1', 'B'), sampleMerged('b2', 'M')] });

describe('the next commit of a day', () => {
  it('has the files of each partition together, partitions in the order of their values', () => {
    expect(placesOf(commitOf(1, [a, b]))).toEqual([
      ['B', 1, 'a2,b1'],
      ['M', 1, 'b2'],
      ['Z', 1, 'a1'],
    ]);
    expect(commitOf(1, [a, b]).tables[0]?.partitions[0]?.values).toEqual({
      ...{ year: '2025', month: '08', day: '12' },
      product: 'B',
    });
  });

  it('leaves a partition with the same files in its folder, in whatever order they come', () => {
    const first = commitOf(1, [a, b]);
    expect(commitOf(2, [b, a], first).tables).toEqual(first.tables);
  });

  it('gives a partition with other files a new folder for those, and leaves the others where they are', () => {
    const first = commitOf(1, [a]);
    const from = (product: string, file: string) =>
      first.tables[0]!.partitions.find(({ values }) => values.product === product)!.objects.find(
        ({ fileName }) => fileName === file,
      )!.key;
    expect(placesOf(commitOf(2, [a, b], first))).toEqual([
      ['B', 2, `a2 in ${from('B', 'a2')},b1`],
      ['M', 2, 'b2'],
      ['Z', 1, 'a1'],
    ]);
    const again = sampleEntry('a', { runId: 'another', outputs: [sampleMerged('a2', 'B')] });
    expect(placesOf(commitOf(2, [again], first))).toEqual([['B', 2, 'a2']]);
    const renamed = sampleEntry('a', { outputs: [sampleMerged('a3', 'B', { mergedKey: 'runs/a2' })] });
    expect(placesOf(commitOf(2, [renamed], first))).toEqual([['B', 2, `a3 in ${from('B', 'a2')}`]]);
    const other = sampleEntry('c', { runId: 'run-a', outputs: [sampleMerged('a2', 'B')] });
    expect(placesOf(commitOf(2, [other], first))[0]?.[1]).toBe(2);
  });

  it('keeps rows of each dataset, and rejects, apart', () => {
    const both = sampleEntry('a', {
      outputs: [sampleMerged('a1', 'A'), sampleMerged('o1', 'A', { dataset: 'other' })],
      rejectOutputs: [sampleMerged('r1', '', { partition: {} })],
    });
    const commit = commitOf(1, [both]);
    expect(commit.tables.map(({ dataset }) => dataset)).toEqual(['small', 'other', 'small_rejects']);
    expect(placesOf(commit)).toEqual([['A', 1, 'a1']]);
    expect(placesOf(commit, 'other')).toEqual([['A', 1, 'o1']]);
    expect(placesOf(commit, 'small_rejects')).toEqual([[undefined, 1, 'r1']]);
  });

  it('says of each file what was read of it, and the sums that it proved', () => {
    const total = { name: 'trailer.n', expected: '9', actual: '9', balanced: true };
    const summed = sampleEntry('a', {
      controlTotals: [total, { ...total, figure: 'sum(v)', actual: '1.50' }],
    });
    const [file, without] = commitOf(1, [summed, sampleEntry('b', { controlTotals: [total] })]).files;
    expect(file).toEqual({
      ...{ sourceId: 'a', sourceKey: 'a.txt', version: 'v1', runId: 'run-a', recordsRead: 10, rows: 9 },
      ...{ rejectedRows: 1, inputBytes: 100, sums: { 'sum(v)': '1.50' } },
    });
    expect(without).not.toHaveProperty('sums');
  });

  it('carries checksums where the merged file has one, and lists its files for the catalog', () => {
    const summed = sampleEntry('a', {
      outputs: [sampleMerged('a1', 'A', { checksum: 'AAAAAAAAAAA=' }), sampleMerged('a2', 'B')],
    });
    const commit = commitOf(1, [summed]);
    const objects = commit.tables[0]!.partitions.flatMap((partition) => partition.objects);
    expect(objects.map(({ checksum }) => checksum)).toEqual(['AAAAAAAAAAA=', undefined]);
    expect(objects[1]).not.toHaveProperty('checksum');
    expect(catalogPartitions(commit.tables[0]!).map(({ files }) => files)).toEqual(
      objects.map(({ key }) => [key]),
    );
  });

  it('holds exactly the same versions of the same files, and no others', () => {
    const commit = commitOf(1, [a, b]);
    const ids = fc.subarray(['a', 'b', 'c']);
    fc.assert(
      fc.property(ids, (chosen) => {
        const isBoth = chosen.length === 2 && !chosen.includes('c');
        expect(
          holdsExactly(
            commit,
            chosen.toReversed().map((id) => sampleEntry(id)),
          ),
        ).toBe(isBoth);
      }),
    );
    expect(holdsExactly(commit, [a, sampleEntry('b', { runId: 'another' })])).toBe(false);
    expect(holdsExactly(commit, [a, b, { ...sampleEntry('c'), loaded: undefined }])).toBe(true);
    expect(holdsExactly(undefined, [])).toBe(false);
  });
});
