import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { generateNights } from '../../generator/night.ts';
import { layoutsDir } from '../../local/adapters/project-folders.ts';
import { readCatalog } from '../../local/adapters/read-catalog.ts';
import { convertNight } from '../../local/convert-night.ts';
import { parseByteSize } from '../../terminal/byte-size.ts';
import { isSet, runWithFlags, textOr, wholeNumber } from '../../terminal/command-line.ts';
import { EXIT_FAILED, EXIT_LOADED } from '../../terminal/exit.ts';
import { say, warn } from '../../terminal/print.ts';
import { printTable } from '../../terminal/print-table.ts';

const COMMAND = {
  does: "Compares query with DuckDB's read_parquet, on one file of one dataset.",
  usage: 'npm run bench:query -- [flags]',
  flags: {
    bytes: textOr('1GB', 'SIZE', 'size of the positional file that the Parquet file is made of'),
    rounds: textOr('3', 'N', 'timed rounds; the table shows medians'),
    json: isSet('one object for each query'),
  },
  notes: `Each answer is one process. Before anything is timed the answers are compared, value by value and in order. Exits with 1 if two differ, or if
ours takes more than 1.2 times as long, or as much memory, as DuckDB's.`,
} as const;

const MOST_RATIO = 1.2;
/** A clock and an allocator are not more exact. */
const SLACK_MS = 15;
const SLACK_BYTES = 20e6;
const RECORD_BYTES = 141;

const QUERIES = {
  'all rows in order': 'SELECT id_contrato, valor_contrato FROM contracts',
  'first rows': 'SELECT id_contrato, nome_cliente, data_fim FROM contracts LIMIT 1000',
  'rows from the middle': 'SELECT id_contrato FROM contracts LIMIT 10 OFFSET 3000000',
  count: 'SELECT count(*) FROM contracts',
  'sums by status':
    'SELECT status, count(*), sum(valor_contrato), max(data_fim) FROM contracts GROUP BY status ORDER BY status',
  'different names': 'SELECT count(DISTINCT nome_cliente) FROM contracts',
  filter: "SELECT id_contrato, valor_contrato FROM contracts WHERE nome_cliente LIKE 'Letícia B%'",
};

const COLUMNS = [
  { name: 'query', type: 'VARCHAR' },
  ...['rows', 'ms', "DuckDB's ms", 'MB', "DuckDB's MB"].map((name) => ({ name, type: 'BIGINT' })),
  { name: 'within 1.2', type: 'VARCHAR' },
];

interface Answer {
  milliseconds: number;
  peakBytes: number;
  rows: number;
  digest: string;
}

await runWithFlags(COMMAND, async (values) => {
  const scratchDir = await mkdtemp(join(tmpdir(), 'query-bench-'));
  try {
    const file = await makeLake(scratchDir, parseByteSize(values.bytes));
    const lines = [];
    for (const [name, sql] of Object.entries(QUERIES)) {
      lines.push(
        await compare(
          name,
          sql,
          { lakeDir: join(scratchDir, 'lake'), file },
          wholeNumber('--rounds', values.rounds),
        ),
      );
    }
    if (values.json) for (const line of lines) say(JSON.stringify(line));
    else say(...printTable({ columns: COLUMNS, rows: lines.map(rowOf) }));
    return lines.every(({ holds }) => holds) ? EXIT_LOADED : EXIT_FAILED;
  } finally {
    await rm(scratchDir, { recursive: true, force: true });
  }
});

/** A lake of one Parquet file; answers its path. */
async function makeLake(dir: string, bytes: number): Promise<string> {
  const layout = join(dir, 'layout.json');
  const { partitionBy: _, ...flat } = JSON.parse(await readFile(join(layoutsDir, 'contracts.json'), 'utf8'));
  await writeFile(layout, JSON.stringify(flat));
  const records = Math.ceil(bytes / RECORD_BYTES);
  const [night] = await generateNights({ records, outDir: join(dir, 'raw') });
  const lakeDir = join(dir, 'lake');
  const request = {
    layout,
    rangeSizeBytes: bytes * 2,
    businessDate: undefined,
    compression: undefined,
    force: undefined,
    supplementOf: undefined,
  };
  for await (const { status, reason } of convertNight({
    inputs: [night!.path],
    lakeDir,
    workerCount: 1,
    expectedFiles: undefined,
    request,
  })) {
    if (status !== 'loaded') throw new Error(`the file was ${status}: ${reason}`);
  }
  await rm(join(dir, 'raw'), { recursive: true });
  const catalogs = await readCatalog(lakeDir, async (_, read) => read());
  const files = catalogs
    .find(({ dataset }) => dataset === 'contracts')
    ?.partitions.flatMap(({ files }) => files);
  if (files?.length !== 1) throw new Error(`the dataset has ${files?.length} files instead of one`);
  return join(lakeDir, 'processed', files[0]!);
}

async function compare(
  name: string,
  sql: string,
  { lakeDir, file }: { lakeDir: string; file: string },
  rounds: number,
) {
  const [ours, theirs] = [await answer('lake', lakeDir, sql), await answer('file', file, sql)];
  const isSame = ours.digest === theirs.digest;
  if (!isSame) warn(`${name}: ${ours.rows} rows of ours are not the ${theirs.rows} of DuckDB, in its order`);
  const timed: [Answer, Answer][] = [];
  for (let round = 0; round < rounds; round++) {
    timed.push([await answer('lake', lakeDir, sql), await answer('file', file, sql)]);
  }
  const median = (of: (pair: [Answer, Answer]) => number) =>
    timed.map(of).sort((a, b) => a - b)[Math.floor(rounds / 2)]!;
  const figures = {
    milliseconds: median(([ours]) => ours.milliseconds),
    duckdbMilliseconds: median(([, theirs]) => theirs.milliseconds),
    peakBytes: median(([ours]) => ours.peakBytes),
    duckdbPeakBytes: median(([, theirs]) => theirs.peakBytes),
  };
  const holds =
    isSame &&
    figures.milliseconds <= figures.duckdbMilliseconds * MOST_RATIO + SLACK_MS &&
    figures.peakBytes <= figures.duckdbPeakBytes * MOST_RATIO + SLACK_BYTES;
  return { name, rows: ours.rows, ...figures, holds };
}

async function answer(contestant: 'lake' | 'file', path: string, sql: string): Promise<Answer> {
  const script = fileURLToPath(new URL('./answer-once.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, contestant, path, sql]);
  return JSON.parse(stdout) as Answer;
}

function rowOf(line: Awaited<ReturnType<typeof compare>>) {
  const { name, rows, milliseconds, duckdbMilliseconds, peakBytes, duckdbPeakBytes, holds } = line;
  const figures = [rows, milliseconds, duckdbMilliseconds, peakBytes / 1e6, duckdbPeakBytes / 1e6];
  return [name, ...figures.map((figure) => BigInt(Math.round(figure))), holds ? 'yes' : 'NO'];
}
