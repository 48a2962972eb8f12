import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generateNights } from '../../generator/night.ts';
import type { FileSummary } from '../../local/file-summary.ts';
import { outcomeOf, PROGRAM_PATH, runCommand, startScript } from '../support/run-command.ts';

const DATA = fileURLToPath(new URL('../../../shared/data/b3/', import.meta.url));

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'convert-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const convert = (...flags: string[]) => runCommand('convert', flags, dir);

const files = async (folder: string) =>
  existsSync(folder)
    ? (await readdir(folder, { recursive: true, withFileTypes: true })).filter((f) => f.isFile())
    : [];

describe.skipIf(!existsSync(DATA))(
  'a real day of B3 quotes (skipped if the real data is not beside the project)',
  () => {
    it('gives its known rows and sums, whatever the range size', async () => {
      for (const rangeSize of ['100KiB', '1GiB']) {
        const lake = join(dir, rangeSize);
        const { code, stdout } = await convert(
          ...['--layout', 'b3-cotahist', '--input', join(DATA, 'COTAHIST_D25062021.TXT')],
          ...['--out', lake, '--range-size', rangeSize, '--json'],
        );
        expect(code).toBe(0);
        const summary: FileSummary = JSON.parse(stdout);
        expect(summary).toMatchObject({
          status: 'loaded',
          businessDate: '2021-06-25',
          rows: 7518,
          records: { read: 7520, header: 1, detail: 7518, trailer: 1, rejected: 0 },
          controlTotals: [{ name: 'trailer.totreg', expected: '7520', actual: '7520', balanced: true }],
          published: true,
        });
        const connection = await (await DuckDBInstance.create()).connect();
        const paths = summary.outputs.map(({ key }) => `'${join(lake, 'processed', key)}'`);
        const sql = `SELECT count(*)::INT AS n, sum(voltot)::VARCHAR AS v, sum(quatot)::VARCHAR AS q FROM read_parquet([${paths}])`;
        const rows = (await connection.runAndReadAll(sql)).getRowObjectsJson();
        expect(rows).toEqual([{ n: 7518, v: '33577581321.31', q: '2228519176' }]);
        connection.closeSync();
      }
    });

    it('that was cut short is refused with both numbers, and leaves nothing in the lake', async () => {
      const lake = join(dir, 'lake');
      const input = join(DATA, 'COTAHIST_D04012016_TRUNCATED.TXT');
      const { code, stderr } = await convert('--layout', 'b3-cotahist', '--input', input, '--out', lake);
      expect(code).toBe(3);
      expect(stderr).toMatch(/1745.*506/);
      expect(await files(join(lake, 'processed'))).toEqual([]);
      expect(await files(join(lake, 'catalog'))).toEqual([]);
    });
  },
);

describe('the command', () => {
  const record = `${'A1'.padEnd(80)}000000000012345${'20250101'} 20251231 ATIVO  ${'CARTAO'.padEnd(20)}\n`;

  it.each<[string, (input: string) => string[], number, RegExp]>([
    ['no flags', () => [], 2, /--layout, --input and --out/],
    ['an unknown flag', () => ['--nonsense'], 2, /--help/],
    [
      'a layout that is not there',
      (f) => ['--layout', 'contract', '--input', f, '--out', 'lake'],
      2,
      /nearest valid one is 'contracts'/,
    ],
    [
      'a missing input',
      () => ['--layout', 'contracts', '--input', 'nofile.txt', '--out', 'lake'],
      2,
      /no such input file/,
    ],
    [
      'a folder without files of the layout',
      () => ['--layout', 'contracts', '--input', '.', '--out', 'lake'],
      2,
      /no file that the layout reads/,
    ],
    [
      'an output that cannot be written',
      (f) => ['--layout', 'contracts', '--input', f, '--out', `${f}/lake`, '--business-date', '2025-08-12'],
      2,
      /cannot be written.*[Nn]ame a/,
    ],
    [
      'a wrong business date',
      (f) => ['--layout', 'contracts', '--input', f, '--out', 'lake', '--business-date', '2025-02-30'],
      2,
      /2025-02-30/,
    ],
    [
      'a wrong size',
      (f) => ['--layout', 'contracts', '--input', f, '--out', 'lake', '--range-size', '1x'],
      2,
      /'1x' is not a size/,
    ],
    [
      'a wrong compression',
      (f) => ['--layout', 'contracts', '--input', f, '--out', 'lake', '--compression', 'gzip'],
      2,
      /'gzip' is not known.*snappy, zstd, zstd-fast, none/,
    ],
    [
      'a file with no date',
      (f) => ['--layout', 'contracts', '--input', f, '--out', 'lake'],
      2,
      /--business-date/,
    ],
  ])('answers %s with one paragraph and the right exit code', async (_, flags, code, message) => {
    const input = join(dir, 'nodate.txt');
    await writeFile(input, record);
    const result = await convert(...flags(input));
    expect(result.stderr).toMatch(message);
    expect(result.stderr).not.toMatch(/\n\s+at /);
    expect(result.code).toBe(code);
    expect(await files(join(dir, 'lake', 'processed'))).toEqual([]);
  });

  it('does not convert two inputs that would be one file in the lake, and says the flag that tells them apart', async () => {
    const inputs = ['0001', '0002'].map((branch) => join(dir, 'our branches', branch, 'nodate.txt'));
    for (const input of inputs) {
      await mkdir(dirname(input), { recursive: true });
      await writeFile(input, record);
    }
    const [first = '', second = ''] = inputs;
    const linked = join(dir, 'our branches', 'linked.txt');
    await symlink(first, linked);
    const flags = ['--layout', 'contracts', '--out', 'lake', '--business-date', '2025-08-12'];
    const same = await convert(...flags, '--input', first, second);
    expect([same.code, same.stdout]).toEqual([2, '']);
    expect(same.stderr).toContain(first);
    expect(same.stderr).toContain(second);
    expect(same.stderr).toContain(`--raw-root '${join(dir, 'our branches')}'`);
    for (const [other, message] of [
      [first, /given twice/],
      [`${dirname(first)}/../0001/nodate.txt`, /given twice/],
      [linked, /one file.*Give it once/],
    ] as const) {
      const twice = await convert(...flags, '--input', first, '--input', other);
      expect([twice.code, twice.stdout]).toEqual([2, '']);
      expect(twice.stderr).toMatch(message);
    }
    expect(existsSync(join(dir, 'lake'))).toBe(false);
  });

  it('refuses a file whose key belongs to one of another folder, with exit code 3 and a summary of its own', async () => {
    for (const branch of ['0001', '0002']) {
      await mkdir(join(dir, branch));
      await writeFile(join(dir, branch, 'nodate.txt'), record.repeat(Number(branch)));
    }
    const flags = ['--layout', 'contracts', '--out', 'lake', '--business-date', '2025-08-12', '--json'];
    const first = await convert(...flags, '--input', join(dir, '0001/nodate.txt'));
    const second = await convert(...flags, '--input', join(dir, '0002/nodate.txt'));
    expect([first.code, second.code]).toEqual([0, 3]);
    const { records, outputs, status, published, reason }: FileSummary = JSON.parse(second.stdout);
    expect({ read: records.read, outputs, status, published }).toEqual({
      read: 0,
      outputs: [],
      status: 'refused',
      published: false,
    });
    expect(reason).toMatch(/0002\/nodate\.txt.*0001\/nodate\.txt.*--raw-root.*--force/s);
  });

  it('explains every flag with --help, and does nothing', async () => {
    const { code, stdout, stderr } = await convert('--help', '--layout', 'contracts');
    expect([code, stderr]).toEqual([0, '']);
    const flags = [...stdout.matchAll(/^ {2}--([a-z-]+)/gm)].map(([, name]) => name);
    expect(flags).toEqual([
      ...[
        'layout',
        'input',
        'stdin-name',
        'dry-run',
        'out',
        'any-folder',
        'business-date',
        'raw-root',
        'compression',
        'range-size',
        'workers',
      ],
      ...['expected-files', 'force', 'supplement-of', 'no-sync', 'shared-files', 'report', 'json'],
    ]);
  });

  it('refuses an empty file with exit code 3', async () => {
    const input = join(dir, 'f_20250812.txt');
    await writeFile(input, '');
    const result = await convert('--layout', 'contracts', '--input', input, '--out', 'lake');
    expect(result.code).toBe(3);
    expect(result.stderr).toMatch(/the file is empty/);
  });

  it('converts a generated night of two files into the rows, values and rejects that the generator counted', async () => {
    const made = await generateNights({ records: 20_000, files: 2, outDir: dir, badPercent: 0.5 });
    const result = await convert(
      ...[
        '--layout',
        'contracts',
        '--out',
        'lake',
        '--json',
        '--expected-files',
        '2',
        '--range-size',
        '200KB',
      ],
      ...['--raw-root', dir, '--input', ...made.map(({ path }) => path)],
    );
    expect(result.stderr).not.toMatch(/refused|failed/);
    expect(result.code).toBe(0);
    const summaries = result.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as FileSummary);
    expect(summaries.map(({ published }) => published)).toEqual([false, true]);
    const connection = await (await DuckDBInstance.create()).connect();
    for (const [index, file] of made.entries()) {
      const { records, sourceKey } = summaries[index]!;
      expect(sourceKey).toBe(file.key);
      expect(records).toMatchObject({ detail: file.records, rejected: file.badRecords });
      const stem = sourceKey.replace(/^.*\/|\.txt$/g, '');
      const glob = join(dir, 'lake/processed/contracts/**', `${stem}-*.parquet`);
      const sql = `SELECT count(*)::INT AS n, (sum(valor_contrato) * 100)::HUGEINT::VARCHAR AS cents FROM read_parquet('${glob}')`;
      expect((await connection.runAndReadAll(sql)).getRowObjectsJson()).toEqual([
        { n: file.records - file.badRecords, cents: String(file.valueCents) },
      ]);
    }
    const columns = await connection.runAndReadAll(
      `SELECT name FROM parquet_schema('${join(dir, 'lake/processed/contracts/**/*.parquet')}') WHERE name IN ('tipo_produto', 'year')`,
    );
    expect(columns.getRowObjectsJson()).toEqual([]);
    connection.closeSync();
  });

  it('stopped in the middle ends with 130 and publishes nothing; run again, it loads every row', async () => {
    const made = await generateNights({ records: 400_000, outDir: dir });
    const flags = ['--layout', 'contracts', '--input', made[0]!.path, '--out', 'lake', '--range-size', '1MB'];
    const child = startScript(PROGRAM_PATH, ['convert', ...flags], dir);
    const ended = outcomeOf(child);
    let shown = '';
    child.stderr.on('data', (text) => {
      shown += text;
      // Once: a second Ctrl-C ends the process on the spot, as people expect.
      if (!child.killed && / elapsed /.test(shown)) child.kill('SIGINT');
    });
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toMatch(/Interrupted: nothing of the unfinished file was published/);
    expect(await files(join(dir, 'lake/processed'))).toEqual([]);
    expect(await files(join(dir, 'lake/.incoming'))).toEqual([]);
    const again = await convert(...flags, '--json');
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ status: 'loaded', rows: 400_000 });
  });
});
