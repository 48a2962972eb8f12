import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Lake } from '../../local/lake/lake.ts';
import { openLake } from '../../local/lake/lake-sql.ts';
import { runQueryFile } from '../../local/lake/query-file.ts';
import { decimalText } from '../../shared/decimal.ts';
import type { CatalogPartition } from '../../shared/ports/catalog.ts';

const QUERIES = fileURLToPath(new URL('../../docs/queries/', import.meta.url));

interface Contract {
  night: string;
  id: string;
  product: string | null;
  cents: bigint | null;
  end: string | null;
  status: string;
}

/** The same contracts night after night, over a month's and a year's end; night 2025-08-01 was not published. */
const CONTRACTS: Contract[] = [
  night('2024-08-30', [['A', 'CDC', 100n, '2024-09-01']]),
  night('2024-09-30', [['A', 'CDC', 111n, '2024-10-01']]),
  night('2025-07-30', [
    ['A', 'CDC', 10_000n, '2025-07-30'],
    ['B', 'CREDITO PESSOAL', 250_010n, '2025-08-29'],
  ]),
  night('2025-07-31', [
    ['A', 'CDC', 9_999n, '2025-07-31'],
    ['B', 'CREDITO PESSOAL', 250_000n, '2025-08-29'],
    ['C', null, 999_999_999_999_999n, '2025-08-30'],
  ]),
  night('2025-08-02', [
    ['B', 'CREDITO PESSOAL', 240_000n, '2025-08-29'],
    ['C', null, 999_999_999_999_999n, '2025-08-31'],
    ['D', 'CREDITO PESSOAL', 1n, '2025-09-01'],
    ['E', 'CDC', 2n, '2025-09-02'],
    ['F', 'CDC', 300_000n, '2025-08-02'],
    ['G', 'CDC', 1_000_000n, '2025-08-01'],
    ['H', 'ÚNICO', null, null],
  ]),
  night('2025-08-20', [['Z', 'CDC', 5n, '2025-08-21']]),
].flat();

function night(date: string, rows: [string, string | null, bigint | null, string | null][]): Contract[] {
  return rows.map(([id, product, cents, end], index) => ({
    night: date,
    id,
    product,
    cents,
    end,
    status: index % 2 === 0 ? 'ATIVO' : 'ATRASO',
  }));
}

let lakeDir: string;
let lake: Lake;

beforeAll(async () => {
  lakeDir = await mkdtemp(join(tmpdir(), 'analyst-queries-'));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const partitions: CatalogPartition[] = [];
  const groups = Map.groupBy(CONTRACTS, (contract) => JSON.stringify([contract.night, contract.product]));
  for (const contracts of groups.values()) {
    const { night: date, product } = contracts[0]!;
    const key = `contracts/${partitions.length}/contratos-00000.snappy.parquet`;
    await mkdir(dirname(join(lakeDir, 'processed', key)), { recursive: true });
    const values = contracts.map(
      ({ id, cents, end, status }) =>
        `('${id}', '111.222.333-44', 'MARIA', ${cents === null ? 'NULL' : money(cents)}, ${end === null ? 'NULL' : `'${end}'`}, '${status}')`,
    );
    await connection.run(
      `COPY (SELECT id AS id_contrato, cpf AS cpf_cnpj, cpf AS cpf_cnpj_clean, nome AS nome_cliente,
        CAST(valor AS DECIMAL(15,2)) AS valor_contrato, DATE '2020-01-01' AS data_inicio, CAST(fim AS DATE) AS data_fim, status
        FROM (VALUES ${values.join(', ')}) AS t(id, cpf, nome, valor, fim, status))
        TO '${join(lakeDir, 'processed', key)}' (FORMAT parquet)`,
    );
    partitions.push({
      values: { year: date.slice(0, 4), month: date.slice(5, 7), day: date.slice(8), tipo_produto: product },
      location: `${dirname(key)}/`,
      files: [key],
    });
  }
  connection.closeSync();
  instance.closeSync();
  const column = (name: string, type = 'string') => ({ name, type });
  await mkdir(join(lakeDir, 'catalog'));
  await writeFile(
    join(lakeDir, 'catalog/contracts.json'),
    JSON.stringify({
      dataset: 'contracts',
      columns: [
        column('id_contrato'),
        column('cpf_cnpj'),
        column('cpf_cnpj_clean'),
        column('nome_cliente'),
        column('valor_contrato', 'decimal(15,2)'),
        column('data_inicio', 'date'),
        column('data_fim', 'date'),
        column('status'),
      ],
      partitionKeys: [column('year'), column('month'), column('day'), column('tipo_produto')],
      days: Object.fromEntries(CONTRACTS.map((contract) => [contract.night, 1])),
      partitions,
    }),
  );
  lake = await openLake({ lakeDir });
});

afterAll(async () => {
  lake.close();
  await rm(lakeDir, { recursive: true, force: true });
});

/** 2025-08-02 is published, 2025-08-01 and 2025-08-10 are not, 2024-01-01 is before everything. */
const BUSINESS_DATES = ['2025-08-02', '2025-08-01', '2025-08-10', '2025-07-31', '2025-07-30', '2024-01-01'];

describe.each(BUSINESS_DATES)('at %s', (businessDate) => {
  const upToDate = CONTRACTS.filter((contract) => contract.night <= businessDate);
  const latest = upToDate
    .map((contract) => contract.night)
    .sort()
    .at(-1);
  const ofLatest = upToDate.filter((contract) => contract.night === latest);
  const firstMonth = monthsBefore(businessDate, 11);
  const ending = (contracts: Contract[]) =>
    contracts.filter(
      ({ end }) =>
        end !== null && daysBetween(businessDate, end) >= 0 && daysBetween(businessDate, end) <= 30,
    );

  const answer = async (file: string) => (await runQueryFile(lake, join(QUERIES, file), businessDate)).rows;

  test('contracts by product', async () => {
    const night = CONTRACTS.filter((contract) => contract.night === businessDate);
    expect(await answer('contracts-by-product.sql')).toEqual(byProduct(night));
    expect(await answer('contracts-by-product-snapshot.sql')).toEqual(
      byProduct(ofLatest).map((row) => [latest, ...row]),
    );
  });

  test('monthly trend', async () => {
    const year = upToDate.filter((contract) => contract.night.slice(0, 7) >= firstMonth);
    expect(await answer('monthly-trend.sql')).toEqual(
      byMonth(year).map(([month, contracts]) => [
        month.slice(0, 4),
        month.slice(5),
        BigInt(contracts.length),
        total(contracts),
      ]),
    );
    expect(await answer('monthly-trend-snapshot.sql')).toEqual(
      byMonth(year).map(([month, contracts]) => {
        const lastNight = contracts
          .map((contract) => contract.night)
          .sort()
          .at(-1)!;
        const last = contracts.filter((contract) => contract.night === lastNight);
        return [month.slice(0, 4), month.slice(5), lastNight.slice(8), BigInt(last.length), total(last)];
      }),
    );
  });

  test('ending soon', async () => {
    const withEnds = (contracts: Contract[]) =>
      byProduct(contracts).map(([product, ...rest]) => {
        const ends = contracts
          .filter((contract) => contract.product === product)
          .map(({ end }) => end!)
          .sort();
        return [product, ...rest, ends[0], ends.at(-1)];
      });
    expect(await answer('ending-soon.sql')).toEqual(withEnds(ending(upToDate)));
    expect(await answer('ending-soon-snapshot.sql')).toEqual(withEnds(ending(ofLatest)));
  });

  test('the list of those ending soon', async () => {
    const list = (contracts: Contract[]) =>
      contracts
        .map(({ id, product, cents, end, status }) => [
          id,
          product,
          end,
          BigInt(daysBetween(businessDate, end!)),
          money(cents!),
          status,
        ])
        .sort((a, b) => (`${a[2]}${a[0]}` < `${b[2]}${b[0]}` ? -1 : 1));
    const sorted = (rows: unknown[][]) => rows.map((row) => row.join('|')).sort();
    const plain = await answer('ending-soon-list.sql');
    expect(sorted(plain)).toEqual(sorted(list(ending(upToDate))));
    expect(await answer('ending-soon-list-snapshot.sql')).toEqual(list(ending(ofLatest)));
  });
});

test('the days at both edges of the next 30 count, and the ones beyond do not', async () => {
  const { rows } = await runQueryFile(lake, join(QUERIES, 'ending-soon-list-snapshot.sql'), '2025-08-02');
  expect(rows.map((row) => [row[0], row[3]])).toEqual([
    ['F', 0n],
    ['B', 27n],
    ['C', 29n],
    ['D', 30n],
  ]);
});

test('every query begins by saying what it answers, and shows no CPF, CNPJ or name', async () => {
  const files = (await readdir(QUERIES)).filter((file) => file.endsWith('.sql'));
  expect(files).toHaveLength(8);
  for (const file of files) {
    const sql = await readFile(join(QUERIES, file), 'utf8');
    expect(sql).toMatch(/^-- .*\?/);
    expect(sql).toMatch(/^-- Form: /m);
    expect(sql.replace(/^--.*$/gm, '')).not.toMatch(/cpf|cnpj|nome_cliente|\*(?!\))/);
    const { columns } = await runQueryFile(lake, join(QUERIES, file), '2025-08-02');
    expect(
      columns.filter(({ name }) => name === 'total_value').every(({ type }) => type === 'DECIMAL(38,2)'),
    ).toBe(true);
  }
});

/** [product, count, total] by total, the largest first, unknown totals and products last. */
function byProduct(contracts: Contract[]): unknown[][] {
  return [...Map.groupBy(contracts, ({ product }) => product)]
    .map(([product, group]) => ({ product, count: BigInt(group.length), cents: sumOfCents(group) }))
    .sort((a, b) => Number((b.cents ?? -1n) - (a.cents ?? -1n)))
    .map(({ product, count, cents }) => [product, count, cents === null ? null : money(cents)]);
}

function byMonth(contracts: Contract[]): [string, Contract[]][] {
  return [...Map.groupBy(contracts, (contract) => contract.night.slice(0, 7))].sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
}

function total(contracts: Contract[]): string | null {
  const cents = sumOfCents(contracts);
  return cents === null ? null : money(cents);
}

function sumOfCents(contracts: Contract[]): bigint | null {
  const known = contracts.flatMap(({ cents }) => (cents === null ? [] : [cents]));
  return known.length === 0 ? null : known.reduce((sum, cents) => sum + cents, 0n);
}

/** 123456n → 1234.56 */
function money(cents: bigint): string {
  return decimalText({ unscaled: cents, scale: 2 });
}

function daysBetween(from: string, to: string): number {
  return (Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000;
}

/** yyyy-MM */
function monthsBefore(date: string, months: number): string {
  const month = new Date(Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)) - 1 - months, 1));
  return month.toISOString().slice(0, 7);
}
