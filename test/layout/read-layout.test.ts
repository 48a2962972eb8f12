import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { LayoutInvalid } from '../../shared/errors.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import { parseDateFormat } from '../../shared/layout/date-format.ts';
import { hiveType, parseFieldType } from '../../shared/layout/field-type.ts';
import { firstDataset } from '../../shared/layout/layout.ts';
import { summedFields } from '../../shared/layout/summed-fields.ts';

type Json = Record<string, unknown>;

/** A small layout that has every part; each case changes one place of a copy. */
function sample() {
  return {
    name: 'sample',
    description: 'prose',
    encoding: 'us-ascii',
    record: { format: 'lines', length: 40, short: 'pad' } as Json,
    files: ['*.txt'],
    partitionBy: ['kind'],
    fields: [
      { name: 'kind', start: 1, end: 2, type: 'string' } as Json,
      {
        name: 'amount',
        start: 3,
        end: 17,
        type: 'decimal(15,2)',
        point: 'implied',
        sign: 'trailing',
      } as Json,
      { name: 'opened', start: 18, end: 25, type: 'date', format: 'yyyyMMdd' } as Json,
      { name: 'active', start: 26, end: 26, type: 'boolean', trueValues: ['S'] } as Json,
    ],
    detail: { match: { start: 1, end: 2, equals: '01' } as Json } as Json,
    header: {
      match: { start: 1, end: 2, equals: '00' } as Json,
      fields: [{ name: 'day', start: 3, end: 10, type: 'date', format: 'yyyyMMdd' } as Json],
    },
    trailer: {
      match: { start: 1, end: 2, equals: '99' } as Json,
      fields: [{ name: 'total', start: 3, end: 20, type: 'decimal(18,2)', point: 'implied' } as Json],
    },
    controlTotals: [{ trailer: 'total', equals: 'sum(amount)' } as Json],
    businessDate: { header: 'day' } as Json,
    rejects: { maxPercent: 1 } as Json,
  };
}

type Sample = ReturnType<typeof sample>;

function changed(change: (layout: Sample & Json) => void): string {
  const layout = sample() as Sample & Json;
  change(layout);
  return JSON.stringify(layout);
}

function failure(text: string): LayoutInvalid {
  try {
    readLayout(text, 'layouts/sample.json');
  } catch (error) {
    expect(error).toBeInstanceOf(LayoutInvalid);
    return error as LayoutInvalid;
  }
  throw new Error('the layout was accepted');
}

describe('layouts that are read', () => {
  const folder = new URL('../../layouts/', import.meta.url);
  test.each(readdirSync(folder).filter((name) => name.endsWith('.json')))('layouts/%s', (name) => {
    const layout = readLayout(readFileSync(new URL(name, folder), 'utf8'), name);
    expect(firstDataset(layout).fields.length).toBeGreaterThan(0);
    expect(firstDataset(layout).columns.length + firstDataset(layout).partitionBy.length).toBe(
      firstDataset(layout).fields.length,
    );
    expect(layout.fingerprint).toMatch(/^[0-9a-f]{16}$/);
    for (const { startByte, endByte } of firstDataset(layout).fields) {
      expect(startByte).toBeLessThan(endByte);
      expect(endByte).toBeLessThanOrEqual(layout.record.lengthBytes);
    }
  });

  test('positions become half-open, and missing keys get their defaults', () => {
    const layout = readLayout(
      changed(() => {}),
      'sample.json',
    );
    expect(firstDataset(layout).fields.map(({ startByte, endByte }) => [startByte, endByte])).toEqual([
      [0, 2],
      [2, 17],
      [17, 25],
      [25, 26],
    ]);
    expect(firstDataset(layout).columns.map(({ name }) => name)).toEqual(['amount', 'opened', 'active']);
    expect(firstDataset(layout).partitionBy.map(({ name }) => name)).toEqual(['kind']);
    expect(firstDataset(layout).fields.map(({ onInvalid }) => onInvalid)).toEqual([
      'reject',
      'reject',
      'null',
      'null',
    ]);
    expect(firstDataset(layout).fields[1]).toMatchObject({
      sign: 'trailing',
      point: 'implied',
      required: false,
    });
    expect(firstDataset(layout).fields[0]).toMatchObject({ trim: 'trailing', keep: 'all', sign: 'none' });
    expect(firstDataset(layout).fields[3]).toMatchObject({ trueValues: ['S'], falseValues: ['N', 'F', '0'] });
    expect(layout.recordTypes[0]!.match).toMatchObject([
      { startByte: 0, endByte: 2, anyOf: [Uint8Array.of(0x30, 0x31)] },
    ]);
    expect(layout.maxPartitions).toBe(200);
    expect(layout.businessDate).toEqual({
      headerField: 'day',
      onMismatch: 'warn',
      mostDaysAgo: 1826,
      mostDaysAhead: 31,
    });
    expect(layout.controlTotals).toEqual([
      {
        name: 'trailer.total',
        record: 'trailer',
        field: 'total',
        equals: { kind: 'sum', field: 'amount', recordType: layout.name, scale: 2 },
      },
    ]);
    const [field] = firstDataset(layout).fields.slice(1);
    const summed = [{ field, kind: 'sum', where: undefined, key: 'sum(sample.amount)' }];
    expect(summedFields(layout, layout.recordTypes[0]!)).toEqual(summed);
  });
});

describe('layouts that are refused', () => {
  const cases: [string, (layout: Sample & Json) => void, string[]][] = [
    ['unknown key at the top', (l) => (l.fieldz = []), ["Unknown key 'fieldz'", "is 'fields'"]],
    ['unknown key of record', (l) => (l.record.lenght = 1), ["Unknown key 'record.lenght'", "is 'length'"]],
    [
      'unknown key of a field',
      (l) => (l.fields[2]!.strat = 1),
      ["Unknown key 'fields[2].strat'", "is 'start'"],
    ],
    [
      'unknown key of a header field',
      (l) => (l.header.fields[0]!.typ = 1),
      ["Unknown key 'header.fields[0].typ'", "is 'type'"],
    ],
    [
      'unknown key of a match',
      (l) => (l.trailer.match.equal = 1),
      ["Unknown key 'trailer.match.equal'", "is 'equals'"],
    ],
    ['unknown key of detail', (l) => (l.detail.matches = 1), ["Unknown key 'detail.matches'", "is 'match'"]],
    [
      'unknown key of a control total',
      (l) => (l.controlTotals[0]!.trailler = 1),
      ["Unknown key 'controlTotals[0].trailler'", "is 'trailer'"],
    ],
    [
      'unknown key of businessDate',
      (l) => (l.businessDate.onMissmatch = 1),
      ["Unknown key 'businessDate.onMissmatch'", "is 'onMismatch'"],
    ],
    [
      'unknown key of rejects',
      (l) => (l.rejects.maxPercnt = 1),
      ["Unknown key 'rejects.maxPercnt'", "is 'maxPercent'"],
    ],
    ['a missing key', (l) => delete l.fields[0]!.end, ["'fields[0].end' is missing"]],
    ['text for a number', (l) => (l.fields[0]!.start = '1'), ['\'fields[0].start\' is "1"']],
    ['position 0', (l) => (l.fields[0]!.start = 0), ["'fields[0].start' is 0"]],
    ['a fraction for a position', (l) => (l.fields[0]!.end = 2.5), ["'fields[0].end' is 2.5"]],
    ['an object for a list', (l) => ((l as Json).fields = {}), ["'fields' is {}"]],
    ['no fields', (l) => (l.fields = []), ["'fields' is []"]],
    [
      'a name that is no column',
      (l) => (l.fields[0]!.name = 'Kind Of'),
      ["'fields[0].name' is", 'snake case'],
    ],
    [
      'a position beyond the record',
      (l) => (l.fields[3]!.end = 41),
      ['fields[3] (active)', '41', '40 bytes'],
    ],
    ['end before start', (l) => (l.fields[2]!.end = 17), ['fields[2] (opened)', '17', 'before its start 18']],
    [
      'unknown key of one of several places',
      (l) => Object.assign(l.trailer, { match: [l.trailer.match, { start: 1, end: 1, equal: 'X' }] }),
      ["Unknown key 'trailer.match[1].equal'", "is 'equals'"],
    ],
    [
      'a place without its end',
      (l) => Object.assign(l.header, { match: [{ start: 1, equals: 'X' }] }),
      ["'header.match[0].end' is missing"],
    ],
    ['no place at all', (l) => Object.assign(l.header, { match: [] }), ["'header.match'"]],
    ['a match beyond the record', (l) => (l.header.match.end = 50), ["'header.match' ends at 50"]],
    ['a match of another length', (l) => (l.header.match.end = 3), ["'header.match.equals' is '00' for 3"]],
    ['a match the encoding cannot hold', (l) => (l.header.match.equals = 'é'), ['us-ascii cannot hold']],
    [
      'a partition column that is no field',
      (l) => (l.partitionBy = ['kinds']),
      ["'partitionBy[0]' is 'kinds'", "is 'kind'"],
    ],
    ['a partition column twice', (l) => (l.partitionBy = ['kind', 'kind']), ["'partitionBy[1]'", 'second']],
    ['only partition columns', (l) => (l.partitionBy = l.fields.map((f) => f.name as string)), ['no column']],
    ['two fields of the same name', (l) => (l.fields[3]!.name = 'kind'), ["two fields named 'kind'"]],
    ['a field with the name of a date partition', (l) => (l.fields[3]!.name = 'month'), ["Field 'month'"]],
    [
      'packed decimals',
      (l) => (l.fields[1]!.usage = 'packed'),
      ["fields[1]' ('amount')", "'packed'", 'display'],
    ],
    ['an unknown usage', (l) => (l.fields[1]!.usage = 'dsplay'), ['fields[1].usage', "is 'display'"]],
    ['an unknown record format', (l) => (l.record.format = 'line'), ["'record.format'", "is 'lines'"]],
    ['an unsupported encoding', (l) => (l.encoding = 'utf9'), ["'encoding' is 'utf9'", "is 'utf-8'"]],
    ['an unknown type', (l) => (l.fields[0]!.type = 'strng'), ["fields[0]' ('kind')", "is 'string'"]],
    ['a decimal with too many digits', (l) => (l.fields[1]!.type = 'decimal(39,2)'), ["'decimal(39,2)'"]],
    ['a scale above the precision', (l) => (l.fields[1]!.type = 'decimal(2,3)'), ["'decimal(2,3)'"]],
    [
      'a decimal without point',
      (l) => delete l.fields[1]!.point,
      ["fields[1]' ('amount')", "'point'", 'factor of 100'],
    ],
    ['an overpunched explicit point', (l) => (l.fields[1]!.point = 'explicit'), ['amount', 'overpunched']],
    ['a date without a format', (l) => delete l.fields[2]!.format, ["('opened')", "'format'"]],
    [
      'a format of another length',
      (l) => (l.fields[2]!.format = 'yyyy-MM-dd'),
      ["('opened')", '8 bytes', '10'],
    ],
    [
      'a format without a day',
      (l) => (l.fields[2]!.format = 'yyyyMM'),
      ["('opened')", 'needs yyyy (or yy), MM and dd'],
    ],
    ['trim of a number', (l) => (l.fields[1]!.trim = 'both'), ["('amount')", "'trim'", 'string fields only']],
    ['sign of a text', (l) => (l.fields[0]!.sign = 'leading'), ["('kind')", "'sign'", 'integer and decimal']],
    ['a total of an unknown field', (l) => (l.controlTotals[0]!.trailer = 'totl'), ["'totl'", "is 'total'"]],
    [
      'a sum of an unknown field',
      (l) => (l.controlTotals[0]!.equals = 'sum(amout)'),
      ["'amout'", "is 'amount'"],
    ],
    ['a sum of dates', (l) => (l.controlTotals[0]!.equals = 'sum(opened)'), ["'opened' of type date"]],
    ['an unknown figure', (l) => (l.controlTotals[0]!.equals = 'count(al)'), ["one is 'all'"]],
    [
      'a total of two records',
      (l) => (l.controlTotals[0]!.header = 'day'),
      ['controlTotals[0]', "one of 'header', 'trailer' and 'controlFile'"],
    ],
    [
      'a total with the earlier name of its key too',
      (l) => Object.assign(l.controlTotals[0]!, { dayManifest: 'n', dayControlFile: 'n' }),
      ['controlTotals[0]', "its earlier name: keep 'dayManifest'"],
    ],
    [
      'a day with the earlier name of its key too',
      (l) => Object.assign(l, { day: { manifest: 'day.ctl', controlFile: 'day.ctl' } }),
      ["its earlier name: keep 'manifest'"],
    ],
    ['a total without a trailer', (l) => delete (l as Json).trailer, ['controlTotals[0]', 'describes none']],
    ['a business date that is not a field', (l) => (l.businessDate.header = 'dya'), ["'dya'", "is 'day'"]],
    ['more than 100 % of rejects', (l) => (l.rejects.maxPercent = 101), ["'rejects.maxPercent' is 101"]],
  ];
  test.each(cases)('%s', (_, change, fragments) => {
    const { message, where, next, retryable } = failure(changed(change));
    expect(where).toBe('layouts/sample.json');
    for (const fragment of ['layouts/sample.json', ...fragments]) expect(message).toContain(fragment);
    expect([retryable, typeof next]).toEqual([false, 'string']);
  });

  test('include broken JSON, and JSON that is not an object', () => {
    const broken = failure('{ "name": x }');
    expect(broken.message).toMatch(/^layouts\/sample\.json:\d+:\d+: the layout file is not valid JSON/);
    expect(broken.cause).toBeInstanceOf(Error);
    for (const text of ['[]', 'null', '"x"']) expect(failure(text).message).toContain("'the layout'");
  });

  test('have all their problems reported at once, up to eight', () => {
    const two = failure(changed((l) => Object.assign(l, { encoding: 'x', partitionBy: ['y'] })));
    expect(two.message).toContain('2 problems');
    const many = Array.from({ length: 12 }, (_, index) => `p${index}`);
    expect(failure(changed((l) => (l.partitionBy = many))).message).toContain('and 4 more');
  });
});

describe('the fingerprint', () => {
  const of = (change: (layout: Sample & Json) => void) => readLayout(changed(change), 'f').fingerprint;
  const original = of(() => {});

  test('does not change with files, description or the order of keys', () => {
    expect(of((l) => (l.files = ['other']))).toBe(original);
    expect(of((l) => (l.description = 'other'))).toBe(original);
    const reversed = Object.fromEntries(Object.entries(sample()).reverse());
    expect(readLayout(JSON.stringify(reversed), 'f').fingerprint).toBe(original);
  });

  test('changes with positions, types, names and the order of fields', () => {
    const others = [
      of((l) => (l.fields[3]!.start = l.fields[3]!.end = 27)),
      of((l) => (l.fields[1]!.type = 'decimal(15,3)')),
      of((l) => (l.fields[3]!.name = 'activ')),
      of((l) => l.fields.reverse()),
      of((l) => (l.record.length = 41)),
      of((l) => (l.encoding = 'utf-8')),
    ];
    expect(new Set([original, ...others]).size).toBe(others.length + 1);
  });
});

test('field types are parsed and have Hive names', () => {
  expect(parseFieldType('decimal( 15 , 2 )')).toEqual({ kind: 'decimal', precision: 15, scale: 2 });
  const wrong = ['decimal(0,0)', 'decimal(39,0)', 'decimal(2,3)', 'decimal', 'int', 'String', ''];
  expect(wrong.filter((text) => parseFieldType(text) !== undefined)).toEqual([]);
  expect(hiveType({ kind: 'integer' })).toBe('bigint');
  expect(hiveType({ kind: 'decimal', precision: 38, scale: 4 })).toBe('decimal(38,4)');
  expect(hiveType({ kind: 'timestamp' })).toBe('timestamp');
});

test('date formats are parsed, or say what is wrong', () => {
  expect(parseDateFormat('dd/MM/yyyy', 'date')).toMatchObject({
    dayAt: 0,
    monthAt: 3,
    yearAt: 6,
    literals: [
      { at: 2, byte: 0x2f },
      { at: 5, byte: 0x2f },
    ],
  });
  expect(parseDateFormat("yyyy-MM-dd'T'HH", 'timestamp')).toMatchObject({ hourAt: 13 });
  const wrong = ['yyMMdd', 'yyyyMMddHH', 'yyyyMMddyyyy', 'yyyyMMddX', 'yyyyMM', 'yyyyMMdd\n'];
  expect(wrong.filter((pattern) => typeof parseDateFormat(pattern, 'date') !== 'string')).toEqual([]);
  expect(typeof parseDateFormat('yyyyMMdd', 'timestamp')).toBe('string');
  expect(typeof parseDateFormat('yyyyMMddHHSSSSSSS', 'timestamp')).toBe('string');
});
