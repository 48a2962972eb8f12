import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { benchWorkload, OutputsDiffer } from '../../tools/bench/bench-workload.ts';
import { type Arena, CONTESTANTS, contestantsOf } from '../../tools/bench/contestants.ts';
import { digestOf } from '../../tools/bench/output-check.ts';
import { ratiosOf } from '../../tools/bench/ratios.ts';
import { layoutOf } from '../../tools/bench/workload.ts';
import { WORKLOADS } from '../../tools/bench/workloads.ts';
import { runCommand } from '../support/run-command.ts';

let dir: string;
let duckdb: DuckDBConnection;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bench-test-'));
  duckdb = await (await DuckDBInstance.create()).connect();
});
afterAll(async () => {
  duckdb.closeSync();
  await rm(dir, { recursive: true, force: true });
});

const ONLY = ['kernel', 'DuckDB, 1', 'hyparquet'];

test.each(
  WORKLOADS.map(({ name }) => name),
)('%s: kernel, DuckDB and plain writer make the same of it', async (name) => {
  const workload = WORKLOADS.find((one) => one.name === name)!;
  const result = await benchWorkload(workload, join(dir, name), { bytes: 300_000, rounds: 1, only: ONLY });
  expect(result.results.map((one) => one.name)).toEqual(
    CONTESTANTS.filter((contestant) => ONLY.some((part) => contestant.includes(part))),
  );
  expect(result.records).toBeGreaterThan(400);
  for (const { medianMs } of [...result.results, ...result.floors]) expect(medianMs).toBeGreaterThan(0);
  expect(ratiosOf(result).map((ratio) => ratio.name)).toContain('kernel ÷ DuckDB, 1 thread');
});

describe('an output that differs is noticed', () => {
  const workload = WORKLOADS.find(({ name }) => name === 'numeric')!;
  const base = `SELECT (range % 3)::VARCHAR AS produto, range AS conta, ${Array.from(
    { length: 14 },
    (_, index) => `((range * ${index + 3}) / 100)::DECIMAL(12,2) AS valor_${index}`,
  ).join(', ')}, ${Array.from(
    { length: 4 },
    (_, index) => `(range % ${index + 5})::BIGINT AS codigo_${index}`,
  ).join(', ')}, DATE '2025-01-01' + (range % 90)::INT AS data FROM range(600)`;
  let written = 0;
  const digest = async (...selects: string[]) => {
    const folder = join(dir, `falsified-${written++}`);
    for (const [index, select] of selects.entries()) {
      const target = join(folder, String(index));
      await mkdir(target, { recursive: true });
      await duckdb.run(`COPY (${select}) TO '${target}' (FORMAT parquet, PARTITION_BY (produto))`);
    }
    return digestOf(duckdb, join(folder, '**/*.parquet'), layoutOf(workload));
  };

  test('not where only the order and the files do', async () => {
    const halves = ['< 300', '>= 300'].map(
      (half) => `SELECT * FROM (${base}) WHERE conta ${half} ORDER BY conta DESC`,
    );
    expect(await digest(...halves)).toEqual(await digest(base));
  });

  test.each([
    [
      'one cent more',
      `SELECT * REPLACE (valor_3 + (conta = 77)::INT * 0.01::DECIMAL(12,2) AS valor_3) FROM (${base})`,
    ],
    [
      'two values that changed places',
      `SELECT * REPLACE (CASE conta WHEN 30 THEN 0.99 WHEN 33 THEN 0.90 ELSE valor_0 END::DECIMAL(12,2) AS valor_0) FROM (${base})`,
    ],
    ['a missing row', `SELECT * FROM (${base}) WHERE conta <> 599`],
    ['a row twice', `SELECT * FROM (${base}) UNION ALL SELECT * FROM (${base}) WHERE conta = 5`],
    [
      'a row in another partition',
      `SELECT * REPLACE (CASE conta WHEN 5 THEN '0' ELSE produto END AS produto) FROM (${base})`,
    ],
    ['another type', `SELECT * REPLACE (valor_1::DOUBLE AS valor_1) FROM (${base})`],
  ])('%s', async (_, select) => {
    expect(await digest(select)).not.toEqual(await digest(base));
  });

  test('another type in a later file alone', async () => {
    const half = (test: string, more = '*') => `SELECT ${more} FROM (${base}) WHERE conta ${test}`;
    const mixed = await digest(
      half('< 300'),
      half('>= 300', '* REPLACE (valor_1::DECIMAL(18,2) AS valor_1)'),
    );
    expect(mixed.types).not.toBe((await digest(base)).types);
  });

  test('and then nothing is timed', async () => {
    const contestants = (arena: Arena) => {
      const [kernel, ...others] = contestantsOf(arena);
      // Reads the output of another folder: a row less.
      const prepareOutput = async () => {
        await kernel!.prepareOutput!();
        const less = kernel!.glob!.replace('**/*.parquet', 'produto=CARTAO/part.parquet');
        await duckdb.run(
          `COPY (SELECT * FROM read_parquet('${less}', hive_partitioning = false) OFFSET 1) TO '${less}' (FORMAT parquet)`,
        );
      };
      return [{ ...kernel!, prepareOutput }, ...others];
    };
    const run = benchWorkload(workload, join(dir, 'less'), {
      bytes: 200_000,
      rounds: 1,
      only: ONLY,
      contestants,
    });
    await expect(run).rejects.toThrow(OutputsDiffer);
  });
});

test.each([
  [['--workload', 'nope'], /'nope' is none of those there are.*contracts; ebcdic; wide/],
  [['--rounds', 'x'], /--rounds 'x' is no number from 1 to 99/],
  [['--bytes', '1x'], /'1x' is not a size/],
  [['--only', 'spark'], /'spark' is none.*DuckDB, 1 thread/],
  [['--dir', '/nowhere/at/all'], /\/nowhere\/at\/all.*--dir/],
  [['--frobnicate'], /--frobnicate.*--help/s],
])('wrong flags %j are answered in one paragraph', async (flags, message) => {
  const { code, stdout, stderr } = await runCommand('tools/bench/main.ts', flags, dir);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/\n\s+at /);
});
