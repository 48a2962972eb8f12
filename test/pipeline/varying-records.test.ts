import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRange } from '../../shared/pipeline/parse/parse-range.ts';
import { reconcileFile } from '../../shared/pipeline/reconcile/reconcile-file.ts';
import { splitFile } from '../../shared/pipeline/split/split-file.ts';
import { readJson } from '../../shared/pipeline/store/json-object.ts';
import { filePlanShape } from '../../shared/run/file-plan.ts';
import { ledgerEntryShape } from '../../shared/run/ledger-entry.ts';
import { planned, TestLake } from '../support/run-pipeline.ts';
import { samples } from '../support/samples.ts';

/** A record may end before any field of the layouts below. */
const mayBeAbsent = true;

/** Type 1, key 3, count 2 (binary), amount 3 (packed), a table of numbers that depends on a digit, and a text. */
const layout = (record: object = { format: 'rdw' }, changes: object = {}) =>
  JSON.stringify({
    name: 'short',
    encoding: 'us-ascii',
    record: { length: 24, ...record },
    fields: [
      { name: 'key', start: 1, end: 4, type: 'string', required: true, mayBeAbsent },
      { name: 'count', start: 5, end: 6, type: 'integer', usage: 'binary', signed: false, mayBeAbsent },
      { name: 'amount', start: 7, end: 9, type: 'decimal(5,2)', usage: 'packed', mayBeAbsent },
      { name: 'times', start: 10, end: 10, type: 'integer', mayBeAbsent },
      {
        name: 'numbers',
        start: 11,
        end: 12,
        type: 'integer',
        usage: 'binary',
        signed: true,
        mayBeAbsent,
        occurs: { count: 7, dependingOn: 'times' },
      },
    ],
    rejects: { maxPercent: 100 },
    ...changes,
  });

const rdw = (data: Uint8Array) => Buffer.concat([Buffer.from([0, data.length + 4, 0, 0]), data]);
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const ascii = (text: string) => Buffer.from(text).toString('hex');
const FULL = hex(`${ascii('KEY1')} 0102 12345c ${ascii('2')} 0007 fff9`);

const SELECT = 'key, "count", amount::VARCHAR AS amount, times, numbers';

async function load(lake: TestLake, bytes: Uint8Array, text = layout(), rangeSizeBytes = 1000) {
  await lake.putRaw('short_20250812.dat', bytes);
  const result = await lake.convert({
    layout: text,
    sourceKey: 'short_20250812.dat',
    rangeSizeBytes,
    force: true,
  });
  const { records } = await readJson(lake.ports.lake, result.ledgerKey, ledgerEntryShape);
  return { ...result, records: records! };
}

describe('fields after the end of a record', () => {
  test('are null, and a field that the end cuts rejects the record, at every length', async () => {
    await using lake = await TestLake.make();
    const records = Array.from({ length: FULL.length }, (_, index) => rdw(FULL.subarray(0, index + 1)));
    const result = await load(lake, Buffer.concat(records), layout(), 7);
    expect(result.status, lake.notifications.join()).toBe('loaded');
    const row = (key: string, count: unknown, amount: unknown, times: unknown, numbers: unknown) => ({
      key,
      count,
      amount,
      times,
      numbers,
    });
    expect(await lake.publishedRows('short', SELECT)).toEqual([
      row('K', null, null, null, []),
      row('KE', null, null, null, []),
      row('KEY', null, null, null, []),
      row('KEY1', null, null, null, []),
      row('KEY1', '258', null, null, []),
      row('KEY1', '258', '123.45', null, []),
      row('KEY1', '258', '123.45', '2', [null, null]),
      row('KEY1', '258', '123.45', '2', ['7', null]),
      row('KEY1', '258', '123.45', '2', ['7', '-7']),
    ]);
    const rejects = await lake.publishedRows('short_rejects', 'record_length_bytes, reason, field');
    expect(rejects.map(({ record_length_bytes, field }) => [record_length_bytes, field])).toEqual([
      ['5', 'count'],
      ['7', 'amount'],
      ['8', 'amount'],
      ['11', 'numbers'],
      ['13', 'numbers'],
    ]);
    expect(rejects[0]!.reason).toBe('cut-by-record-end');
  });

  test('too long and empty records are rejects', async () => {
    await using lake = await TestLake.make();
    const bytes = Buffer.concat([rdw(FULL), rdw(new Uint8Array()), rdw(new Uint8Array(25)), rdw(FULL)]);
    const { status, records } = await load(lake, bytes);
    expect([status, records]).toMatchObject(['loaded', { read: 4, detail: 4, rejected: 2 }]);
    expect(await lake.publishedRows('short_rejects', 'byte_offset, reason')).toEqual([
      { byte_offset: '22', reason: 'blank-record' },
      { byte_offset: '26', reason: 'record-too-long' },
    ]);
  });
});

describe('chains that break', () => {
  const whole = Buffer.concat(Array.from({ length: 6 }, () => rdw(FULL)));
  const step = FULL.length + 4;

  test('a file cut off at any byte is refused, unless it ends with a record', async () => {
    await using lake = await TestLake.make();
    for (let length = 1; length < whole.length; length++) {
      const result = await load(lake, whole.subarray(0, length), layout(), 30);
      expect([length, result.status]).toEqual([length, length % step === 0 ? 'loaded' : 'refused']);
    }
    expect(lake.notifications.find((text) => text.includes('record 2, at byte 18'))).toContain('is cut off');
  });

  test.each([
    ['a length of zero', 0, 0],
    ['shorter than its own word', 0, 3],
    ['beyond the end', 0xff, 0xff],
  ])('%s: refused', async (_, high, low) => {
    await using lake = await TestLake.make();
    const bytes = Uint8Array.from(whole);
    bytes.set([high, low], step * 2);
    const { status } = await load(lake, bytes);
    expect([status, lake.notifications[0]]).toEqual([
      'refused',
      expect.stringContaining('record 3, at byte'),
    ]);
  });

  test('if any bytes change, the file is refused or all its records are accounted for', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(whole.length - 1),
        fc.nat(255),
        fc.constantFrom('rdw', 'bdw'),
        fc.constantFrom(1, 40, 1000),
        async (at, byte, format, rangeSizeBytes) => {
          await using lake = await TestLake.make();
          const block = Buffer.concat([Buffer.from([0, whole.length + 4, 0, 0]), whole]);
          const bytes = Uint8Array.from(format === 'rdw' ? whole : block);
          bytes[at] = byte;
          const { status, records } = await load(lake, bytes, layout({ format }), rangeSizeBytes);
          if (status === 'refused') return;
          const rows = await lake.publishedRows('short', 'key');
          expect(rows.length + records.rejected).toBe(records.read);
        },
      ),
      { numRuns: samples(60) },
    );
  });
});

test('records that no range parsed refuse the file', async () => {
  await using lake = await TestLake.make();
  const bytes = Buffer.concat([rdw(FULL), rdw(FULL)]);
  await lake.putRaw('short_20250812.dat', bytes);
  const request = { layout: layout(), sourceKey: 'short_20250812.dat' };
  const { planKey } = planned(await splitFile(lake.ports, 'tampered', request));
  const plan = await readJson(lake.ports.lake, planKey, filePlanShape);
  await lake.ports.lake.put(planKey, Buffer.from(JSON.stringify({ ...plan, chain: { recordCount: 3 } })));
  await parseRange(lake.ports, planKey, { rangeIndex: 0, startByte: 0, endByte: bytes.length });
  const reconciled = await reconcileFile(lake.ports, planKey);
  expect([reconciled.verdict, reconciled.verdict === 'refused' && reconciled.refusal.message]).toEqual([
    'refused',
    expect.stringContaining('counted 3 records and the parsers 2'),
  ]);
});

describe('the rule that says when a field is present follows the field', () => {
  const layoutOf = (rest: object) =>
    JSON.stringify({
      name: 'x',
      encoding: 'us-ascii',
      record: { format: 'rdw', length: 9 },
      rejects: { maxPercent: 100 },
      ...rest,
    });
  const text = (value: string) => rdw(Buffer.from(value));
  const person = {
    name: 'person',
    start: 3,
    end: 4,
    type: 'string',
    when: { start: 2, end: 2, equals: 'P' },
  };

  test('to child rows, and is applied to the parent', async () => {
    await using lake = await TestLake.make();
    const recordTypes = [
      { name: 'a', match: { start: 1, end: 1, equals: 'A' }, fields: [person] },
      {
        name: 'b',
        match: { start: 1, end: 1, equals: 'B' },
        parent: 'a',
        fields: [
          { name: 'person', fromParent: 'person' },
          { name: 'k', start: 2, end: 2, type: 'string' },
        ],
      },
    ];
    await load(lake, Buffer.concat(['APxx', 'BF', 'AFyy', 'BP'].map(text)), layoutOf({ recordTypes }));
    expect(await lake.publishedRows('b', '*')).toEqual([
      { person: 'xx', k: 'F' },
      { person: null, k: 'P' },
    ]);
  });

  test.each(['before', 'after'])('to the keys of child rows, %s it in the layout', async (where) => {
    await using lake = await TestLake.make();
    const table = {
      name: 'l',
      start: 5,
      end: 6,
      type: 'string',
      occurs: { count: 2, as: 'rows', keys: ['person'] },
    };
    const fields = where === 'before' ? [table, person] : [person, table];
    const all = [{ name: 'k', start: 2, end: 2, type: 'string' }, ...fields];
    await load(lake, Buffer.concat(['APxx1122', 'AFyy3344'].map(text)), layoutOf({ fields: all }));
    expect(await lake.publishedRows('x_l', 'person, l')).toEqual([
      { person: 'xx', l: '11' },
      { person: 'xx', l: '22' },
      { person: null, l: '33' },
      { person: null, l: '44' },
    ]);
  });

  test.each([
    ['the table', { when: person.when }, {}],
    ['its counter', {}, { when: person.when }],
    ['both', { when: person.when }, { when: person.when }],
  ])('to how often a table occurs, on %s', async (_, onTable, onCounter) => {
    await using lake = await TestLake.make();
    const fields = [
      { name: 'k', start: 3, end: 4, type: 'string' },
      { name: 'times', start: 5, end: 5, type: 'integer', onInvalid: 'null', ...onCounter },
      {
        name: 'l',
        start: 6,
        end: 7,
        type: 'string',
        occurs: { count: 2, dependingOn: 'times' },
        ...onTable,
      },
    ];
    // In records that the rule does not select, the counter is some other item, digits or not.
    await load(
      lake,
      Buffer.concat(['APaa111', 'AFbb122', 'AFcc933', 'AFddX44'].map(text)),
      layoutOf({ fields }),
    );
    const none = 'when' in onTable ? null : [];
    expect(await lake.publishedRows('x', 'k, l')).toEqual([
      { k: 'aa', l: ['11'] },
      { k: 'bb', l: none },
      { k: 'cc', l: none },
      { k: 'dd', l: none },
    ]);
  });
});

describe('the filling of a short record is never read as a value', () => {
  const binary = { type: 'integer', usage: 'binary', signed: false, mayBeAbsent };
  const layoutOf = (name: string, rest: object) =>
    JSON.stringify({
      name,
      encoding: 'us-ascii',
      record: { format: 'rdw', length: 80 },
      rejects: { maxPercent: 100 },
      ...rest,
    });
  const text = (value: string, hexBytes = '') => rdw(hex(ascii(value) + hexBytes));
  const rejects = (lake: TestLake, name: string) =>
    lake.publishedRows(`${name}_rejects`, 'byte_offset::INTEGER AS at, reason, field');

  test('of a child whose parent ends before the field', async () => {
    await using lake = await TestLake.make();
    const types = [
      {
        name: 'a',
        match: { start: 1, end: 1, equals: 'A' },
        fields: [
          { name: 'k', start: 2, end: 3, type: 'string' },
          { name: 'n', start: 5, end: 8, ...binary },
        ],
      },
      {
        name: 'c',
        match: { start: 1, end: 1, equals: 'C' },
        parent: 'a',
        partitionBy: ['p'],
        fields: [
          { name: 'n', fromParent: 'n' },
          { name: 'p', fromParent: 'n' },
          { name: 'z', start: 2, end: 3, type: 'string' },
        ],
      },
    ];
    const child = (value: string) => text(`C${value}`.padEnd(80));
    const records = [
      text('Akk', '2000000007'.padEnd(154, '20')),
      child('1'),
      text('Akk'),
      child('2'),
      text('Akkkkk'),
      child('3'),
    ];
    // More than a block: the parent that ends early is carried into blocks that have no short record.
    const many = Array.from({ length: 8000 }, () => child('4'));
    await load(
      lake,
      Buffer.concat([...records, text('Akk'), ...many]),
      layoutOf('p', { recordTypes: types }),
      1e9,
    );
    const rows = await lake.publishedRows('c', 'n, z');
    expect(rows.filter(({ z }) => z !== '4')).toEqual([
      { n: '7', z: '1', p: '7' },
      { n: null, z: '2', p: null },
    ]);
    expect(rows.filter(({ z, n, p }) => z === '4' && n === null && p === null)).toHaveLength(8000);
    expect(await rejects(lake, 'p')).toEqual([
      { at: 84 + 84 + 7 + 84 + 4, reason: 'cut-by-record-end', field: 'n' },
      { at: 84 + 84 + 7 + 84 + 10 + 4, reason: 'cut-by-record-end', field: 'p' },
    ]);
  });

  test('of a row whose header ends before the field', async () => {
    await using lake = await TestLake.make();
    const header = {
      match: { start: 1, end: 1, equals: 'H' },
      fields: [{ name: 'n', start: 5, end: 8, ...binary }],
    };
    const fields = [
      { name: 'z', start: 2, end: 3, type: 'string' },
      { name: 'n', fromHeader: 'n' },
    ];
    await load(lake, Buffer.concat([text('Hxx'), text('Czz')]), layoutOf('h', { header, fields }));
    expect(await lake.publishedRows('h', '*')).toEqual([{ z: 'zz', n: null }]);
  });

  test('of a partition column that starts after the end of the record', async () => {
    await using lake = await TestLake.make();
    const fields = [
      { name: 'z', start: 2, end: 3, type: 'string' },
      { name: 'n', start: 5, end: 8, ...binary, nullWhen: [] },
    ];
    // A whole record may hold the very bytes that others are filled up with.
    const records = [text('Caa', '2020202020'), text('Cbb'), text('Ccccc'), text('Cdd', '2000000001')];
    await load(lake, Buffer.concat(records), layoutOf('q', { fields, partitionBy: ['n'] }));
    const rows = await lake.publishedRows('q', '*');
    expect(rows.toSorted((a, b) => String(a.z).localeCompare(String(b.z)))).toEqual([
      { z: 'aa', n: String(0x20202020) },
      { z: 'bb', n: null },
      { z: 'dd', n: '1' },
    ]);
    expect(await rejects(lake, 'q')).toEqual([{ at: 12 + 7 + 4, reason: 'cut-by-record-end', field: 'n' }]);
  });

  test.each(['list', 'rows'])('of the number of occurrences of a table, as %s', async (as) => {
    await using lake = await TestLake.make();
    const occurs = { count: 38, dependingOn: 'times', ...(as === 'rows' && { as, keys: ['z'] }) };
    const fields = [
      { name: 'z', start: 1, end: 2, type: 'string' },
      { name: 'times', start: 3, end: 3, ...binary },
      { name: 'l', start: 4, end: 5, type: 'string', occurs },
    ];
    await load(lake, Buffer.concat([text('aa'), text('bb', '014142')]), layoutOf('o', { fields }));
    const rows = await lake.publishedRows(as === 'rows' ? 'o_l' : 'o', 'z, l');
    expect(rows).toEqual(
      as === 'rows'
        ? [{ z: 'bb', l: 'AB' }]
        : [
            { z: 'aa', l: [] },
            { z: 'bb', l: ['AB'] },
          ],
    );
  });
});
