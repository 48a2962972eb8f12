import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { bindBusinessDate, runQueryFile } from '../../local/lake/query-file.ts';
import { RunInconsistent, UsageError } from '../../shared/errors.ts';
import {
  ask,
  giveEachTestAFolder,
  open,
  rootDir,
  TRUTH,
  writeCatalog,
  writeJson,
} from '../support/lake-of-test.ts';

giveEachTestAFolder();

describe('tables about the lake', () => {
  const committed = (date: string, commit: number, files: object[], committedAt: string) =>
    writeJson(
      join(
        rootDir,
        'ledger/contracts',
        `year=${date.slice(0, 4)}/month=${date.slice(5, 7)}/day=${date.slice(8)}`,
        '_day',
        `${commit}.json`,
      ),
      { dataset: 'contracts', businessDate: date, commit, committedAt, files, tables: [] },
    );
  const entry = {
    dataset: 'contracts',
    sourceId: 'a-1',
    sourceKey: 'in/a.txt',
    version: 'v1',
    updatedAt: '2025-08-13T03:00:01.250Z',
  };

  beforeEach(async () => {
    await writeCatalog(rootDir, {
      dataset: 'contracts',
      columns: TRUTH,
      days: { '2025-08-11': 10, '2025-08-12': 1 },
    });
    await writeCatalog(rootDir, {
      dataset: 'contracts_rejects',
      columns: TRUTH,
      days: { '2025-08-11': 10, '2025-08-12': 1 },
    });
  });

  test('days of a layout with several record types have its name, and the commit that all of its tables show', async () => {
    for (const [dataset, days] of [
      ['movements', { '2025-08-11': 2, '2025-08-12': 1 }],
      ['totals', { '2025-08-11': 1 }],
      ['ledgers_rejects', { '2025-08-11': 2 }],
    ] as const) {
      await writeCatalog(rootDir, { dataset, columns: TRUTH, days });
    }
    const tables = ['movements', 'totals', 'ledgers_rejects'].map((dataset) => ({ dataset }));
    for (const [day, commit] of [
      ['11', 1],
      ['11', 2],
      ['12', 1],
    ] as const) {
      const at = join(rootDir, `ledger/ledgers/year=2025/month=08/day=${day}`);
      const files = [{ rows: commit, rejectedRows: 0 }];
      const document = { dataset: 'ledgers', businessDate: `2025-08-${day}`, commit, files, tables };
      await writeJson(join(at, '_day', `${commit}.json`), document);
    }
    await writeJson(join(rootDir, 'ledger/ledgers/year=2025/month=08/day=11/a-1.json'), {
      ...entry,
      dataset: 'ledgers',
    });
    const lake = await open(rootDir);
    expect(lake.tables.filter((name) => name.endsWith('_days'))).toEqual(['contracts_days', 'ledgers_days']);
    const { rows } = await lake.query('SELECT business_date, commit, rows FROM ledgers_days');
    expect(rows).toEqual([
      ['2025-08-11', 1n, 1n],
      ['2025-08-12', 1n, 1n],
    ]);
  });

  test('days: the commit of each published day that the catalog shows', async () => {
    await committed('2025-08-11', 9, [{ rows: 1, rejectedRows: 1 }], '2025-08-12T03:00:00.000Z');
    await committed(
      '2025-08-11',
      10,
      [
        { rows: 5, rejectedRows: 2 },
        { rows: 6, rejectedRows: 0 },
      ],
      '2025-08-12T06:00:00.000Z',
    );
    await committed(
      '2025-08-12',
      1,
      [{ rows: 3_000_000_000, rejectedRows: 0 }],
      '2025-08-13T00:30:00.000-03:00',
    );
    // Written, but the catalog does not show them: the second generation of a day, and a first.
    await committed('2025-08-12', 2, [], '2025-08-13T09:00:00.000Z');
    await committed('2025-08-13', 1, [], '2025-08-14T03:00:00.000Z');
    const lake = await open(rootDir);
    expect(lake.tables).toEqual(['contracts', 'contracts_days', 'contracts_rejects', 'ledger']);
    const { columns, rows } = await lake.query('SELECT * FROM contracts_days ORDER BY business_date');
    expect(columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'business_date DATE',
      'commit BIGINT',
      'published_at TIMESTAMP',
      'files BIGINT',
      'rows BIGINT',
      'rejected_rows BIGINT',
    ]);
    expect(rows).toEqual([
      ['2025-08-11', 10n, '2025-08-12 06:00:00', 2n, 11n, 2n],
      ['2025-08-12', 1n, '2025-08-13 03:30:00', 1n, 3_000_000_000n, 0n],
    ]);
  });

  test('ledger: one row for each source file of any dataset, with why it was refused or failed', async () => {
    const folder = join(rootDir, 'ledger/contracts/year=2025/month=08/day=12');
    await writeJson(join(folder, 'a-1.json'), {
      ...entry,
      businessDate: '2025-08-12',
      state: 'loaded',
      runId: 'run1',
      inputBytes: 107_374_182_400,
      records: { read: 12, header: 1, detail: 10, trailer: 1, rejected: 2 },
      rows: 8,
      more: { keys: ['of', 'a', 'newer', 'writer'] },
    });
    await writeJson(join(folder, 'b-2.json'), {
      ...entry,
      sourceId: 'b-2',
      businessDate: '2025-08-12',
      state: 'refused',
      runId: null,
      inputBytes: 0,
      refusal: { code: 'empty', message: 'the file is empty' },
    });
    await writeJson(join(rootDir, 'ledger/other/undated/c-3.json'), {
      ...entry,
      dataset: 'other',
      sourceId: 'c-3',
      businessDate: null,
      state: 'failed',
      runId: 'run3',
      inputBytes: 5,
      failure: { name: 'SourceChanged', message: 'replaced' },
    });
    // Neither a document that is no entry nor one that is being written is a source file.
    await writeJson(join(folder, 'note.json'), { kind: 'something else' });
    await writeFile(join(folder, '.d-4.json'), '{');
    await committed('2025-08-12', 1, [], '2025-08-13T03:00:00.000Z');

    const lake = await open(rootDir);
    const { columns } = await lake.query('SELECT * FROM ledger');
    expect(columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'dataset VARCHAR',
      'source_id VARCHAR',
      'source_key VARCHAR',
      'business_date DATE',
      'version VARCHAR',
      'state VARCHAR',
      'run_id VARCHAR',
      'input_bytes BIGINT',
      'records_read BIGINT',
      'records_header BIGINT',
      'records_detail BIGINT',
      'records_trailer BIGINT',
      'records_rejected BIGINT',
      'records_short BIGINT',
      'rows BIGINT',
      'nulled_values BIGINT',
      'nulled_fields VARCHAR',
      'reason VARCHAR',
      'updated_at TIMESTAMP',
    ]);
    const rows = await ask(lake, 'SELECT * FROM ledger ORDER BY source_id');
    expect(rows.map(({ source_id }) => source_id)).toEqual(['a-1', 'b-2', 'c-3']);
    expect(rows[0]).toEqual({
      dataset: 'contracts',
      source_id: 'a-1',
      source_key: 'in/a.txt',
      business_date: '2025-08-12',
      version: 'v1',
      state: 'loaded',
      run_id: 'run1',
      input_bytes: 107_374_182_400n,
      records_read: 12n,
      records_header: 1n,
      records_detail: 10n,
      records_trailer: 1n,
      records_rejected: 2n,
      records_short: 0n,
      rows: 8n,
      nulled_values: null,
      nulled_fields: null,
      reason: null,
      updated_at: '2025-08-13 03:00:01.25',
    });
    expect(rows[1]).toMatchObject({
      state: 'refused',
      reason: 'empty: the file is empty',
      run_id: null,
      rows: null,
    });
    expect(rows[2]).toMatchObject({
      dataset: 'other',
      business_date: null,
      reason: 'SourceChanged: replaced',
    });
  });

  test('a ledger document that is not JSON is an error that names it', async () => {
    await mkdir(join(rootDir, 'ledger/contracts/undated'), { recursive: true });
    await writeFile(join(rootDir, 'ledger/contracts/undated/a-1.json'), '{');
    const lake = await open(rootDir);
    expect(lake.damage.of('SELECT * FROM contracts')).toEqual([]);
    await lake.query('SELECT * FROM ledger');
    expect(lake.damage.of('SELECT * FROM ledger')[0]).toBeInstanceOf(RunInconsistent);
    expect(lake.damage.of('SELECT * FROM ledger')[0]?.message).toMatch(/a-1\.json: this object is damaged/);
  });

  test('the business date is by default the last day published of the datasets that the SQL names', async () => {
    await writeCatalog(rootDir, { dataset: 'other', columns: TRUTH, days: { '2026-01-01': 1 } });
    const lake = await open(rootDir);
    const bound = (sql: string, date?: string) => bindBusinessDate(lake, sql, date);
    expect(bound("SELECT '${business_date}' FROM Contracts")).toBe("SELECT '2025-08-12' FROM Contracts");
    expect(bound("SELECT '${business_date}' FROM other")).toBe("SELECT '2026-01-01' FROM other");
    expect(bound("SELECT '${business_date}'")).toBe("SELECT '2026-01-01'");
    expect(bound("SELECT '${business_date}' FROM other", '2024-02-29')).toBe(
      "SELECT '2024-02-29' FROM other",
    );
    expect(() => bound('SELECT 1', "2025-01-01' OR 1=1")).toThrow(UsageError);
    expect(() => bound('SELECT 1', '2025-02-29')).toThrow(UsageError);
    expect(() => bound("SELECT '${date}'")).toThrow(/unknown placeholder \$\{date\}/);
    await expect(runQueryFile(lake, join(rootDir, 'none.sql'))).rejects.toThrow(UsageError);
  });
});
