import type { ColumnBuffer } from '../decode/column-buffer.ts';
import { ByteSink } from './byte-sink.ts';
import type { ColumnChunkEncoder, EncodedChunk } from './column-chunk.ts';
import { encodeFooter } from './footer.ts';
import { MAGIC, type ThriftStruct } from './format.ts';
import { encodeColumnIndex, encodeOffsetIndex, shiftOffsetIndex } from './page-index.ts';
import { shiftRowGroup } from './row-group.ts';
import { type ColumnSchema, schemaElements } from './schema.ts';
import type { SourceRowGroup } from './source-file.ts';

/** Where the bytes go; the writer may reuse what it passed once the promise resolves. */
export type ByteTarget = (bytes: Uint8Array) => Promise<void>;

/** Encoded bytes are passed on when so many are there. */
const FLUSH_BYTES = 4 * 1024 * 1024;

/**
 * Writes one Parquet file, row group by row group, in memory bounded by a column chunk. Writers may take turns with one encoder,
 * call by call, but not at the same time.
 *
 *     PAR1 │ row group 0: chunk, chunk … │ row group 1 … │ column indexes │ offset indexes │ footer │ length PAR1
 */
export class ParquetFileWriter {
  private readonly schema: ColumnSchema[];
  private readonly encoder: ColumnChunkEncoder;
  private readonly write: ByteTarget;
  private readonly out: ByteSink;
  /** Bytes already passed on. */
  private written = 0;
  private readonly rowGroups: ThriftStruct[] = [];
  /** Encoded column index and offset index by row group and column. */
  private readonly indexes: { column: Uint8Array; offset: Uint8Array }[][] = [];

  constructor(schema: ColumnSchema[], encoder: ColumnChunkEncoder, write: ByteTarget) {
    this.schema = schema;
    this.encoder = encoder;
    this.write = write;
    this.out = encoder.out;
  }

  /** Rows of each row group so far. */
  get rowGroupRows(): number[] {
    return this.rowGroups.map((group) => Number(group.field_3 as bigint));
  }

  /** Encodes columns of equal row count as one row group. They may be cleared afterwards. */
  async writeRowGroup(columns: ColumnBuffer[]): Promise<void> {
    this.begin();
    const rowCount = columns[0]!.rowCount;
    const startsAt = this.written + this.out.length;
    const chunks: EncodedChunk[] = [];
    for (const [index, column] of columns.entries()) {
      chunks.push(this.encoder.encode(column, this.schema[index]!, this.out, this.written));
      if (this.out.length >= FLUSH_BYTES) await this.flush();
    }
    this.rowGroups.push({
      field_1: chunks.map(({ chunk }) => chunk),
      field_2: BigInt(chunks.reduce((sum, chunk) => sum + chunk.uncompressedBytes, 0)),
      field_3: BigInt(rowCount),
      field_5: BigInt(startsAt),
      field_6: BigInt(this.written + this.out.length - startsAt),
    });
    this.indexes.push(
      chunks.map(({ indexes }) => ({
        column: encodeColumnIndex(indexes),
        offset: encodeOffsetIndex(indexes),
      })),
    );
    await this.flush();
  }

  /** Appends a row group of another file as it is: `bytes` yields exactly its chunks. */
  async copyRowGroup(source: SourceRowGroup, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    this.begin();
    const shiftBytes = this.written + this.out.length - source.startByte;
    for await (const chunk of bytes) {
      this.out.append(chunk);
      if (this.out.length >= FLUSH_BYTES) await this.flush();
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

  /** The encoder's buffer is shared with other writers: it is empty between calls. */
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
