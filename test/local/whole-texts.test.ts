import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { open, rootDir, sqlText, writeCatalog, writeParquet } from '../support/lake-of-test.ts';

test('a text that begins with U+FEFF keeps it in every place of an answer, whatever its length', async () => {
  await writeParquet(rootDir, [{ key: 'x/a.parquet', select: 'SELECT 1::BIGINT AS n' }]);
  await writeCatalog(rootDir, {
    dataset: 'x',
    columns: [{ name: 'n', type: 'bigint' }],
    partitions: [
      { values: { year: '2025', month: '08', day: '12' }, location: 'x/', files: ['x/a.parquet'] },
    ],
  });
  const lake = await open(rootDir);
  const text = fc
    .array(fc.constantFrom('\ufeff', 'A', 'São', '\uffff', 'long enough to lie elsewhere'), { maxLength: 4 })
    .map((parts) => parts.join(''));
  await fc.assert(
    fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 5 }), async (texts) => {
      const rows = texts.map((one) => `(${sqlText(one)}, [${sqlText(one)}], {'a': ${sqlText(one)}})`);
      const answer = await lake.query(`SELECT * FROM (VALUES ${rows.join(', ')}, (NULL, NULL, NULL)) AS t`);
      expect(answer.rows).toEqual([...texts.map((one) => [one, [one], { a: one }]), [null, null, null]]);
    }),
    {
      numRuns: 50,
      examples: [[['\ufeff', '\ufeffA', '\ufeff\ufeff', '\ufefflong enough to lie elsewhere', '']]],
    },
  );
});
