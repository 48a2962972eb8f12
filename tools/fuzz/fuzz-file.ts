import { parquetReadObjects } from 'hyparquet';
import { MemoryObjectStore } from '../../local/adapters/memory-object-store.ts';
import { parseCatalog } from '../../local/adapters/read-catalog.ts';
import { PipelineError } from '../../shared/errors.ts';
import { runKeys } from '../../shared/keys/run-keys.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import type { Field } from '../../shared/layout/field.ts';
import type { Layout } from '../../shared/layout/layout.ts';
import { readJson } from '../../shared/pipeline/store/json-object.ts';
import { filePlanShape } from '../../shared/run/file-plan.ts';
import { type LedgerEntry, ledgerEntryShape } from '../../shared/run/ledger-entry.ts';
import { ZSTD_PAGES } from '../zstd-pages.ts';
import { convertInMemory, memoryPorts } from './memory/memory-lake.ts';
import { rightRows, valueText } from './right-rows.ts';

const GIANT_BYTES = 100_000;
const SOURCE_KEY = 'fuzz_20250812.txt';

interface FuzzFile {
  layoutText: string;
  bytes: Uint8Array;
  rangeSizeBytes: number;
  /** Replaces the file while it is read, at this call of its store. */
  change?: { atCall: number; bytes: Uint8Array };
}

/**
 * Converts a file and compares the outcome with an answer worked out independently: a refusal, a typed error, or exactly the right
 * rows and rejects. Throws for any other outcome.
 */
export async function fuzzFile({ layoutText, bytes, rangeSizeBytes, change }: FuzzFile): Promise<string> {
  const raw = new MemoryObjectStore();
  const lake = new MemoryObjectStore();
  raw.replace(SOURCE_KEY, bytes);
  let calls = 0;
  raw.beforeCall = () => {
    if (change && calls++ === change.atCall) raw.replace(SOURCE_KEY, change.bytes);
  };
  // Thousands of cuts in one giant line prove no more than ten.
  const leastBytes = bytes.length > GIANT_BYTES ? GIANT_BYTES : 1;
  const ports = memoryPorts(raw, lake, layoutText, Math.max(leastBytes, rangeSizeBytes));
  let result: Awaited<ReturnType<typeof convertInMemory>>;
  try {
    result = await convertInMemory(ports, SOURCE_KEY);
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    if (lake.keys().some((key) => key.startsWith('catalog/')))
      throw new Error(`published, and then ${error.name}`);
    return error.name;
  }
  const { status, ledgerKey } = result;
  const entry = await readJson(lake, ledgerKey, ledgerEntryShape);
  if (status === 'refused') {
    if (lake.keys().some((key) => key.startsWith('processed/'))) throw new Error('refused, and yet visible');
    if (!entry.refusal) throw new Error('refused without a reason');
    return `refused: ${entry.refusal.code}`;
  }
  await checkRows(
    lake,
    entry,
    readLayout(layoutText, 'fuzz'),
    entry.version === 'm1' ? bytes : change!.bytes,
  );
  return entry.records!.rejected > 0 ? 'loaded with rejects' : 'loaded';
}

async function checkRows(lake: MemoryObjectStore, entry: LedgerEntry, layout: Layout, bytes: Uint8Array) {
  const plan = await readJson(lake, runKeys(entry.runId!).plan, filePlanShape);
  const right = rightRows(bytes, layout, plan);
  const end = bytes.subarray(plan.remainder.startByte);
  if (end.some((byte) => ![0x0a, 0x0d, 0x1a].includes(byte))) throw new Error('the remainder holds a record');
  if (entry.records!.rejected !== right.rejected) {
    throw new Error(`${entry.records!.rejected} rejects, and ${right.rejected} are right`);
  }
  const rows = await publishedRows(lake, layout);
  const odd = rows.findIndex((row, index) => row !== right.rows[index]);
  if (rows.length !== right.rows.length || odd >= 0) {
    throw new Error(
      `${rows.length} rows, and ${right.rows.length} are right; first other one: ${rows[odd]} and not ${right.rows[odd]}`,
    );
  }
}

async function publishedRows(lake: MemoryObjectStore, layout: Layout): Promise<string[]> {
  const key = `catalog/${layout.name}.json`;
  if (!lake.keys().includes(key)) return [];
  const catalog = parseCatalog(Buffer.from(lake.bytesOf(key)).toString('utf8'), key);
  const texts: string[] = [];
  const { fields } = layout.recordTypes[0]!.datasets[0]!;
  for (const { values, files } of catalog.partitions) {
    for (const name of files) {
      const object = lake.bytesOf(`processed/${name}`);
      const file = {
        byteLength: object.byteLength,
        slice: (start: number, end?: number) => object.slice(start, end).buffer as ArrayBuffer,
      };
      for (const row of await parquetReadObjects({ file, utf8: false, compressors: ZSTD_PAGES })) {
        const ofField = (field: Field) =>
          field.name in values ? (values[field.name] ?? null) : valueText(row[field.name], field);
        texts.push(JSON.stringify(fields.map(ofField)));
      }
    }
  }
  return texts.sort();
}
