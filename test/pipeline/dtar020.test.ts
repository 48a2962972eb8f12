import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectSameRows } from '../support/first-difference.ts';
import { ebcdicText, packed } from '../support/form-encoders.ts';
import { runCommand } from '../support/run-command.ts';

/** Sales by item and store in EBCDIC and packed decimals: a record that mainframe readers are often tested with. */
const COPYBOOK = fileURLToPath(new URL('../golden/copybook-dtar020/copybook.cpy', import.meta.url));
const DATA = new URL('../../../shared/data/dtar020/', import.meta.url);

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'dtar020-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function run(script: string, ...flags: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand(script, flags, dir);
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  return stdout;
}

/** Makes a layout of the copybook, a lake of the records and rows of the lake, by the commands that people type. `edit` changes the layout. */
async function rowsOf(name: string, bytes: Uint8Array, edit: (layout: string) => string = (text) => text) {
  const [layout, input] = [join(dir, `${name}.json`), join(dir, `${name}.bin`)];
  await writeFile(input, bytes);
  await run('layout', 'from-copybook', COPYBOOK, '--name', name, '--encoding', 'cp037', '--out', layout);
  await writeFile(layout, edit(await readFile(layout, 'utf8')));
  const out = ['--out', join(dir, 'lake'), '--business-date', '2004-01-18'];
  await run('convert', '--layout', layout, '--input', input, ...out);
  const lines = await run(
    'query',
    ...['--lake', join(dir, 'lake'), '--json'],
    `SELECT COLUMNS('dtar020_.*')::VARCHAR FROM ${name}`,
  );
  return lines
    .trim()
    .split('\n')
    .map((line) => Object.values(JSON.parse(line) as Record<string, string>))
    .sort(byText);
}

/** A query promises no order. */
const byText = (a: string[], b: string[]) => (a.join('\t') < b.join('\t') ? -1 : 1);

test('records that were written for its copybook come back through the commands', async () => {
  const sales = Array.from({ length: 60 }, (_, index) => ({
    keycode: String(60_000_000 + index * 7919),
    store: BigInt(index % 40),
    date: BigInt(40_101 + (index % 28)),
    dept: BigInt(100 + index),
    quantity: BigInt(index - 30),
    price: BigInt((index - 30) * 1999),
  }));
  const bytes = Buffer.concat(
    sales.flatMap(({ keycode, store, date, dept, quantity, price }) => [
      ebcdicText(keycode, 8),
      packed(store, 2, 'signed'),
      packed(date, 4, 'signed'),
      packed(dept, 2, 'signed'),
      packed(quantity, 5, 'signed'),
      packed(price, 6, 'signed'),
    ]),
  );
  // The date that is meant: two digits of the year, kept as a number.
  const dated = (text: string) => {
    const layout = JSON.parse(text);
    const date = { type: 'date', format: 'yyMMdd', pivotYear: 1950 };
    layout.fields = layout.fields.map((field: { name: string }) =>
      field.name === 'dtar020_date' ? { ...field, ...date } : field,
    );
    return JSON.stringify(layout);
  };
  const cents = (value: bigint) => (Number(value) / 100).toFixed(2);
  expectSameRows(
    await rowsOf('sales', bytes, dated),
    sales
      .map(({ keycode, store, date, dept, quantity, price }) => [
        ...[keycode, String(store), `2004-01-${String(date).slice(3)}`],
        ...[String(dept), String(quantity), cents(price)],
      ])
      .sort(byText),
  );
});

test.skipIf(!existsSync(DATA))(
  'the 379 records of the real extract equal those published with it (skipped if the extract is missing)',
  async () => {
    const [, ...lines] = readFileSync(new URL('DTAR020.csv', DATA), 'utf8').trim().split(/\r?\n/);
    const rows = await rowsOf('dtar020', readFileSync(new URL('DTAR020.bin', DATA)));
    expectSameRows(rows, lines.map((line) => line.split('\t')).sort(byText));
    expect(rows).toHaveLength(379);
  },
);
