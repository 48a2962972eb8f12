import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LayoutInvalid } from '../../shared/errors.ts';
import { copybookNames, expandCopybooks } from '../../shared/layout/compile/expand-copybook.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import { datasetsOf, firstDataset } from '../../shared/layout/layout.ts';
import { splitFile } from '../../shared/pipeline/split/split-file.ts';
import { readJson } from '../../shared/pipeline/store/json-object.ts';
import { filePlanShape } from '../../shared/run/file-plan.ts';
import { planned, TestLake } from '../support/run-pipeline.ts';

type Json = Record<string, unknown>;

const layout = (more: Json) =>
  JSON.stringify({ name: 'sample', encoding: 'us-ascii', record: { format: 'fixed' }, ...more });
const expand = (text: string, copybook: string) =>
  expandCopybooks(text, 'l.json', new Map([['c.cpy', { file: 'c.cpy', text: copybook }]]));
const fieldsOf = (copybook: string, more: Json = {}) =>
  JSON.parse(expand(layout({ copybook: 'c.cpy', ...more }), copybook)).fields;

function failure(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(LayoutInvalid);
    return (error as LayoutInvalid).message;
  }
  throw new Error('the layout was accepted');
}

describe('identifiers', () => {
  const copybook =
    '01 R.\n05 CLI-CPF PIC 9(11).\n05 CLI-SALDO PIC S9(9) COMP-3.\n05 COD-X PIC 9(3) OCCURS 2.\n';
  const expanded = (identifiers: unknown) => fieldsOf(copybook, { copybook: { file: 'c.cpy', identifiers } });

  test('named by the copybook, with *, become texts, in tables too; no other item does', () => {
    expect(expanded(['*-CPF', 'cod-*'])).toMatchObject([
      { name: 'cli_cpf', type: 'string' },
      { name: 'cli_saldo', type: 'integer', usage: 'packed' },
      { name: 'cod_x', type: 'string', occurs: { count: 2 } },
    ]);
    expect(expanded(['CLI-*'])).toMatchObject([{ type: 'string' }, { type: 'integer' }, { type: 'integer' }]);
  });

  test('that fit nothing, or nothing that can be a text, are errors', () => {
    expect(failure(() => expanded(['CLI-CFP']))).toMatch(/'CLI-CFP', which fits no item.*'CLI-CPF'/);
    expect(failure(() => expanded(['*SALDO']))).toContain("'*SALDO', but CLI-SALDO is S9(9) COMP-3");
  });
});

describe('items become fields', () => {
  const cases: [string, Json][] = [
    ['X(8)', { end: 8, type: 'string' }],
    ['X(8) JUST', { end: 8, type: 'string', trim: 'both' }],
    ['ZZ9.99-', { end: 7, type: 'string', trim: 'both' }],
    ['N(4)', { end: 8, type: 'string', encoding: 'utf-16be' }],
    ['9(8)', { end: 8, type: 'integer' }],
    ['9(18)', { end: 18, type: 'integer' }],
    ['9(19)', { end: 19, type: 'decimal(19,0)', point: 'implied' }],
    ['S9(5)', { end: 5, type: 'integer', sign: 'trailing' }],
    ['S9(5)V99', { end: 7, type: 'decimal(7,2)', point: 'implied', sign: 'trailing' }],
    ['S9(3) LEADING SEPARATE', { end: 4, type: 'integer', sign: 'leading-separate' }],
    ['S9(3) TRAILING SEPARATE', { end: 4, type: 'integer', sign: 'trailing-separate' }],
    ['S9(3) LEADING', { end: 3, type: 'integer', sign: 'leading' }],
    ['9(4) BLANK ZERO', { end: 4, type: 'integer', blank: 'zero' }],
    ['9(3)P(2)', { end: 3, type: 'integer', trailingZeros: 2 }],
    ['S9(4)P(2) COMP-3', { end: 3, type: 'integer', trailingZeros: 2, usage: 'packed', digits: 4 }],
    ['9(4)P COMP', { end: 2, type: 'integer', trailingZeros: 1, usage: 'binary', signed: false, digits: 4 }],
    ['9(9)P(12)', { end: 9, type: 'decimal(21,0)', trailingZeros: 12, point: 'implied' }],
    ['P(3)9(2)', { end: 2, type: 'decimal(5,5)', point: 'implied' }],
    ['S9(9)V99 COMP-3', { end: 6, type: 'decimal(11,2)', usage: 'packed' }],
    ['9(4) COMP-3', { end: 3, type: 'integer', usage: 'packed', signed: false, digits: 4 }],
    ['9(4) COMP-6', { end: 2, type: 'integer', usage: 'packed', signNibble: false }],
    ['S9(4) COMP', { end: 2, type: 'integer', usage: 'binary', signed: true, digits: 4 }],
    ['S9(4) COMP-5', { end: 2, type: 'integer', usage: 'binary', signed: true }],
    ['9(9)V99 COMP', { end: 8, type: 'decimal(11,2)', usage: 'binary', signed: false }],
    ['S9(4)V9 COMP-5', { end: 4, type: 'decimal(10,1)', usage: 'binary', signed: true }],
    ['S9(18) COMP-5', { end: 8, type: 'decimal(19,0)', usage: 'binary', signed: true }],
    ['9(18) COMP-5', { end: 8, type: 'decimal(20,0)', usage: 'binary', signed: false }],
  ];
  test.each(cases)('%s', (clauses, expected) => {
    expect(fieldsOf(`05 A PIC ${clauses}.`)).toEqual([{ name: 'a', start: 1, ...expected }]);
  });

  test('COMP-1 and COMP-2', () => {
    expect(fieldsOf('05 A COMP-1. 05 B COMP-2.')).toEqual([
      { name: 'a', start: 1, end: 4, type: 'double', usage: 'float', floatFormat: 'ibm' },
      { name: 'b', start: 5, end: 12, type: 'double', usage: 'float', floatFormat: 'ibm' },
    ]);
  });

  test('a layout can describe every field that a copybook can make', () => {
    for (const [clauses] of cases) {
      const text = expand(layout({ copybook: 'c.cpy' }), `05 A PIC ${clauses}.`);
      expect(firstDataset(readLayout(text, 'l.json')).fields).toHaveLength(1);
    }
  });
});

describe('a copybook in place of fields', () => {
  const COPYBOOK = `01 R.
    05 ID PIC 9(4).
    05 START-DATE PIC 9(8).
    05 TEXT-1 PIC X(8).
    05 FILLER PIC X(2).`;

  test('a layout of plain fields stays the same, byte for byte', () => {
    const text = '{ "name":"x",\n "fields": [] }';
    expect(expandCopybooks(text, 'l.json', new Map())).toBe(text);
    expect(copybookNames(text, 'l.json')).toEqual([]);
  });

  test('the record has the length of the copybook if the layout gives no length', () => {
    expect(readLayout(expand(layout({ copybook: 'c.cpy' }), COPYBOOK), 'l').record.lengthBytes).toBe(22);
    const longer = layout({ copybook: 'c.cpy', record: { format: 'fixed', length: 30 } });
    expect(readLayout(expand(longer, COPYBOOK), 'l').record.lengthBytes).toBe(30);
  });

  test('entries of fields override by name, and more can be added', () => {
    const fields = fieldsOf(COPYBOOK, {
      fields: [
        { name: 'start_date', type: 'date', format: 'yyyyMMdd' },
        { name: 'text_1', trim: 'both', required: true },
        { name: 'prefix', start: 1, end: 2, type: 'string' },
      ],
    });
    expect(fields).toEqual([
      { name: 'id', start: 1, end: 4, type: 'integer' },
      { name: 'start_date', start: 5, end: 12, type: 'date', format: 'yyyyMMdd' },
      { name: 'text_1', start: 13, end: 20, type: 'string', trim: 'both', required: true },
      { name: 'prefix', start: 1, end: 2, type: 'string' },
    ]);
  });

  test('another type drops the keys of the old one', () => {
    const fields = fieldsOf('05 A PIC S9(6)V99. 05 B PIC S9(8) COMP-3.', {
      fields: [
        { name: 'a', type: 'string' },
        { name: 'b', type: 'date', format: 'yyyyMMdd' },
      ],
    });
    expect(fields).toEqual([
      { name: 'a', start: 1, end: 8, type: 'string' },
      { name: 'b', start: 9, end: 13, type: 'date', usage: 'packed', format: 'yyyyMMdd' },
    ]);
  });

  test('header and trailer may have copybooks of their own', () => {
    const records = `01 HEAD-R. 05 TYP PIC X. 05 DAY-OF PIC 9(8). 01 BODY. 05 TYP PIC X. 05 N PIC 9(8).`;
    const text = layout({
      copybook: { file: 'c.cpy', record: 'BODY' },
      header: {
        match: { start: 1, end: 1, equals: '0' },
        copybook: { file: 'c.cpy', record: 'HEAD-R' },
        fields: [{ name: 'day_of', type: 'date', format: 'yyyyMMdd' }],
      },
      businessDate: { header: 'day_of' },
    });
    const read = readLayout(expand(text, records), 'l');
    expect(firstDataset(read).fields.map(({ name }) => name)).toEqual(['typ', 'n']);
    expect(read.header!.fields.map(({ name }) => name)).toEqual(['typ', 'day_of']);
  });

  test('FILLER, tables and redefinitions become what the layout chooses', () => {
    const names = (options: Json, copybook: string) =>
      fieldsOf(copybook, { copybook: { file: 'c.cpy', ...options } }).map(({ name }: Json) => name);
    expect(names({ filler: true }, COPYBOOK)).toEqual(['id', 'start_date', 'text_1', 'filler_1']);
    expect(names({ occurs: 'columns' }, '05 A PIC X OCCURS 2.')).toEqual(['a_1', 'a_2']);
    expect(names({}, '05 A PIC X OCCURS 2.')).toEqual(['a']);
    const shared = '05 A PIC XX. 05 B REDEFINES A PIC 99. 05 C REDEFINES A PIC S99.';
    expect(names({ redefines: 'first' }, shared)).toEqual(['a']);
    expect(names({ redefines: 'all' }, shared)).toEqual(['a', 'b', 'c']);
    expect(names({ redefines: ['c'] }, shared)).toEqual(['c']);
    expect(names({ redefines: ['A', 'C'] }, shared)).toEqual(['a', 'c']);
  });
});

describe('tables and alternatives', () => {
  const TABLES = `
      05 KIND PIC X.
      05 N PIC 9.
      05 PERSON. 10 CPF PIC 9(5). 10 BORN PIC 99.
      05 COMPANY REDEFINES PERSON. 10 CNPJ PIC X(6). 10 FILLER PIC X.
      05 MONTHLY OCCURS 2. 10 AMOUNT PIC 9(3). 10 PART PIC 9 OCCURS 2.
      05 CODE PIC X(2) OCCURS 0 TO 3 DEPENDING ON N.`;
  const rules = { PERSON: { field: 'KIND', equals: 'P' }, company: { field: 'kind', equals: ['C', 'D'] } };

  test('tables become lists, and tables within them numbered columns of their elements', () => {
    const fields = fieldsOf(TABLES, { copybook: { file: 'c.cpy', redefines: rules } });
    expect(fields.slice(2)).toEqual([
      { name: 'cpf', start: 3, end: 7, type: 'integer', when: { field: 'kind', equals: 'P' } },
      { name: 'born', start: 8, end: 9, type: 'integer', when: { field: 'kind', equals: 'P' } },
      { name: 'cnpj', start: 3, end: 8, type: 'string', when: { field: 'kind', equals: ['C', 'D'] } },
      {
        name: 'monthly',
        start: 10,
        end: 14,
        occurs: { count: 2 },
        fields: [
          { name: 'amount', start: 10, end: 12, type: 'integer' },
          { name: 'part_1', start: 13, end: 13, type: 'integer' },
          { name: 'part_2', start: 14, end: 14, type: 'integer' },
        ],
      },
      {
        name: 'code',
        start: 20,
        end: 21,
        type: 'string',
        occurs: { count: 3, dependingOn: 'n', least: 0 },
      },
    ]);
  });

  test('each record type may have a record of a copybook', () => {
    const text = expand(
      JSON.stringify({
        name: 'mixed',
        encoding: 'us-ascii',
        record: { format: 'fixed' },
        recordTypes: ['ONE', 'TWO'].map((record, index) => ({
          name: record.toLowerCase(),
          match: { start: 1, end: 1, equals: String(index + 1) },
          copybook: { file: 'c.cpy', record },
        })),
      }),
      '01 ONE. 05 K PIC X. 05 A PIC X(4). 01 TWO. 05 K PIC X. 05 B PIC 9(7).',
    );
    const read = readLayout(text, 'l.json');
    expect(read.record.lengthBytes).toBe(8);
    expect(datasetsOf(read).map(({ name, fields }) => [name, fields.map((field) => field.name)])).toEqual([
      ['one', ['k', 'a']],
      ['two', ['k', 'b']],
    ]);
  });
});

describe('copybooks whose use needs a decision are refused', () => {
  const cases: [string, unknown, string, string[]][] = [
    [
      'a choice for an item that is not a table',
      { file: 'c.cpy', occurs: { B: 'list' } },
      '05 A PIC X OCCURS 3.',
      ["'B'", 'A'],
    ],
    [
      'fields after a table that depends',
      'c.cpy',
      '05 N PIC 9. 05 A PIC X OCCURS 1 TO 3 DEPENDING ON N. 05 TAIL PIC X.',
      ['TAIL (line 1)', 'follows an OCCURS', '"dependingOn": "fixed"'],
    ],
    [
      'a rule within a rule',
      { file: 'c.cpy', redefines: { B: { field: 'K', equals: '1' }, D: { field: 'K', equals: '2' } } },
      '05 K PIC X. 05 A PIC XX. 05 B REDEFINES A. 10 C PIC X. 10 D REDEFINES C PIC 9. 10 E PIC X.',
      ['D (line 1)', 'within an item that has one'],
    ],
    [
      'a rule on no field',
      { file: 'c.cpy', redefines: { B: { field: 'KIND', equals: '1' } } },
      '05 K PIC X. 05 A PIC XX. 05 B REDEFINES A PIC 99.',
      ["'KIND'", 'not a field here'],
    ],
    [
      'redefinitions',
      'c.cpy',
      '05 A PIC X. 05 B REDEFINES A PIC 9.',
      ["needs 'redefines'", 'B (line 1)', '"first"'],
    ],
    [
      'a choice that is not a redefinition',
      { file: 'c.cpy', redefines: ['D'] },
      '05 A PIC X. 05 B REDEFINES A PIC 9.',
      ["names 'D'", 'valid: A, B'],
    ],
    ['several records', 'c.cpy', '01 A PIC X. 01 B PIC X.', ['2 records: A, B']],
    ['no such record', { file: 'c.cpy', record: 'C' }, '01 AA PIC X. 01 BC PIC X.', ["no record 'C'", 'BC']],
    ['an unknown option', { file: 'c.cpy', recrd: 'C' }, '05 A PIC X.', ["'copybook.recrd'", "is 'record'"]],
    ['a list of rows', { file: 'c.cpy', occurs: 'rows' }, '05 A PIC X.', ["'copybook.occurs'"]],
    ['a broken copybook', 'c.cpy', '05 A PIC Q.', ['c.cpy, line 1, column 10', "'Q'"]],
  ];
  test.each(cases)('%s', (_, copybook, text, fragments) => {
    const message = failure(() => readLayout(expand(layout({ copybook }), text), 'l.json'));
    for (const fragment of fragments) expect(message).toContain(fragment);
  });

  test('an override of an unknown field', () => {
    const message = failure(() => fieldsOf('05 AB PIC X.', { fields: [{ name: 'abc' }, {}, null] }));
    for (const fragment of ["'abc'", "is 'ab'", "'fields[1]' needs", "'fields[2]' needs"])
      expect(message).toContain(fragment);
  });

  test('a number in place of a file name', () => {
    expect(failure(() => copybookNames(layout({ copybook: 5 }), 'l.json'))).toContain("'copybook'");
  });
});

test('any copybook, fields and records give a layout or a typed error', () => {
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.record({ file: fc.constant('c.cpy'), redefines: fc.constantFrom('first', 'all', ['B'], ['X'], 5) }),
    fc.constant('c.cpy'),
  );
  const entries = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.array(
      fc.record({ name: fc.constantFrom('a', 'b', 'constructor', '__proto__'), type: fc.jsonValue() }),
    ),
  );
  const shape = fc.record({ copybook: value, fields: entries, record: fc.jsonValue(), header: value });
  fc.assert(
    fc.property(shape, (json) => {
      const text = JSON.stringify({ name: 'x', encoding: 'us-ascii', ...json });
      try {
        const copybook = { file: 'c.cpy', text: '05 A PIC X. 05 B REDEFINES A PIC 9.' };
        const copybooks = new Map(copybookNames(text, 'l').map((name) => [name, copybook]));
        readLayout(expandCopybooks(text, 'l', copybooks), 'l');
      } catch (error) {
        if (!(error instanceof LayoutInvalid)) throw error;
      }
    }),
    { numRuns: 1000 },
  );
});

test('the plan of a run holds the fields, so that it no longer depends on the copybook', async () => {
  await using lake = await TestLake.make();
  lake.copybooks.set('c.cpy', '01 R. 05 ID PIC 9(4). 05 AMOUNT PIC 9(4)V99.');
  await lake.putRaw('f_20250812.txt', new TextEncoder().encode('0001000150\n0002000250\n'));
  const text = layout({ copybook: 'c.cpy', record: { format: 'lines' } });
  const request = { layout: text, sourceKey: 'f_20250812.txt' };
  const { planKey } = planned(await splitFile(lake.ports, 'e', request));
  const plan = await readJson(lake.ports.lake, planKey, filePlanShape);
  expect(JSON.parse(plan.layout.text)).not.toHaveProperty('copybook');
  expect(readLayout(plan.layout.text, 'f').fingerprint).toBe(plan.layout.fingerprint);
  await lake.convert({ layout: text, sourceKey: 'f_20250812.txt', force: true });
  const rows = await lake.publishedRows('sample', 'id, amount::VARCHAR AS amount');
  expect(rows.map(({ id, amount }) => [Number(id), amount])).toEqual([
    [1, '1.50'],
    [2, '2.50'],
  ]);
});

describe('DTAR020, a real extract', () => {
  const data = new URL('../../../shared/data/dtar020/', import.meta.url);
  const copybook = readFileSync(new URL('../golden/copybook-dtar020/copybook.cpy', import.meta.url), 'utf8');

  test.skipIf(!existsSync(data))('its 379 records are where the copybook says', () => {
    const text = expand(layout({ encoding: 'cp037', copybook: 'c.cpy' }), copybook);
    const declared = readLayout(text, 'l.json');
    const { record } = declared;
    const { fields } = firstDataset(declared);
    const bytes = readFileSync(new URL('DTAR020.bin', data));
    const [, ...lines] = readFileSync(new URL('DTAR020.csv', data), 'utf8').trim().split(/\r?\n/);
    expect(bytes.length).toBe(lines.length * record.lengthBytes);
    for (const [index, line] of lines.entries()) {
      const start = index * record.lengthBytes;
      const row = fields.map(({ startByte, endByte, type }) => {
        const value = bytes.subarray(start + startByte, start + endByte);
        // Written for this test alone: digits are F0 to F9, packed ones the hexadecimal text but its sign.
        if (type.kind === 'string') return [...value].map((byte) => String(byte & 0x0f)).join('');
        const hex = value.toString('hex');
        const scale = type.kind === 'decimal' ? type.scale : 0;
        return ((hex.endsWith('d') ? -1 : 1) * Number(hex.slice(0, -1))) / 10 ** scale;
      });
      expect(row.map(Number)).toEqual(line.split('\t').map(Number));
    }
  });
});
