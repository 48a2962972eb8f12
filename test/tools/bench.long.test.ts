import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { benchWorkload } from '../../tools/bench/bench-workload.ts';
import { OutputsDiffer } from '../../tools/bench/compare-outputs.ts';
import type { Arena } from '../../tools/bench/contestant.ts';
import { CONTESTANTS, contestantsOf } from '../../tools/bench/contestants.ts';
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

test.each(WORKLOADS)('$name: kernel, DuckDB and plain writer write the same rows', async (workload) => {
  const scratchDir = join(dir, workload.name);
  const result = await benchWorkload(workload, scratchDir, { bytes: 300_000, rounds: 1, only: ONLY });
  expect(result.results.map((one) => one.name)).toEqual(
    CONTESTANTS.filter((contestant) => ONLY.some((part) => contestant.includes(part))),
  );
  expect(result.records).toBeGreaterThan(400);
  for (const { workMs } of [...result.results, ...result.floors]) expect(workMs).toBeGreaterThan(0);
  expect(ratiosOf(result).map((ratio) => ratio.name)).toContain('kernel ÷ DuckDB, 1 thread');
});

const numeric = WORKLOADS.find(({ name }) => name === 'numeric');
if (!numeric) throw new Error('no workload is called numeric');

describe('the digest of an output', () => {
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
    return digestOf(duckdb, join(folder, '**/*.parquet'), layoutOf(numeric));
  };

  test('is the same if only the order of rows and their files differ', async () => {
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
  ])('differs after a change: %s', async (_, select) => {
    expect(await digest(select)).not.toEqual(await digest(base));
  });

  test('differs if only a later file has another type', async () => {
    const half = (test: string, more = '*') => `SELECT ${more} FROM (${base}) WHERE conta ${test}`;
    const mixed = await digest(
      half('< 300'),
      half('>= 300', '* REPLACE (valor_1::DECIMAL(18,2) AS valor_1)'),
    );
    expect(mixed.types).not.toBe((await digest(base)).types);
  });

  test('stops the bench before anything is timed, if it differs', async () => {
    const contestants = (arena: Arena) => {
      const [kernel, ...others] = contestantsOf(arena);
      if (!kernel?.glob) throw new Error('the kernel writes no files');
      const { glob } = kernel;
      // Drops a row of what the kernel wrote.
      const prepareOutput = async () => {
        await kernel.prepareOutput?.();
        const less = glob.replace('**/*.parquet', 'produto=CARTAO/part.parquet');
        await duckdb.run(
          `COPY (SELECT * FROM read_parquet('${less}', hive_partitioning = false) OFFSET 1) TO '${less}' (FORMAT parquet)`,
        );
      };
      return [{ ...kernel, prepareOutput }, ...others];
    };
    const run = benchWorkload(numeric, join(dir, 'less'), {
      bytes: 200_000,
      rounds: 1,
      only: ONLY,
      contestants,
    });
    await expect(run).rejects.toThrow(OutputsDiffer);
  });
});

test.each([
  [['--workload', 'nope'], /'nope' is unknown.*contracts; ebcdic; wide/],
  [['--rounds', 'x'], /--rounds 'x' is not a number from 1 to 99/],
  [['--bytes', '1x'], /'1x' is not a size/],
  [['--only', 'cobol'], /'cobol' is unknown.*DuckDB, 1 thread/],
  [['--dir', '/nowhere/at/all'], /\/nowhere\/at\/all.*--dir/],
  [['--frobnicate'], /--frobnicate.*--help/s],
])('wrong flags %j: exit code 2, one paragraph, no stack', async (flags, message) => {
  const { code, stdout, stderr } = await runCommand('tools/bench/main.ts', flags, dir);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/\n\s+at /);
});
