import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decimalText } from '../../shared/decimal.ts';
import { unicodeOf } from '../../shared/decode/code-pages.ts';
import { expectSameRows } from '../support/first-difference.ts';
import { binary, packed, zonedEbcdic } from '../support/form-encoders.ts';
import { TestLake } from '../support/run-pipeline.ts';

describe('the same rows in ASCII and EBCDIC, through the whole pipeline', () => {
  const rows = Array.from({ length: 700 }, (_, row) => ({
    name: ['José', 'ÉRICA', 'a b', 'Ção'][row % 4]!,
    amount: BigInt(((row * 7919) % 100_003) - 50_000),
    count: BigInt(row * 3),
  }));
  const FORMS: Record<string, { layout: object; bytes: Uint8Array }> = {
    'ASCII lines': {
      layout: {
        encoding: 'iso-8859-1',
        record: { format: 'lines', length: 26 },
        fields: [
          { name: 'name', start: 1, end: 8, type: 'string' },
          {
            name: 'amount',
            start: 9,
            end: 18,
            type: 'decimal(9,2)',
            point: 'implied',
            sign: 'trailing-separate',
          },
          { name: 'count', start: 19, end: 26, type: 'integer' },
        ],
      },
      bytes: Buffer.from(
        rows
          .map(({ name, amount, count }) => {
            const digits = String(amount < 0n ? -amount : amount).padStart(9, '0');
            return `${name.padEnd(8)}${digits}${amount < 0n ? '-' : '+'}${String(count).padStart(8, '0')}\n`;
          })
          .join(''),
        'latin1',
      ),
    },
    'EBCDIC, zoned and packed': {
      layout: {
        encoding: 'cp500',
        record: { format: 'fixed', length: 22 },
        fields: [
          { name: 'name', start: 1, end: 8, type: 'string' },
          { name: 'amount', start: 9, end: 17, type: 'decimal(9,2)', point: 'implied', sign: 'trailing' },
          { name: 'count', start: 18, end: 22, type: 'integer', usage: 'packed', signed: true },
        ],
      },
      bytes: Buffer.concat(
        rows.flatMap(({ name, amount, count }) => [
          Uint8Array.from([...name.padEnd(8)], (character) =>
            unicodeOf('cp500').indexOf(character.charCodeAt(0)),
          ),
          zonedEbcdic(amount, 9, 'trailing'),
          packed(count, 5, 'signed'),
        ]),
      ),
    },
    'EBCDIC, packed and binary': {
      layout: {
        encoding: 'cp037',
        record: { format: 'fixed', length: 21 },
        fields: [
          { name: 'name', start: 1, end: 8, type: 'string' },
          { name: 'amount', start: 9, end: 13, type: 'decimal(9,2)', usage: 'packed', signed: true },
          { name: 'count', start: 14, end: 21, type: 'integer', usage: 'binary', signed: true },
        ],
      },
      bytes: Buffer.concat(
        rows.flatMap(({ name, amount, count }) => [
          Uint8Array.from([...name.padEnd(8)], (character) =>
            unicodeOf('cp037').indexOf(character.charCodeAt(0)),
          ),
          packed(amount, 5, 'signed'),
          binary(count, 8, 'big'),
        ]),
      ),
    },
  };

  test.each(Object.keys(FORMS))('%s gives the same rows at every range size', async (form) => {
    const { layout, bytes } = FORMS[form]!;
    const expected = rows.map(({ name, amount, count }) => ({
      name,
      amount: decimalText({ unscaled: amount, scale: 2 }),
      count: String(count),
    }));
    for (const rangeSizeBytes of [1000, 7001, 1_000_000]) {
      await using lake = await TestLake.make();
      await lake.putRaw('forms_20250812.dat', bytes);
      await lake.convert({
        layout: JSON.stringify({ name: 'forms', ...layout }),
        sourceKey: 'forms_20250812.dat',
        rangeSizeBytes,
      });
      expectSameRows(await lake.publishedRows('forms', 'COLUMNS(*)::VARCHAR'), expected);
    }
  });

  const data = new URL('../../../shared/data/dtar020/', import.meta.url);
  test.skipIf(!existsSync(data))(
    'DTAR020, a real extract in EBCDIC with packed decimals: all 379 records',
    async () => {
      await using lake = await TestLake.make();
      lake.copybooks.set(
        'copybook.cpy',
        readFileSync(new URL('../golden/copybook-dtar020/copybook.cpy', import.meta.url), 'utf8'),
      );
      await lake.putRaw('dtar020.bin', readFileSync(new URL('DTAR020.bin', data)));
      await lake.convert({
        layout: JSON.stringify({
          name: 'dtar020',
          encoding: 'cp037',
          record: { format: 'fixed' },
          copybook: 'copybook.cpy',
        }),
        sourceKey: 'dtar020.bin',
        businessDate: '2004-01-18',
      });
      const [, ...lines] = readFileSync(new URL('DTAR020.csv', data), 'utf8').trim().split(/\r?\n/);
      const read = await lake.publishedRows('dtar020', 'COLUMNS(*)::VARCHAR');
      expectSameRows(
        read.map((row) => Object.values(row).map(Number)),
        lines.map((line) => line.split('\t').map(Number)),
      );
      expect(read.length).toBe(379);
    },
  );
});
