import { describe, expect, it } from 'vitest';
import { createFileCatalog } from '../../../local/adapters/catalog-file.ts';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { fitTables, unitedSchemas } from '../../../shared/pipeline/store/fit-tables.ts';
import type { Catalog, TableColumns } from '../../../shared/ports/catalog.ts';

const SKILLS = { castsNumbers: true, renames: true };
const table = (dataset: string, columns: Record<string, string>, keys: string[] = []) => ({
  dataset,
  columns: Object.entries(columns).map(([name, type]) => ({ name, type })),
  partitionKeys: keys.map((name) => ({ name, type: 'string' })),
});
const named = ({ columns }: TableColumns) =>
  Object.fromEntries(columns.map(({ name, type }) => [name, type]));

describe('the tables of a layout beside those of readers', () => {
  const standing = new Map([
    ['small', table('small', { id: 'string', amount: 'decimal(9,2)', uf: 'string' }, ['product'])],
    ['rejects', table('rejects', { reason: 'string' })],
  ]);
  const catalog: Catalog = {
    ...createFileCatalog(new MemoryObjectStore()),
    tableOf: async (name) => standing.get(name),
  };

  it('fit, and nothing is said, if they are the same', async () => {
    const fit = await fitTables(catalog, [...standing.values()]);
    expect(fit).toEqual({ problems: [], notes: [], isNew: false });
  });

  it('are new if readers lack one of them', async () => {
    const fit = await fitTables(catalog, [standing.get('small')!, table('other', { id: 'string' })]);
    expect(fit).toEqual({ problems: [], notes: [], isNew: true });
  });

  it('say what becomes wider, what is gone, and how files are partitioned', async () => {
    const notesOf = async (wanted: ReturnType<typeof table>) => (await fitTables(catalog, [wanted])).notes;
    expect(await notesOf(table('small', { id: 'string', amount: 'decimal(9,2)' }, ['product']))).toEqual([
      'small has uf, and the layout has not: null in the rows of this file',
    ]);
    expect(await notesOf(table('small', { id: 'string', amount: 'decimal(12,2)' }, ['id2']))).toEqual([
      'the rows of this file are partitioned by id2, and small was by product',
      'column amount of small becomes decimal(12,2) and was decimal(9,2)',
      'small has uf, product, and the layout has not: null in the rows of this file',
    ]);
  });

  it('say which table cannot hold both', async () => {
    const wanted = table('small', { id: 'date', amount: 'decimal(9,2)', uf: 'string' }, ['product']);
    const fit = await fitTables(catalog, [wanted]);
    expect(fit.problems).toEqual([expect.stringMatching(/^small: column id is string there and date/)]);
  });
});

describe('the tables of a day of several layouts', () => {
  it('have every column of any of them, in the widest type, under the keys of the first', () => {
    const { tables, problems } = unitedSchemas(
      [table('small', { id: 'string', amount: 'decimal(9,2)' }, ['product'])],
      [
        table('small', { id: 'string', amount: 'decimal(12,2)' }, ['product']),
        table('small', { id: 'string', uf: 'string' }, ['product']),
        table('other', { id: 'string' }),
      ],
      SKILLS,
    );
    expect(problems).toEqual([]);
    expect(tables.map(({ dataset }) => dataset)).toEqual(['small', 'other']);
    expect(named(tables[0]!)).toEqual({ id: 'string', amount: 'decimal(12,2)', uf: 'string' });
    expect(tables[0]!.partitionKeys).toEqual([{ name: 'product', type: 'string' }]);
  });

  it('say once which cannot be one table', () => {
    const other = table('small', { id: 'date' });
    const { problems } = unitedSchemas([table('small', { id: 'string' })], [other, other], SKILLS);
    expect(problems).toEqual([expect.stringMatching(/^small: column id is string there and date/)]);
  });
});
