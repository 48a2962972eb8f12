import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createFileObjectStore } from '../local/adapters/file-object-store.ts';
import { MemoryObjectStore } from '../local/adapters/memory-object-store.ts';
import { temporaryFolder } from '../local/adapters/temporary-folder.ts';
import { SourceNotFound, UsageError } from '../shared/errors.ts';
import { cutFile } from '../shared/pipeline/split/cut-file.ts';
import { probeFile, type ReadableFile } from '../shared/pipeline/split/probe-file.ts';
import type { ObjectStore } from '../shared/ports/object-store.ts';
import { isRefusal } from '../shared/refusal.ts';
import type { DecodedValue } from './column-values.ts';
import { requireKnown } from './known-options.ts';
import { compiledLayout, type Layout } from './open-layout.ts';
import { RecordReader } from './record-reader.ts';

/** Some records as rows of one table. */
export interface RecordBatch {
  /** Name of the table: that of the layout, unless it has several. */
  table: string;
  rowCount: number;
  /** The values of each column, by its name, in the order of the rows. */
  columns: Record<string, DecodedValue[]>;
  /** The same rows as objects. */
  rows(): Record<string, DecodedValue>[];
}

/** A record that did not become a row. */
export interface RejectedRecord {
  /** Offset of its first byte in the file. */
  byteOffset: number;
  reason: string;
  /** The field that rejected it; null for the record as a whole. */
  field: string | null;
  /** The record as it is in the file, without terminator. */
  raw: Uint8Array;
}

export interface DecodeOptions {
  /** Called for each record that cannot be decoded. Without it the first one is an error: no record is left out silently. */
  onReject?: (reject: RejectedRecord) => void;
  /** Name of the file that a buffer or a stream holds; a suffix such as `.gz` says that it is compressed. */
  name?: string;
}

/** A file by its path, its bytes, or a stream of them. */
export type RecordSource = string | Uint8Array | AsyncIterable<Uint8Array>;

/**
 * Decodes the records of a file, some hundred kilobytes at a time, in memory that does not grow with the file. Header and trailer are
 * taken out as `convert` does; control totals are not checked. A stream is first written to a temporary file, since the end of a file
 * says what its beginning means.
 *
 * Throws a `UsageError` for a file that `convert` would refuse, and for a record that cannot be decoded if there is no `onReject`.
 */
export async function* decodeRecords(
  layout: Layout,
  source: RecordSource,
  options: DecodeOptions = {},
): AsyncGenerator<RecordBatch> {
  requireKnown('decodeRecords', options, ['onReject', 'name']);
  const { onReject, name = 'records' } = options;
  await using opened = await storeOf(source, basename(name));
  const { store, key } = opened;
  const stored = await store.head(key);
  if (!stored)
    throw new SourceNotFound({
      what: 'there is no such file',
      where: typeof source === 'string' ? source : key,
      next: 'Check the path.',
    });
  const format = compiledLayout(layout);
  const { file } = await probeFile(store, stored, format);
  if (isRefusal(file)) throw new UsageError({ what: file.message.replace(/\.$/, '') });
  // In one range: along a chain of lengths, only following it to its end finds the trailer.
  const cut = await cutFile(file, format, Math.max(1, file.info.sizeBytes));
  if (isRefusal(cut)) throw new UsageError({ what: cut.message.replace(/\.$/, '') });
  const { geometry } = cut;
  const reader = new RecordReader(
    format,
    { ...file, geometry },
    onReject ?? ((reject) => refuse(reject, key)),
  );
  for await (const chunk of chunksOf(file)) {
    for (const { table, rowCount, columns } of reader.read(chunk)) {
      yield { table, rowCount, columns, rows: () => rowsOf(columns, rowCount) };
    }
  }
}

/** The bytes of the details, and null after the last. */
async function* chunksOf({ raw, info, geometry }: ReadableFile): AsyncGenerator<Uint8Array | null> {
  yield* raw.streamRange(info.key, geometry.details, { pin: info.pin });
  yield null;
}

interface OpenedSource extends AsyncDisposable {
  store: ObjectStore;
  key: string;
}

async function storeOf(source: RecordSource, name: string): Promise<OpenedSource> {
  if (typeof source === 'string') {
    const path = resolve(source);
    return { ...inFolder(dirname(path), basename(path)), [Symbol.asyncDispose]: async () => undefined };
  }
  if (source instanceof Uint8Array) {
    const store = new MemoryObjectStore();
    store.replace(name, source);
    return { store, key: name, [Symbol.asyncDispose]: async () => undefined };
  }
  if (typeof source?.[Symbol.asyncIterator] !== 'function') {
    throw new UsageError({
      what: 'this is no source of records',
      next: 'Give the path of a file, its bytes, or a stream of them.',
    });
  }
  const folder = await temporaryFolder('positional-lake-');
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await pipeline(Readable.from(source), createWriteStream(join(folder, name), { mode: 0o600 }));
  } catch (error) {
    await remove();
    throw error;
  }
  return { ...inFolder(folder, name), [Symbol.asyncDispose]: remove };
}

function inFolder(rootDir: string, key: string): { store: ObjectStore; key: string } {
  return { store: createFileObjectStore({ rootDir }), key };
}

function refuse({ byteOffset, reason, field }: RejectedRecord, where: string): never {
  throw new UsageError({
    what: `the record at byte ${byteOffset} cannot be decoded: ${reason}${field === null ? '' : ` in ${field}`}`,
    where,
    next: 'Correct the layout, or give onReject to take such records.',
  });
}

function rowsOf(columns: Record<string, DecodedValue[]>, rowCount: number): Record<string, DecodedValue>[] {
  const entries = Object.entries(columns);
  return Array.from({ length: rowCount }, (_, row) =>
    Object.fromEntries(entries.map(([name, values]) => [name, values[row] ?? null])),
  );
}
