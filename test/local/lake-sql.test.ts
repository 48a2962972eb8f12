import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Lake, openLake } from '../../local/lake/lake-sql.ts';
import { bindBusinessDate, runQueryFile } from '../../local/lake/query-file.ts';
import { RunInconsistent, UsageError } from '../../shared/errors.ts';
import { escapePartitionValue } from '../../shared/keys/partition-path.ts';
import type { CatalogColumn, CatalogFile, CatalogPartition } from '../../shared/ports/catalog.ts';
import { printTable } from '../../terminal/print-table.ts';

const DATE_KEYS = ['year', 'month', 'day'].map((name) => ({ name, type: 'string' }));
const PRODUCT_KEY = { name: 'tipo_produto', type: 'string' };

let rootDir: string;
const opened: Lake[] = [];

beforeEach(async () => {
  rootDir = await mkdtemp(join(tmpdir(), 'lake-sql-'));
});

afterEach(async () => {
  for (const lake of opened.splice(0)) lake.close();
  await rm(rootDir, { recursive: true, force: true });
});

async function open(lakeDir: string): Promise<Lake> {
  const lake = await openLake({ lakeDir });
  opened.push(lake);
  return lake;
}

/** The rows of a query as objects, as a reader of the test sees them best. */
async function ask(lake: Lake, sql: string): Promise<Record<string, unknown>[]> {
  const { columns, rows } = await lake.query(sql);
  return rows.map((row) => Object.fromEntries(columns.map(({ name }, index) => [name, row[index]])));
}

async function writeJson(path: string, document: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, JSON.stringify(document));
}

/** Writes Parquet with DuckDB itself, so that nothing of ours is on both sides. */
async function writeParquet(lakeDir: string, selects: { key: string; select: string }[]): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  for (const { key, select } of selects) {
    const path = join(lakeDir, 'processed', key);
    await mkdir(dirname(path), { recursive: true });
    await connection.run(`COPY (${select}) TO '${path.replaceAll("'", "''")}' (FORMAT parquet)`);
  }
  connection.closeSync();
  instance.closeSync();
}

async function writeCatalog(
  lakeDir: string,
  catalog: Partial<CatalogFile> & { dataset: string },
): Promise<void> {
  await writeJson(join(lakeDir, 'catalog', `${catalog.dataset}.json`), {
    columns: [],
    partitionKeys: DATE_KEYS,
    days: {},
    partitions: [],
    ...catalog,
  });
}

/** A night of one file a product, whose only column repeats the product's text. */
async function writeNight(
  lakeDir: string,
  products: (string | null)[],
  day = '12',
): Promise<CatalogPartition[]> {
  const partitions = products.map((product) => {
    const location = `contracts/year=2025/month=08/day=${day}/tipo_produto=${escapePartitionValue(product)}/gen=00001/`;
    return {
      values: { year: '2025', month: '08', day, tipo_produto: product },
      location,
      files: [`${location}contratos_${day}-0a1b2c3d-00000.snappy.parquet`],
    };
  });
  await writeParquet(
    lakeDir,
    partitions.map(({ files, values }) => ({
      key: files[0]!,
      select: `SELECT ${text(values.tipo_produto!)} AS truth`,
    })),
  );
  return partitions;
}

function text(value: string | null): string {
  return value === null ? 'CAST(NULL AS VARCHAR)' : `'${value.replaceAll("'", "''")}'`;
}

const TRUTH: CatalogColumn[] = [{ name: 'truth', type: 'string' }];
const PRODUCTS = [
  'CREDITO PESSOAL',
  'CAPITAL/GIRO',
  'CRÉDITO IMOBILIÁRIO',
  '100% CDI',
  'a=b',
  'A%2FB',
  "D'OESTE",
  '[x]*?{1,2}',
  'back\\slash',
  '007',
  '+ mais',
  null,
];

describe('partition values', () => {
  test.each([
    'lake',
    'lake[1]',
    'a=b/lake',
    'year=1999/tipo_produto=OUTRO/truth=no/lake',
    "o 'lake' é [meu]*?/{x,y}/lake",
  ])('are those of the catalog, in a lake at %s', async (folder) => {
    const lakeDir = join(rootDir, folder);
    // What the path would mean as a glob: `lake[1]` matches this folder, and not itself.
    if (folder === 'lake[1]') await writeNight(join(rootDir, 'lake1'), PRODUCTS);
    const partitions = await writeNight(lakeDir, PRODUCTS);
    await writeCatalog(lakeDir, {
      dataset: 'contracts',
      columns: TRUTH,
      partitionKeys: [...DATE_KEYS, PRODUCT_KEY],
      partitions,
    });
    const lake = await open(lakeDir);
    const rows = await ask(lake, 'SELECT * FROM contracts ORDER BY tipo_produto');
    expect(rows).toEqual(
      [...PRODUCTS]
        .sort((a, b) => (a === null ? 1 : b === null ? -1 : Buffer.compare(Buffer.from(a), Buffer.from(b))))
        .map((product) => ({ truth: product, year: '2025', month: '08', day: '12', tipo_produto: product })),
    );
    for (const product of PRODUCTS)
      expect(
        await ask(
          lake,
          `SELECT truth FROM contracts WHERE tipo_produto IS NOT DISTINCT FROM ${text(product)}`,
        ),
      ).toEqual([{ truth: product }]);
  });

  test('come from the catalog even where the path says otherwise, in the type of the catalog', async () => {
    await writeParquet(rootDir, [
      { key: 'x/day=1/agencia=7/a.parquet', select: 'SELECT 1 AS n' },
      { key: 'x/elsewhere/b.parquet', select: 'SELECT 2 AS n' },
    ]);
    await writeCatalog(rootDir, {
      dataset: 'x',
      columns: [{ name: 'n', type: 'bigint' }],
      partitionKeys: [
        { name: 'day', type: 'string' },
        { name: 'agencia', type: 'bigint' },
      ],
      partitions: [
        {
          values: { day: '01', agencia: '42' },
          location: 'x/day=1/agencia=7/',
          files: ['x/day=1/agencia=7/a.parquet'],
        },
        { values: { day: '02', agencia: null }, location: 'x/elsewhere/', files: ['x/elsewhere/b.parquet'] },
      ],
    });
    const lake = await open(rootDir);
    const { columns, rows } = await lake.query('SELECT * FROM x ORDER BY n');
    expect(columns).toEqual([
      { name: 'n', type: 'BIGINT' },
      { name: 'day', type: 'VARCHAR' },
      { name: 'agencia', type: 'BIGINT' },
    ]);
    expect(rows).toEqual([
      [1n, '01', 42n],
      [2n, '02', null],
    ]);
  });

  test('let a query for one day open the files of that day alone', async () => {
    const products = PRODUCTS.slice(0, 3);
    const nights = [];
    for (const day of ['10', '11', '12', '13']) nights.push(...(await writeNight(rootDir, products, day)));
    await writeCatalog(rootDir, {
      dataset: 'contracts',
      columns: TRUTH,
      partitionKeys: [...DATE_KEYS, PRODUCT_KEY],
      partitions: nights,
    });
    const lake = await open(rootDir);
    const plan = await ask(lake, "EXPLAIN ANALYZE SELECT count(truth) FROM contracts WHERE day = '12'");
    expect(String(plan[0]!.explain_value)).toMatch(/Total Files Read: 3\b/);
  });
});

test('only files of the catalog are read, though others lie beside them', async () => {
  const [partition] = await writeNight(rootDir, ['A']);
  await writeParquet(rootDir, [
    { key: `${partition!.location}left-over-00000.snappy.parquet`, select: "SELECT 'left over' AS truth" },
    {
      key: `${partition!.location.replace('gen=00001', 'gen=00002')}x.parquet`,
      select: "SELECT 'unpublished' AS truth",
    },
  ]);
  await writeCatalog(rootDir, {
    dataset: 'contracts',
    columns: TRUTH,
    partitionKeys: [...DATE_KEYS, PRODUCT_KEY],
    partitions: [partition!],
  });
  expect(await ask(await open(rootDir), 'SELECT truth FROM contracts')).toEqual([{ truth: 'A' }]);
});

describe('columns', () => {
  const columns = [
    { name: 'money', type: 'decimal(15,2)' },
    { name: 'large', type: 'decimal(38,10)' },
    { name: 'n', type: 'bigint' },
    { name: 'on_day', type: 'date' },
    { name: 'at_time', type: 'timestamp' },
    { name: 'name', type: 'string' },
    { name: 'yes', type: 'boolean' },
    { name: 'raw', type: 'binary' },
    { name: 'ratio', type: 'double' },
    { name: 'filename', type: 'string' },
  ];
  const day = (dayOfMonth: string, key: string): CatalogPartition => ({
    values: { year: '2025', month: '08', day: dayOfMonth },
    location: `t/day=${dayOfMonth}/`,
    files: [key],
  });

  beforeEach(async () => {
    await writeParquet(
      rootDir,
      [
        // Another order, narrower types, and `filename` and `ratio` not there yet.
        {
          key: 't/day=11/old.parquet',
          select:
            "SELECT 'São' AS name, 7::INTEGER AS n, 1.5::DECIMAL(9,2) AS money, 2::DECIMAL(38,10) AS large, NULL::DATE AS on_day, " +
            "TIMESTAMPTZ '2025-08-12T03:00:00+00' AS at_time, false AS yes, 'x'::BLOB AS raw",
        },
        {
          key: 't/day=12/new.parquet',
          select:
            '9999999999999.99::DECIMAL(15,2) AS money, 1234567890123456789012345678.0123456789::DECIMAL(38,10) AS large, ' +
            "9007199254740993::BIGINT AS n, DATE '2025-08-12' AS on_day, TIMESTAMP '2025-08-12 03:00:00.5' AS at_time, " +
            "'it''s' AS name, true AS yes, '\\xE9A'::BLOB AS raw, 0.5::DOUBLE AS ratio, 'f' AS filename",
        },
      ].map(({ key, select }) => ({
        key,
        select: select.startsWith('SELECT') ? select : `SELECT ${select}`,
      })),
    );
    await writeCatalog(rootDir, {
      dataset: 't',
      columns,
      partitions: [day('11', 't/day=11/old.parquet'), day('12', 't/day=12/new.parquet')],
    });
    await writeCatalog(rootDir, { dataset: 't_empty', columns });
  });

  const TYPES = [
    'DECIMAL(15,2)',
    'DECIMAL(38,10)',
    'BIGINT',
    'DATE',
    'TIMESTAMP',
    'VARCHAR',
    'BOOLEAN',
    'BLOB',
    'DOUBLE',
    'VARCHAR',
    'VARCHAR',
    'VARCHAR',
    'VARCHAR',
  ];

  test.each([
    't',
    't_empty',
  ])('of %s have the order, names and types of the catalog, then the keys', async (table) => {
    const result = await (await open(rootDir)).query(`SELECT * FROM ${table}`);
    expect(result.columns.map(({ name }) => name)).toEqual([
      ...columns.map(({ name }) => name),
      'year',
      'month',
      'day',
    ]);
    expect(result.columns.map(({ type }) => type)).toEqual(TYPES);
    if (table === 't_empty') expect(result.rows).toEqual([]);
  });

  test('hold exact values, and null where an older file lacks a column', async () => {
    const lake = await open(rootDir);
    expect((await lake.query('SELECT * FROM t ORDER BY day')).rows).toEqual([
      [
        '1.50',
        '2.0000000000',
        7n,
        null,
        '2025-08-12 03:00:00',
        'São',
        false,
        'x',
        null,
        null,
        '2025',
        '08',
        '11',
      ],
      [
        '9999999999999.99',
        '1234567890123456789012345678.0123456789',
        9007199254740993n,
        '2025-08-12',
        '2025-08-12 03:00:00.5',
        "it's",
        true,
        '\\xE9A',
        0.5,
        'f',
        '2025',
        '08',
        '12',
      ],
    ]);
    expect((await lake.query('SELECT sum(money), count(ratio) FROM t')).rows).toEqual([
      ['10000000000001.49', 1n],
    ]);
    expect((await lake.query('SELECT name FROM t WHERE ratio IS NULL')).rows).toEqual([['São']]);
    expect(
      (await lake.query('SELECT name FROM t WHERE n = $1 AND filename = $2', [9007199254740993n, 'f'])).rows,
    ).toEqual([["it's"]]);
  });

  test('of one result that have one name are told apart', async () => {
    const { columns: result } = await (await open(rootDir)).query('SELECT 1 AS a, 2 AS a');
    expect(result.map(({ name }) => name)).toEqual(['a', 'a:1']);
  });
});

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

  test('days: of each published day the commit that the catalog shows', async () => {
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

  test('ledger: a row a source file of any dataset, with why it was refused or failed', async () => {
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
      'rows BIGINT',
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
      rows: 8n,
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

  test('a ledger document that is no JSON is an error that names it', async () => {
    await mkdir(join(rootDir, 'ledger/contracts/undated'), { recursive: true });
    await writeFile(join(rootDir, 'ledger/contracts/undated/a-1.json'), '{');
    await expect(open(rootDir)).rejects.toThrow(RunInconsistent);
    await expect(open(rootDir)).rejects.toThrow(/a-1\.json: this ledger document cannot be read/);
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

describe('errors', () => {
  test('a folder that is no lake, or has nothing published, says what to do', async () => {
    await expect(open(join(rootDir, 'nowhere'))).rejects.toThrow(UsageError);
    await expect(open(rootDir)).rejects.toThrow(/nothing is published here.*npm start.*convert/);
    await writeJson(join(rootDir, 'ledger/contracts/undated/a.json'), { sourceId: 'a', state: 'refused' });
    await expect(open(rootDir)).rejects.toThrow(/by state: 1 refused/);
  });

  test('SQL that does not run is one paragraph with the tables there are', async () => {
    await writeCatalog(rootDir, { dataset: 'contracts', columns: TRUTH });
    const lake = await open(rootDir);
    const error = await lake.query('SELECT nope\nFROM contracts').catch((reason) => reason);
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toMatch(
      /^the SQL does not run\. Binder Error: .*"nope".*contracts, contracts_days, ledger\.$/,
    );
    expect(error.message).not.toContain('\n');
    await expect(lake.query('SELECT 1 FROM contratos')).rejects.toThrow(/Did you mean "contracts"/);
  });

  test('a published file that is gone is not the fault of the SQL', async () => {
    const partitions = await writeNight(rootDir, ['A', 'B']);
    await writeCatalog(rootDir, {
      dataset: 'contracts',
      columns: TRUTH,
      partitionKeys: [...DATE_KEYS, PRODUCT_KEY],
      partitions,
    });
    const lake = await open(rootDir);
    await rm(join(rootDir, 'processed', partitions[1]!.files[0]!));
    await expect(lake.query('SELECT * FROM contracts')).rejects.toThrow(RunInconsistent);
    await expect(open(rootDir)).rejects.toThrow(RunInconsistent);
  });

  test('a catalog that is none, or has a type of no meaning, is named', async () => {
    await writeJson(join(rootDir, 'catalog/x.json'), { dataset: 'x' });
    await expect(open(rootDir)).rejects.toThrow(/x\.json: this catalog file cannot be read/);
    await writeCatalog(rootDir, { dataset: 'x', columns: [{ name: 'a', type: 'varchar(3)' }] });
    await expect(open(rootDir)).rejects.toThrow(/column 'a' has the unknown type 'varchar\(3\)'/);
  });
});

test('a table has numbers to the right, null as nothing, and an end', () => {
  const columns = [
    { name: 'tipo_produto', type: 'VARCHAR' },
    { name: 'value', type: 'DECIMAL(38,2)' },
  ];
  const rows = [
    ['CRE\u0301DITO', '1234.50'],
    ['a\nb', null],
    [null, '-0.10'],
  ];
  expect(printTable({ columns, rows }).split('\n')).toEqual([
    'tipo_produto    value',
    '────────────  ───────',
    'CRE\u0301DITO       1234.50',
    'a\\nb',
    '                -0.10',
    '(3 rows)',
  ]);
  const many = printTable({ columns, rows: Array.from({ length: 1001 }, () => ['x', '1.00']) });
  expect(many.split('\n')).toHaveLength(1003);
  expect(many).toMatch(/\(the first 1000 rows; --json prints all\)$/);
});

describe('the command', () => {
  const script = fileURLToPath(new URL('../../cli/query.ts', import.meta.url));
  const run = (...flags: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...flags], {
      encoding: 'utf8',
      env: { ...process.env, INIT_CWD: rootDir },
    });
    return { status, stdout, stderr };
  };

  beforeEach(async () => {
    await writeCatalog(rootDir, { dataset: 'contracts', columns: TRUTH, days: { '2025-08-12': 1 } });
  });

  test('prints JSON lines that lose nothing, from a lake below where the user stands', () => {
    const sql =
      "SELECT 9007199254740993 AS big, 42::BIGINT AS small, 1.10::DECIMAL(5,2) AS money, DATE '2025-08-12' AS d, NULL AS none " +
      "UNION ALL SELECT 1, 2, 3, '${business_date}', 4 ORDER BY small DESC";
    expect(run('--lake', '.', '--json', sql)).toEqual({
      status: 0,
      stdout:
        '{"big":"9007199254740993","small":42,"money":"1.10","d":"2025-08-12","none":null}\n' +
        '{"big":1,"small":2,"money":"3.00","d":"2025-08-12","none":4}\n',
      stderr: '',
    });
  });

  test('prints a table from a file', async () => {
    await writeFile(
      join(rootDir, 'q.sql'),
      "-- why\nSELECT '${business_date}' AS d, count(*) AS n FROM contracts\n",
    );
    expect(run('--lake', rootDir, '--file', 'q.sql', '--business-date', '2024-02-29').stdout).toBe(
      'd           n\n──────────  ─\n2024-02-29  0\n(1 row)\n',
    );
  });

  test('ends with 2 and one paragraph where the SQL or the flags are wrong', () => {
    for (const flags of [
      ['--lake', '.', 'SELEC 1'],
      ['--lake', '.', '--lak', 'SELECT 1'],
      ['--lake', 'none', 'SELECT 1'],
      ['--lake', '.', '--business-date', '12/08/2025', 'SELECT 1'],
      ['--lake', '.', 'SELECT', '1'],
      ['--lake', '.'],
      ['SELECT 1'],
    ]) {
      const { status, stdout, stderr } = run(...flags);
      expect([flags, status, stdout, stderr.trimEnd().split('\n').length]).toEqual([flags, 2, '', 1]);
    }
  });
});
