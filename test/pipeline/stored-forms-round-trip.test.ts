import fc from 'fast-check';
import { expect, test } from 'vitest';
import { forms } from '../support/every-stored-form.ts';
import { TestLake } from '../support/run-pipeline.ts';

const names = forms.map((_, index) => `f${index}`);
const starts = forms.map((_, index) => forms.slice(0, index).reduce((sum, one) => sum + one.lengthBytes, 1));
const lengthBytes = forms.reduce((sum, one) => sum + one.lengthBytes, 0);
const LAYOUT = {
  name: 'forms',
  encoding: 'cp037',
  record: { format: 'fixed', length: lengthBytes },
  fields: forms.map(({ entry, lengthBytes: width }, index) => ({
    name: names[index],
    start: starts[index],
    end: starts[index]! + width - 1,
    onInvalid: 'reject',
    ...entry,
  })),
};

test(`random values in ${forms.length} storage forms are read back exactly, through a conversion and DuckDB`, async () => {
  const record = fc.tuple(...forms.map(({ cell }) => cell));
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      // By seed, so that a counterexample is one number and not a file.
      const records = fc.sample(record, { seed, numRuns: 50 });
      await using lake = await TestLake.make();
      const bytes = Buffer.concat(records.flatMap((cells) => cells.map((cell) => cell.bytes)));
      expect(bytes.length).toBe(records.length * lengthBytes);
      await lake.putRaw('forms_20250812.dat', bytes);
      await lake.convert({
        layout: JSON.stringify(LAYOUT),
        sourceKey: 'forms_20250812.dat',
        rangeSizeBytes: 10 * lengthBytes + 7,
      });
      expect(lake.notifications).toEqual([expect.stringContaining('50 rows of 50 records')]);
      // DuckDB's own text of some doubles is another number: 2^81 reads as 2^82.
      const select = forms.map(({ entry }, index) =>
        entry.type === 'double' ? names[index]! : `${names[index]}::VARCHAR AS ${names[index]}`,
      );
      const rows = await lake.publishedRows('forms', select.join(', '));
      const shown = rows.map((row) =>
        names.map((name) => (typeof row[name] === 'number' ? String(row[name]) : row[name])),
      );
      // Column by column, so that a failure names its form.
      for (const [index, { entry }] of forms.entries()) {
        expect([entry, ...shown.map((row) => row[index])]).toEqual([
          entry,
          ...records.map((cells) => cells[index]!.text),
        ]);
      }
    }),
    { numRuns: 4, endOnFailure: true },
  );
});
