import { describe, expect, it } from 'vitest';
import { readLayout } from '../../../shared/layout/compile/read-layout.ts';
import { planMerges } from '../../../shared/pipeline/reconcile/merge-specs.ts';
import type { PartManifest, PartOutput } from '../../../shared/run/part-manifest.ts';
import { samplePlan } from '../../support/sample-plan.ts';
import { smallLayout } from '../../support/small-contracts.ts';

const PLAN = samplePlan({ dataset: 'small', sourceId: 'f-1', wholePartBytes: 1000 });
const field = (name: string, start: number) => ({ name, start, end: start, type: 'string' });
const LAYOUT = readLayout(smallLayout({ fields: [field('id', 1), field('product', 2)] }), 'test.json');
const TABLE = { ...field('tags', 3), occurs: { count: 2 } };
const LISTS = readLayout(smallLayout({ fields: [field('id', 1), field('product', 2), TABLE] }), 'test.json');

const part = (key: string, product: string, changes: Partial<PartOutput> = {}): PartOutput => ({
  ...{ dataset: 'small', partition: { product }, key, rows: 10, bytes: 100, rowGroupRows: [10] },
  checksum: '',
  ...changes,
});

/** The manifest of a range with these outputs, as far as merges are planned from it. */
const range = (...outputs: PartOutput[]) =>
  ({ outputs, rejects: null }) as Partial<PartManifest> as PartManifest;

describe('the merges of a run', () => {
  it('make a file of the parts of each partition, in the order of its values, and take no other dataset', () => {
    const ranges = [
      range(part('0/B', 'B'), part('0/A', 'A')),
      range(part('1/A', 'A'), part('1/other', 'A', { dataset: 'other' })),
    ];
    const specs = planMerges(PLAN, LAYOUT, ranges);
    expect(specs.map(({ parts }) => parts.map(({ key }) => key))).toEqual([['0/A', '1/A'], ['0/B']]);
    expect(specs.map(({ mergeIndex, outputKey }) => [mergeIndex, outputKey])).toEqual([
      [0, 'runs/run/merged/product=A/f-1-00000.parquet'],
      [1, 'runs/run/merged/product=B/f-1-00000.parquet'],
    ]);
  });

  it('put the datasets of record types into folders of their own', () => {
    const [spec] = planMerges({ ...PLAN, dataset: 'whole' }, LAYOUT, [range(part('0/A', 'A'))]);
    expect(spec?.outputKey).toBe('runs/run/merged/dataset=small/product=A/f-1-00000.parquet');
  });

  it('join small row groups of a large partition, unless a column of it is a list', () => {
    const large = { rows: 600_000, rowGroupRows: Array(60).fill(10_000) };
    const ranges = [range(part('0', 'A', large)), range(part('1', 'A', large))];
    expect(planMerges(PLAN, LAYOUT, ranges).map(({ mode }) => mode)).toEqual(['join']);
    expect(planMerges(PLAN, LISTS, ranges).map(({ mode }) => mode)).toEqual(['concat']);
  });
});
