import { describe, expect, test } from 'vitest';
import { PipelineError } from '../../shared/errors.ts';
import { rejectsDataset } from '../../shared/keys/lake-keys.ts';
import {
  asText,
  bytesOf,
  filesOf,
  firstDifference,
  inputOf,
  isCase,
  jsonOf,
  names,
  type Row,
  textOf,
} from '../support/golden-case.ts';
import { expectPagesProved } from '../support/proved-pages.ts';
import { TestLake } from '../support/run-pipeline.ts';

/**
 * Each folder here is a case: it shows what a format means, from bytes to rows, through the whole pipeline.
 *
 *     layout.json     with copybook.cpy if it names one
 *     input.txt       or input.zip, input.txt.bz2, or input.hex: bytes in hexadecimal, with comments after #; other files
 *                     `input.*` arrive beside it
 *     rows.json       the rows in order, every value as text; of several datasets an object of them
 *     rejects.json    the rejected records in order: reason, field and byte_offset; absent if there are none
 *     warnings.json   words that stand in the file's warnings; absent if there are none
 *     refusal.json    in place of rows: the code of the refusal (or the name of the error) and words of its message
 */
async function convert(lake: TestLake, name: string) {
  for (const file of filesOf(name)) {
    if (file.endsWith('.cpy')) lake.copybooks.set(file, textOf(name, file));
    else if (file.startsWith('input.')) await lake.putRaw(file.replace(/hex$/, 'bin'), bytesOf(name, file));
  }
  const { status, ledgerKey } = await lake.convert({
    layout: textOf(name, 'layout.json'),
    sourceKey: inputOf(name),
    businessDate: '2025-08-12',
    // A few records per range: the meaning of a format does not depend on where a file is cut.
    rangeSizeBytes: 80,
  });
  const entry = await lake.ports.lake.get(ledgerKey);
  const stored = entry && JSON.parse(Buffer.from(entry.bytes).toString('utf8'));
  const warnings: string[] = stored?.warnings ?? [];
  return { status, refusal: stored?.refusal, warnings };
}

const published = async (lake: TestLake, dataset: string, select = '*'): Promise<Row[]> =>
  (await lake.publishedRows(dataset, select)).map((row) =>
    Object.fromEntries(Object.entries(row).map(([column, value]) => [column, asText(value)])),
  );

describe('format cases', () => {
  test('every folder with a layout has rows or a refusal', () => {
    for (const name of names.filter(isCase)) {
      const files = filesOf(name);
      expect([name, files.includes('rows.json') !== files.includes('refusal.json')]).toEqual([name, true]);
    }
  });

  test.each(names.filter((name) => filesOf(name).includes('rows.json')))('%s', async (name) => {
    await using lake = await TestLake.make();
    const { status, refusal, warnings } = await convert(lake, name);
    expect([status, refusal]).toEqual(['loaded', undefined]);
    const rows: Row[] | Record<string, Row[]> = jsonOf(name, 'rows.json');
    const dataset: string = jsonOf(name, 'layout.json').name;
    for (const [table, expected] of Object.entries(Array.isArray(rows) ? { [dataset]: rows } : rows)) {
      expect(firstDifference(expected, await published(lake, table)), table).toBeUndefined();
    }
    const words: string[] = filesOf(name).includes('warnings.json') ? jsonOf(name, 'warnings.json') : [];
    if (words.length === 0) expect(warnings).toEqual([]);
    for (const word of words) expect(warnings.join('\n')).toContain(word);
    const rejects: Row[] = filesOf(name).includes('rejects.json') ? jsonOf(name, 'rejects.json') : [];
    const rejected = await published(lake, rejectsDataset(dataset), 'reason, field, byte_offset');
    // Rejects of a batch are written in the order in which they are found: those of whole records first.
    rejected.sort((a, b) => Number(a.byte_offset) - Number(b.byte_offset));
    expect(firstDifference(rejects, rejected), 'rejects').toBeUndefined();
    await expectPagesProved(lake.ports.lake);
  });

  test.each(names.filter((name) => filesOf(name).includes('refusal.json')))('%s', async (name) => {
    const { code, words }: { code: string; words: string[] } = jsonOf(name, 'refusal.json');
    await using lake = await TestLake.make();
    const { refusal } = await convert(lake, name).catch((error: unknown) => {
      if (!(error instanceof PipelineError)) throw error;
      return { refusal: { code: error.name, message: error.message } };
    });
    expect(refusal?.code).toBe(code);
    for (const word of words) expect(refusal.message).toContain(word);
  });
});
