import { ByteSink } from './byte-sink.ts';
import type { FinishedChunk } from './column-chunk.ts';
import { encodeFooter } from './footer.ts';
import { MAGIC, type ThriftStruct } from './format.ts';
import { encodeColumnIndex, encodeOffsetIndex, shiftOffsetIndex } from './page-index.ts';
import { shiftRowGroup } from './row-group.ts';
import { type ColumnSchema, schemaElements } from './schema.ts';
import type { SourceRowGroup } from './source-file.ts';

/** Where the bytes go; the writer may reuse what it passed once the promise resolves. */
export type ByteTarget = (bytes: Uint8Array) => Promise<void>;

/** Encoded bytes are passed on when so many are there. */
const FLUSH_BYTES = 1024 * 1024;

/**
 * Writes one Parquet file, row group by row group. Writers may share `out`, the bytes on their way to a file, if they take turns call
 * by call.
 *
 *     PAR1 │ row group 0: chunk, chunk … │ row group 1 … │ column indexes │ offset indexes │ footer │ length PAR1
 */
export class ParquetFileWriter {
  private readonly schema: ColumnSchema[];
  private readonly write: ByteTarget;
  private readonly out: ByteSink;
  /** Bytes already passed on. */
  private written = 0;
  private readonly rowGroups: ThriftStruct[] = [];
  /** Encoded column index and offset index by row group and column. */
  private readonly indexes: { column: Uint8Array; offset: Uint8Array }[][] = [];

  constructor(schema: ColumnSchema[], out: ByteSink, write: ByteTarget) {
    this.schema = schema;
    this.write = write;
    this.out = out;
  }

  /** Rows of each row group so far. */
  get rowGroupRows(): number[] {
    return this.rowGroups.map((group) => Number(group.field_3 as bigint));
  }

  /** Writes finished chunks, one a column, as a row group. */
  async writeRowGroup(chunks: FinishedChunk[]): Promise<void> {
    this.begin();
    const startsAt = this.written + this.out.length;
    const metadata: ThriftStruct[] = [];
    const indexes: { column: Uint8Array; offset: Uint8Array }[] = [];
    for (const chunk of chunks) {
      const chunkStartsAt = this.written + this.out.length;
      metadata.push(chunk.metadata(chunkStartsAt));
      const pages = chunk.pages(chunkStartsAt);
      indexes.push({ column: encodeColumnIndex({ pages }), offset: encodeOffsetIndex({ pages }) });
      for (const view of chunk.views()) {
        this.out.append(view);
        if (this.out.length >= FLUSH_BYTES) await this.flush();
      }
    }
    this.rowGroups.push({
      field_1: metadata,
      field_2: BigInt(chunks.reduce((sum, chunk) => sum + chunk.uncompressedBytes, 0)),
      field_3: BigInt(chunks[0]!.rowCount),
      field_5: BigInt(startsAt),
      field_6: BigInt(this.written + this.out.length - startsAt),
    });
    this.indexes.push(indexes);
    await this.flush();
  }

  /** Appends a row group of another file as it is: `bytes` yields exactly its chunks. */
  async copyRowGroup(source: SourceRowGroup, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    this.begin();
    const shiftBytes = this.written + this.out.length - source.startByte;
    await this.flush();
    for await (const chunk of bytes) {
      await this.write(chunk);
      this.written += chunk.length;
    }
    this.rowGroups.push(shiftRowGroup(source.metadata, shiftBytes));
    this.indexes.push(
      source.indexes.map(({ column, offset }) => ({ column, offset: shiftOffsetIndex(offset, shiftBytes) })),
    );
  }

  /** Writes indexes and footer. Returns the size of the file. */
  async finish(): Promise<number> {
    this.begin();
    const startsAt = this.written + this.out.length;
    const tail = encodeTail(schemaElements(this.schema), this.rowGroups, this.indexes, startsAt);
    this.out.append(tail);
    await this.flush();
    return this.written;
  }

  /** The buffer is shared with other writers: it is empty between calls. */
  private begin(): void {
    if (this.written === 0) this.out.append(MAGIC);
  }

  private async flush(): Promise<void> {
    await this.write(this.out.view());
    this.written += this.out.length;
    this.out.clear();
  }
}

/**
 * Everything behind the last row group: column indexes, offset indexes, footer, length and magic. `startsAt` is where
 * in the file it will stand; the row groups are given the positions of their indexes.
 */
export function encodeTail(
  schema: ThriftStruct[],
  rowGroups: ThriftStruct[],
  indexes: { column: Uint8Array; offset: Uint8Array }[][],
  startsAt: number,
): Uint8Array {
  const tail = new ByteSink();
  const placed = rowGroups.map((group) => ({
    ...group,
    field_1: (group.field_1 as ThriftStruct[]).map((chunk) => ({ ...chunk })),
  }));
  for (const kind of ['column', 'offset'] as const) {
    for (const [groupIndex, group] of placed.entries()) {
      for (const [columnIndex, chunk] of group.field_1.entries()) {
        const bytes = indexes[groupIndex]![columnIndex]![kind];
        const at = BigInt(startsAt + tail.length);
        tail.append(bytes);
        // Thrift fields must stay in order of their numbers: 4 and 5 are the offset index, 6 and 7 the column index.
        if (kind === 'offset') {
          const { field_2, field_3, field_6, field_7 } = chunk as ThriftStruct;
          group.field_1[columnIndex] = {
            field_2,
            field_3,
            field_4: at,
            field_5: bytes.length,
            field_6,
            field_7,
          };
        } else {
          group.field_1[columnIndex] = { ...chunk, field_6: at, field_7: bytes.length };
        }
      }
    }
  }
  tail.append(encodeFooter(schema, placed));
  return tail.view();
}
