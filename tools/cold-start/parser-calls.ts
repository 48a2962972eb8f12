import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { generateNights } from '../../generator/night.ts';
import { createFileLayoutSource } from '../../local/adapters/file-layout-source.ts';
import type { SqlResult } from '../../local/lake/sql-statements.ts';
import { createS3ObjectStore } from '../../shared/aws/s3-object-store.ts';
import { splitFile } from '../../shared/pipeline/split/split-file.ts';
import type { PlannedRange } from '../../shared/run/file-plan.ts';
import { StrictS3 } from '../../test/support/strict-s3/server.ts';
import { testPorts } from '../../test/support/test-ports.ts';
import { endsWithUs } from '../bound-child.ts';
import { median } from '../median.ts';
import { functionEnvironment } from './bundle-starts.ts';
import { SlowLine } from './slow-line.ts';

const CALLER = fileURLToPath(new URL('./call-parser.mjs', import.meta.url));
const CREDENTIALS = { accessKeyId: 'none', secretAccessKey: 'none' };
const REGION = 'sa-east-1';
/** Of a contract and its end of line. */
const RECORD_BYTES = 141;
/** The first is cold, the others are warm. */
const RANGES = 4;

interface ParserCallOptions {
  /** How many fresh parsers of each kind are called. */
  rounds: number;
  memoryMb: number;
  s3MegabytesPerSecond: number;
  rangeBytes: number;
}

/** The line of tools/cold-start/call-parser.mjs. */
interface ParserProcess {
  initMs: number;
  calls: { ms: number; cpuMs: number; inputBytes: number; rows: number; rejected: number; reused: boolean }[];
  peakBytes: number;
}

/**
 * The parser's bundle with S3's double on the other core: one environment parses ranges of 128 MiB of contracts, one after the other. Node
 * gets what Lambda's runtime gives it for so much memory (90 % for old objects, 5 % for each half of the young ones:
 * https://github.com/lambci/node-custom-lambda), and one core, as 1,769 MB have
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html).
 */
export async function parserCalls(
  folder: string,
  dir: string,
  options: ParserCallOptions,
): Promise<{ table: SqlResult; notes: string[] }> {
  const { rounds, memoryMb, s3MegabytesPerSecond, rangeBytes } = options;
  const s3 = await StrictS3.start();
  const line = await SlowLine.to(s3.port, s3MegabytesPerSecond * 1e6);
  const client = new S3Client({
    endpoint: s3.endpoint,
    forcePathStyle: true,
    region: REGION,
    credentials: CREDENTIALS,
  });
  try {
    const kinds = [
      { name: `S3 at ${s3MegabytesPerSecond} MB/s a connection`, endpoint: line.endpoint },
      { name: 'S3 without limit', endpoint: s3.endpoint },
    ].map((kind) => ({ ...kind, processes: [] as ParserProcess[] }));
    for (let round = 0; round < rounds; round++) {
      for (const { name, endpoint, processes } of kinds) {
        const bucket = `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}-${round}`;
        const events = await plannedRanges(client, dir, bucket, rangeBytes);
        const process = await callParser(folder, endpoint, bucket, events, memoryMb);
        requireWhole(process.calls);
        processes.push(process);
        for (const place of ['raw', 'lake']) await emptied(client, `${bucket}-${place}`);
      }
    }
    const notes = notesOf(
      kinds.flatMap(({ processes }) => processes),
      memoryMb,
    );
    return { table: figuresOf(kinds, memoryMb), notes };
  } finally {
    client.destroy();
    await line.stop();
    await s3.stop();
  }
}

/** What the map over ranges would give the parsers of a file in buckets of their own. */
async function plannedRanges(
  client: S3Client,
  dir: string,
  bucket: string,
  rangeBytes: number,
): Promise<object[]> {
  const records = Math.ceil(((RANGES - 0.5) * rangeBytes) / RECORD_BYTES);
  const [file] = await generateNights({ outDir: join(dir, 'night'), records });
  for (const Bucket of [`${bucket}-raw`, `${bucket}-lake`]) {
    await client.send(new CreateBucketCommand({ Bucket }));
  }
  const raw = createS3ObjectStore({ client, bucket: `${bucket}-raw` });
  const lake = createS3ObjectStore({ client, bucket: `${bucket}-lake` });
  await raw.put(file!.key, await readFile(file!.path));
  const ports = testPorts(raw, lake, { layouts: createFileLayoutSource() });
  ports.settings.rangeSizeBytes = rangeBytes;
  const split = await splitFile(ports, bucket, { layout: 'contracts', sourceKey: file!.key });
  if (split.verdict !== 'convert') throw new Error(`the file is not to be converted: ${split.verdict}`);
  const ranges = JSON.parse(
    new TextDecoder().decode((await lake.get(split.rangesKey))!.bytes),
  ) as PlannedRange[];
  return ranges.map((range) => ({ dataset: split.dataset, planKey: split.planKey, range }));
}

async function callParser(
  folder: string,
  endpoint: string,
  bucket: string,
  events: object[],
  memoryMb: number,
): Promise<ParserProcess> {
  const args = [
    `--max-old-space-size=${Math.floor(memoryMb * 0.9)}`,
    `--max-semi-space-size=${Math.floor(memoryMb * 0.05)}`,
    CALLER,
    pathToFileURL(join(folder, 'index.mjs')).href,
    JSON.stringify(events),
  ];
  const [command, ...words] = [...(canPin() ? ['taskset', '-c', '1'] : []), process.execPath, ...args];
  const child = spawn(command!, words, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...functionEnvironment('parser'),
      PATH: process.env.PATH,
      AWS_ENDPOINT_URL: endpoint,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
      RAW_BUCKET: `${bucket}-raw`,
      PROCESSED_BUCKET: `${bucket}-lake`,
    },
  });
  endsWithUs(child);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  const [code] = await once(child, 'close');
  const line = /^measured (.*)$/m.exec(said)?.[1];
  if (code !== 0 || line === undefined) throw new Error(`the parser failed: ${said.slice(-2000)}`);
  return JSON.parse(line);
}

/** Where a process can be held to one core. */
function canPin(): boolean {
  return spawnSync('taskset', ['-c', '1', 'true']).status === 0;
}

/** What is fast because it did nothing is no figure. */
function requireWhole(calls: ParserProcess['calls']): void {
  for (const { inputBytes, rows, rejected, reused } of calls) {
    if (reused || rejected > 0 || Math.abs(rows - inputBytes / RECORD_BYTES) > 1) {
      throw new Error(`the parser made ${rows} rows of ${inputBytes} bytes, with ${rejected} rejects`);
    }
  }
}

/** The double keeps its objects in memory. */
async function emptied(client: S3Client, bucket: string): Promise<void> {
  const store = createS3ObjectStore({ client, bucket });
  const keys = await Array.fromAsync(store.list(''), ({ key }) => key);
  await store.delete(keys);
}

function figuresOf(
  kinds: readonly { name: string; processes: ParserProcess[] }[],
  memoryMb: number,
): SqlResult {
  const columns = [
    ...['call', 'seconds', 'CPU seconds', 'MB/s', 'MB per GB-second'].map((name, index) => ({
      name,
      type: index === 0 ? 'VARCHAR' : 'DOUBLE',
    })),
  ];
  const row = (name: string, calls: ParserProcess['calls']) => {
    const seconds = median(calls.map(({ ms }) => ms)) / 1000;
    const cpuSeconds = median(calls.map(({ cpuMs }) => cpuMs)) / 1000;
    const megabytes = median(calls.map(({ inputBytes }) => inputBytes)) / 1e6;
    const rate = megabytes / seconds;
    return [
      name,
      round(seconds, 2),
      round(cpuSeconds, 2),
      round(rate, 0),
      round((rate * 1024) / memoryMb, 0),
    ];
  };
  // The last range is half as long.
  const rowsOf = ({ name, processes }: (typeof kinds)[number]) => {
    const whole = processes.map(({ calls }) => calls.slice(0, RANGES - 1));
    return [
      row(
        `${name}: first call`,
        whole.map((calls) => calls[0]!),
      ),
      row(
        `${name}: later calls`,
        whole.flatMap((calls) => calls.slice(1)),
      ),
    ];
  };
  return { columns, rows: kinds.flatMap(rowsOf) };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function notesOf(processes: readonly ParserProcess[], memoryMb: number): string[] {
  const initMs = median(processes.map((one) => one.initMs));
  const peakMb = Math.max(...processes.map(({ peakBytes }) => peakBytes)) / 1024 / 1024;
  return [
    `(init ${initMs.toFixed(0)} ms; at most ${peakMb.toFixed(0)} MB of ${memoryMb} MB resident (VmHWM) after all calls; S3 is a double on this host, without TLS)`,
    canPin() ? '(on one core)' : '(on all cores: there is no taskset here)',
  ];
}
