import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { TestLake } from '../support/run-pipeline.ts';

/**
 * Each folder `golden/layout-*` is a case: a layout with its copybook, an input, and the rows that must come out of
 * the whole pipeline, every value as text, in the order of the partitions.
 */
const golden = new URL('../golden/', import.meta.url);
const cases = readdirSync(golden).filter((name) => name.startsWith('layout-'));

describe('layouts that name copybooks, from bytes to rows', () => {
  test.each(cases)('%s', async (name) => {
    const file = (part: string) => readFileSync(new URL(`${name}/${part}`, golden));
    const expected: Record<string, string | null>[] = JSON.parse(file('rows.json').toString('utf8'));
    const layout = file('layout.json').toString('utf8');
    const lake = await TestLake.make();
    try {
      lake.copybooks.set('copybook.cpy', file('copybook.cpy').toString('utf8'));
      await lake.putRaw('input.txt', file('input.txt'));
      await lake.convert({ layout, sourceKey: 'input.txt' });
      const { name: dataset } = JSON.parse(layout);
      const select = 'COLUMNS(*)::VARCHAR';
      expect(await lake.publishedRows(dataset, select)).toEqual(expected);
    } finally {
      await lake.remove();
    }
  });
});
