import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { valuesInPaths } from '../../local/lake/path-values.ts';
import { sqlString } from '../../local/lake/sql-text.ts';
import { partitionPath } from '../../shared/keys/partition-path.ts';

const KEYS = ['year', 'número', 'product'];

const ofOneLength = fc.constantFrom('01', '02', '🦀x', 'çã');
const ofAnyLength = fc.oneof(
  ofOneLength,
  fc.constantFrom('CREDITO PESSOAL', 'A/B', '100%', 'A%2FB', 'a=b', "D'OESTE", '+ mais', 'ﬁ𝔘é'),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }).filter((text) => !text.includes('\0')),
);
const valuesOf = (value: fc.Arbitrary<string | null>) =>
  fc.record({ year: value, número: value, product: value });

/** Values of one length, of any, or with nulls among them; of all keys, or of the last only. */
const partitions = fc
  .constantFrom(
    valuesOf(ofOneLength),
    valuesOf(ofAnyLength),
    valuesOf(fc.oneof(ofAnyLength, fc.constant(null))),
    fc.record({ year: ofOneLength, número: ofOneLength, product: ofAnyLength }),
  )
  .chain((values) => fc.array(values, { minLength: 1, maxLength: 6 }));

const folders = fc.constantFrom('/lake/processed/x', '/year=1/é🦀/processed/contracts', "/o 'lake'/a=b/x");

test('the expressions are the values of all keys in the path of every file', async () => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await fc.assert(
      fc.asyncProperty(partitions, folders, async (all, folder) => {
        const dataset = folder.slice(folder.lastIndexOf('/') + 1);
        const listed = all.map((values, index) => ({
          values,
          location: '',
          files: [`${dataset}/${partitionPath(values)}/gen=00001/part-${index}`],
        }));
        const root = folder.slice(0, -dataset.length);
        const rows = listed.map(({ files: [file] }, index) => `(${index}, ${sqlString(`${root}${file}`)})`);
        const values = valuesInPaths(KEYS, listed, folder).map((value) => value('path'));
        const answer = await connection.run(
          `SELECT ${values.join(', ')} FROM (VALUES ${rows.join(', ')}) AS files_(nr, path) ORDER BY nr`,
        );
        const expected = all.map((one) => [one.year, one.número, one.product]);
        expect(await answer.getRows()).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
});

test('a value that stands at one place in all paths costs no regular expression', () => {
  const location = '';
  const listed = ['12', '13'].flatMap((day) =>
    ['A', 'BC'].map((product) => ({
      values: { year: '2025', day, product },
      ...{ location, files: [`x/year=2025/day=${day}/product=${product}/f`] },
    })),
  );
  const values = valuesInPaths(['year', 'day', 'product'], listed, '/lake/x');
  expect(values.map((value) => value('p'))).toEqual([
    "'2025'",
    'substr(p, 23, 2)',
    "substr(p, 34, instr(substr(p, 34), '/') - 1)",
  ]);
});
