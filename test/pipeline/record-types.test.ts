import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readJson } from '../../shared/pipeline/store/json-object.ts';
import { ledgerEntryShape } from '../../shared/run/ledger-entry.ts';
import { expectSameRows } from '../support/first-difference.ts';
import { TestLake } from '../support/run-pipeline.ts';
import { samples } from '../support/samples.ts';

/**
 * A file of customers (C), their accounts (A) with up to three owners, and the movements (M) of those; remarks (R) are discarded.
 *
 *     H20250812                 C0001Ana                  A 0001 00012345 2 ANA JOSE       M00000150
 */
const LENGTH = 30;

function layout(changes: Record<string, unknown> = {}): string {
  return JSON.stringify({
    name: 'extract',
    encoding: 'iso-8859-1',
    record: { format: 'lines', length: LENGTH, short: 'pad' },
    header: {
      match: { start: 1, end: 1, equals: 'H' },
      fields: [
        { name: 'day', start: 2, end: 9, type: 'date', format: 'yyyyMMdd' },
        { name: 'branch', start: 10, end: 13, type: 'string' },
      ],
    },
    trailer: {
      match: { start: 1, end: 1, equals: 'T' },
      fields: [
        { name: 'customers', start: 2, end: 9, type: 'integer' },
        { name: 'movements', start: 10, end: 17, type: 'integer' },
        { name: 'amount', start: 18, end: 30, type: 'integer' },
      ],
    },
    recordTypes: [
      {
        name: 'customer',
        match: { start: 1, end: 1, equals: 'C' },
        fields: [
          { name: 'id', start: 2, end: 5, type: 'string', required: true },
          { name: 'name', start: 6, end: 15, type: 'string' },
          { name: 'branch', fromHeader: 'branch' },
          { name: 'reference', fromHeader: 'day' },
        ],
        partitionBy: ['branch'],
      },
      {
        name: 'account',
        match: { start: 1, end: 1, equals: 'A' },
        parent: 'customer',
        fields: [
          { name: 'customer_id', fromParent: 'id' },
          { name: 'number', start: 2, end: 5, type: 'string' },
          { name: 'balance', start: 6, end: 13, type: 'decimal(8,2)', point: 'implied' },
          { name: 'owners', start: 14, end: 14, type: 'integer' },
          { name: 'owner', start: 15, end: 18, type: 'string', occurs: { count: 3, dependingOn: 'owners' } },
          {
            name: 'limits',
            start: 27,
            end: 28,
            occurs: { count: 2, as: 'rows', dataset: 'account_limit', keys: ['customer_id', 'number'] },
            fields: [
              { name: 'kind', start: 27, end: 27, type: 'string' },
              { name: 'level', start: 28, end: 28, type: 'integer' },
            ],
          },
        ],
      },
      {
        name: 'movement',
        match: { start: 1, end: 1, equals: ['M', 'N'] },
        parent: 'account',
        fields: [
          { name: 'customer_id', fromParent: 'customer_id' },
          { name: 'account', fromParent: 'number' },
          { name: 'amount', start: 2, end: 9, type: 'integer' },
          { name: 'code', start: 10, end: 13, type: 'string', when: { start: 1, end: 1, equals: 'M' } },
          { name: 'count', start: 10, end: 13, type: 'integer', when: { start: 1, end: 1, equals: 'N' } },
        ],
        partitionBy: ['customer_id'],
      },
      { name: 'remark', match: { start: 1, end: 1, equals: 'R' }, discard: true },
    ],
    controlTotals: [
      { trailer: 'customers', equals: 'count(customer)' },
      { trailer: 'movements', equals: 'count(movement)' },
      { trailer: 'amount', equals: 'sum(amount)' },
    ],
    businessDate: { header: 'day' },
    rejects: { maxPercent: 100 },
    ...changes,
  });
}

interface Movement {
  amount: number;
  code: string | number;
}
interface Account {
  number: string;
  balance: number;
  owners: string[];
  limits: [string, number][];
  movements: Movement[];
}
interface Customer {
  id: string;
  name: string;
  remarks: number;
  accounts: Account[];
}

const name = fc.constantFrom('ANA', 'JOÃO', 'ÉDI', '');
const movement: fc.Arbitrary<Movement> = fc.record({
  amount: fc.nat(99_999_999),
  code: fc.oneof(fc.constantFrom('PIX', 'TED', ''), fc.nat(9999)),
});
const account: fc.Arbitrary<Account> = fc.record({
  number: fc.stringMatching(/^[0-9]{4}$/),
  balance: fc.nat(99_999_999),
  owners: fc.array(name, { maxLength: 3 }),
  limits: fc.tuple(
    fc.tuple(fc.constantFrom('a', 'b'), fc.nat(9)),
    fc.tuple(fc.constantFrom('c', 'd'), fc.nat(9)),
  ),
  movements: fc.array(movement, { maxLength: 4 }),
});
const customer: fc.Arbitrary<Customer> = fc.record({
  id: fc.stringMatching(/^[0-9]{4}$/),
  name,
  remarks: fc.nat(2),
  accounts: fc.array(account, { maxLength: 3 }),
});

function linesOf(customers: Customer[]): string[] {
  const lines: string[] = [];
  for (const { id, name: called, remarks, accounts } of customers) {
    lines.push(`C${id}${called.padEnd(10)}`);
    for (let remark = 0; remark < remarks; remark++) lines.push('R whatever');
    for (const { number, balance, owners, limits, movements } of accounts) {
      const names = owners
        .map((owner) => owner.padEnd(4))
        .join('')
        .padEnd(12);
      const levels = limits.map(([kind, level]) => `${kind}${level}`).join('');
      lines.push(`A${number}${String(balance).padStart(8, '0')}${owners.length}${names}${levels}`);
      for (const { amount, code } of movements) {
        const kind = typeof code === 'number' ? 'N' : 'M';
        const shown = typeof code === 'number' ? String(code).padStart(4, '0') : code;
        lines.push(`${kind}${String(amount).padStart(8, '0')}${shown}`);
      }
    }
  }
  return lines;
}

function fileOf(customers: Customer[]): string {
  const movements = customers.flatMap(({ accounts }) => accounts.flatMap((each) => each.movements));
  const amount = movements.reduce((sum, each) => sum + each.amount, 0);
  const trailer = `T${String(customers.length).padStart(8, '0')}${String(movements.length).padStart(8, '0')}${String(amount).padStart(13, '0')}`;
  return `${['H202508120017', ...linesOf(customers), trailer].join('\n')}\n`;
}

const word = (length: number) => Buffer.from([length >> 8, length & 0xff, 0, 0]);

/** The lines of a file as records that say their lengths, in blocks of three or not. */
function asChain(text: string, format: string): Uint8Array {
  const records = text
    .trimEnd()
    .split('\n')
    .map((line) => Buffer.concat([word(line.length + 4), Buffer.from(line, 'latin1')]));
  if (format === 'rdw') return Buffer.concat(records);
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < records.length; at += 3) {
    const block = Buffer.concat(records.slice(at, at + 3));
    blocks.push(word(block.length + 4), block);
  }
  return Buffer.concat(blocks);
}

const SELECTS = {
  customer: 'id, name, reference::VARCHAR AS reference',
  account: 'customer_id, number, balance::VARCHAR AS balance, owners, owner',
  account_limit: 'customer_id, number, occurrence, kind, level',
  movement: 'account, amount, code, "count"',
};

const DATASETS = ['customer', 'account', 'account_limit', 'movement'] as const;

/** The rows that DuckDB should show, worked out from the sample rather than from bytes. */
function expected(customers: Customer[]): Record<keyof typeof SELECTS, unknown[]> {
  const orNull = (value: string) => (value === '' ? null : value);
  const accounts = customers.flatMap(({ id, accounts: own }) =>
    own.map((each) => ({ customer_id: id, each })),
  );
  return {
    customer: customers.map(({ id, name: called }) => ({
      id,
      name: orNull(called),
      reference: '2025-08-12',
      branch: '0017',
    })),
    account: accounts.map(({ customer_id, each }) => ({
      customer_id,
      number: each.number,
      balance: (each.balance / 100).toFixed(2),
      owners: String(each.owners.length),
      owner: each.owners.map(orNull),
    })),
    account_limit: accounts.flatMap(({ customer_id, each }) =>
      each.limits.map(([kind, level], index) => ({
        customer_id,
        number: each.number,
        occurrence: String(index + 1),
        kind,
        level: String(level),
      })),
    ),
    movement: accounts.flatMap(({ customer_id, each }) =>
      each.movements.map(({ amount, code }) => ({
        account: each.number,
        amount: String(amount),
        code: typeof code === 'string' ? orNull(code) : null,
        count: typeof code === 'number' ? String(code) : null,
        customer_id,
      })),
    ),
  };
}

const sorted = (rows: unknown[]) => rows.map((row) => JSON.stringify(row)).sort();

describe('record types of one file', () => {
  test('each becomes its own dataset, with keys of its parents and of the header, at every range size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(customer, { minLength: 1, maxLength: 12 }),
        fc.constantFrom(1, 30, 31, 64, 137, 500, 100_000),
        fc.constantFrom('lines', 'rdw', 'bdw'),
        async (customers, rangeSizeBytes, format) => {
          const sourceKey = 'f.txt';
          await using lake = await TestLake.make();
          const text = fileOf(customers);
          await lake.putRaw(
            sourceKey,
            format === 'lines' ? Buffer.from(text, 'latin1') : asChain(text, format),
          );
          const json = layout({ record: { format, length: LENGTH, short: 'pad' } });
          const result = await lake.convert({ layout: json, sourceKey, rangeSizeBytes });
          expect(result.status, lake.notifications.join()).toBe('loaded');
          const rows = expected(customers);
          for (const dataset of DATASETS) {
            const found = await lake.publishedRows(dataset, SELECTS[dataset]);
            expectSameRows(sorted(found), sorted(rows[dataset]), dataset);
          }
          const entry = await readJson(lake.ports.lake, result.ledgerKey, ledgerEntryShape);
          const remarks = customers.reduce((sum, each) => sum + each.remarks, 0);
          expect(entry.records).toMatchObject({ rejected: 0, discarded: { remark: remarks } });
        },
      ),
      { numRuns: samples(40) },
    );
  });

  test('parents and lists hold across the ends of batches', async () => {
    await using lake = await TestLake.make();
    const [seed] = fc.sample(customer, { numRuns: 1, seed: 7 });
    const customers = Array.from({ length: 30_000 }, (_, index) => ({
      ...seed!,
      id: String(index % 10_000).padStart(4, '0'),
      accounts: [
        {
          number: String((index * 7) % 10_000).padStart(4, '0'),
          balance: index,
          owners: ['ANA', 'JOÃO', 'ÉDI'].slice(0, index % 4),
          limits: [
            ['a', 1],
            ['b', 2],
          ] as [string, number][],
          movements: Array.from({ length: index % 3 }, (__, each) => ({ amount: index + each, code: 'PIX' })),
        },
      ],
    }));
    await lake.putRaw('large.txt', Buffer.from(fileOf(customers), 'latin1'));
    // One partition, so that the customer is not a folder.
    const text = layout().replace('"partitionBy":["customer_id"]', '"partitionBy":[]');
    const result = await lake.convert({ layout: text, sourceKey: 'large.txt', rangeSizeBytes: 700_000 });
    expect(result.status, lake.notifications.join()).toBe('loaded');
    const rows = expected(customers);
    for (const dataset of ['account', 'account_limit'] as const) {
      expectSameRows(sorted(await lake.publishedRows(dataset, SELECTS[dataset])), sorted(rows[dataset]));
    }
    const movements = await lake.publishedRows('movement', `customer_id, ${SELECTS.movement}`);
    const key = (row: unknown) => JSON.stringify(Object.entries(row as object).sort());
    expectSameRows(movements.map(key).sort(), rows.movement.map(key).sort());
  });

  test('a record without a type or a parent is a reject, and nothing is lost', async () => {
    await using lake = await TestLake.make();
    const lines = [
      'H202508120017',
      'M00000007PIX',
      'C0001ANA',
      'A0001000001001ANA                  a1b2'.slice(0, 30),
      'X what is this',
      'A00020000010x0',
      'M00000009PIX',
      'A0003000001004',
      'R remark',
      'A00040000010 0',
      'C    nobody',
      'A0005000001000',
    ];
    const trailer = `T${'2'.padStart(8, '0')}${'2'.padStart(8, '0')}${'16'.padStart(13, '0')}`;
    await lake.putRaw('bad.txt', Buffer.from(`${[...lines, trailer].join('\n')}\n`, 'latin1'));
    const result = await lake.convert({ layout: layout(), sourceKey: 'bad.txt', rangeSizeBytes: 64 });
    expect(result.status, lake.notifications.join()).toBe('loaded');
    const rejects = await lake.publishedRows('extract_rejects', 'byte_offset, reason, field');
    const offset = (line: number) => String(lines.slice(0, line).join('\n').length + 1);
    expect(sorted(rejects)).toEqual(
      sorted([
        { byte_offset: offset(1), reason: 'parent-missing', field: null },
        { byte_offset: offset(4), reason: 'unknown-record-type', field: null },
        { byte_offset: offset(5), reason: 'invalid-number', field: 'balance' },
        { byte_offset: offset(7), reason: 'occurs-out-of-range', field: 'owners' },
        { byte_offset: offset(9), reason: 'invalid-number', field: 'balance' },
        { byte_offset: offset(10), reason: 'required-blank', field: 'id' },
        { byte_offset: offset(11), reason: 'required-blank', field: 'customer_id' },
      ]),
    );
    const entry = await readJson(lake.ports.lake, result.ledgerKey, ledgerEntryShape);
    expect(entry.records).toMatchObject({ read: 13, header: 1, detail: 11, trailer: 1, rejected: 7 });
  });

  test('a count of one type that does not agree refuses the file', async () => {
    await using lake = await TestLake.make();
    const [one] = fc.sample(customer, { numRuns: 1, seed: 3 });
    const text = fileOf([one!]).replace(/T0000000./, 'T00000005');
    await lake.putRaw('wrong.txt', Buffer.from(text, 'latin1'));
    const result = await lake.convert({ layout: layout(), sourceKey: 'wrong.txt' });
    expect(result.status).toBe('refused');
    expect(lake.notifications[0]).toContain('trailer.customers says 5, but the file has 1 of customer');
  });

  test('a child is rejected if its parent cannot be decoded or belongs to another group', async () => {
    await using lake = await TestLake.make();
    const lines = [
      'H202508120017',
      'C0001ANA',
      'A00010000010000'.padEnd(LENGTH),
      'M00000001PIX',
      `A0002${'0'.repeat(40)}`,
      'M00000002PIX',
      'A00030000010000'.padEnd(LENGTH),
      'C0002JOSE',
      'M00000004PIX',
      `T${'2'.padStart(8, '0')}${'3'.padStart(8, '0')}${'7'.padStart(13, '0')}`,
    ];
    await lake.putRaw('groups.txt', Buffer.from(`${lines.join('\n')}\n`, 'latin1'));
    const result = await lake.convert({ layout: layout(), sourceKey: 'groups.txt' });
    expect(result.status, lake.notifications.join()).toBe('loaded');
    expect(await lake.publishedRows('movement', 'account, amount')).toEqual([
      { account: '0001', amount: '1', customer_id: '0001' },
    ]);
    const rejects = await lake.publishedRows('extract_rejects', 'reason');
    expect(rejects.map(({ reason }) => reason)).toEqual([
      'record-too-long',
      'parent-missing',
      'parent-missing',
    ]);
  });

  test('a field after the end of a short record is not read from the next record', async () => {
    await using lake = await TestLake.make();
    const text = 'a\nXX discarded\nKEEP\n';
    const json = JSON.stringify({
      name: 'short',
      encoding: 'us-ascii',
      record: { format: 'lines', length: 12 },
      recordTypes: [
        { name: 'noise', match: { start: 3, end: 3, equals: 'X' }, discard: true },
        {
          name: 'kept',
          match: { start: 1, end: 2, equals: 'XX' },
          fields: [{ name: 'a', start: 1, end: 12, type: 'string' }],
        },
      ],
      rejects: { maxPercent: 100 },
    });
    await lake.putRaw('short_20250812.txt', Buffer.from(text));
    const result = await lake.convert({ layout: json, sourceKey: 'short_20250812.txt' });
    expect(result.status, lake.notifications.join()).toBe('loaded');
    const { records } = await readJson(lake.ports.lake, result.ledgerKey, ledgerEntryShape);
    expect(records).toMatchObject({ detail: 3, rejected: 2, discarded: { noise: 0 } });
  });
});
