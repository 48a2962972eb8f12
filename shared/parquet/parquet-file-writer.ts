import type { ByteSink } from './byte-sink.ts';
import { appendTail } from './footer.ts';
import { MAGIC, type RowGroup, type SchemaElement } from './format.ts';
import { type IndexedChunk, type IndexedRowGroup, shiftRowGroup } from './row-group.ts';
import type { FinishedRowGroup } from './row-group-builder.ts';
import { type ColumnSchema, schemaElements } from './schema.ts';
import type { SourceRowGroup } from './source-file.ts';

/** Receives the bytes of the file; the writer may reuse them once the promise resolves. */
type ByteTarget = (bytes: Uint8Array) => Promise<void>;

/** Encoded bytes are passed on once there are this many. */
const FLUSH_BYTES = 1024 * 1024;

/**
 * Writes one Parquet file, row group by row group. Writers may share `out`, the buffer of bytes that are not passed on
 * yet, if only one of them works at a time.
 *
 *     PAR1 │ row group 0: chunk, chunk … Bloom filters │ row group 1 … │ column indexes │ offset indexes │ footer │ length PAR1
 */
export class ParquetFileWriter {
  private readonly schema: ColumnSchema[];
  private readonly write: ByteTarget;
  private readonly out: ByteSink;
  /** Bytes already passed on. */
  private written = 0;
  private readonly rowGroups: IndexedRowGroup[] = [];

  constructor(schema: ColumnSchema[], out: ByteSink, write: ByteTarget) {
    this.schema = schema;
    this.write = write;
    this.out = out;
  }

  /** Rows of each row group so far. */
  get rowGroupRows(): number[] {
    return this.rowGroups.map(({ numRows }) => numRows);
  }

  /** What the file says at its end of its rows; positions of page indexes are left out. */
  get footer(): { schema: SchemaElement[]; rowGroups: RowGroup[] } {
    const rowGroups = this.rowGroups.map(({ chunks, ...group }) => {
      return { ...group, columns: chunks.map(({ chunk }) => chunk) };
    });
    return { schema: schemaElements(this.schema), rowGroups };
  }

  async writeRowGroup({ rowCount, chunks }: FinishedRowGroup): Promise<void> {
    this.begin();
    const startsAt = this.position;
    const placed: IndexedChunk[] = [];
    for (const chunk of chunks) {
      placed.push(chunk.placedAt(this.position));
      for (let piece = 0; piece < chunk.pieceCount; piece++) {
        this.out.append(chunk.piece(piece));
        if (this.out.length >= FLUSH_BYTES) await this.flush();
      }
    }
    const totalCompressedSize = this.position - startsAt;
    for (const [index, { filter }] of chunks.entries()) {
      if (!filter) continue;
      const { metaData } = placed[index]!.chunk;
      metaData.bloomFilterOffset = this.position;
      this.out.append(filter.header);
      this.out.append(filter.bits());
      metaData.bloomFilterLength = this.position - metaData.bloomFilterOffset;
      if (this.out.length >= FLUSH_BYTES) await this.flush();
    }
    this.rowGroups.push({
      chunks: placed,
      totalByteSize: chunks.reduce((sum, chunk) => sum + chunk.uncompressedBytes, 0),
      numRows: rowCount,
      fileOffset: startsAt,
      totalCompressedSize,
    });
    await this.flush();
  }

  /** Appends a row group of another file as it is: `bytes` yields exactly its chunks and filters. */
  async copyRowGroup(source: SourceRowGroup, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    this.begin();
    const shiftBytes = this.position - source.startByte;
    await this.flush();
    for await (const chunk of bytes) {
      await this.write(chunk);
      this.written += chunk.length;
    }
    this.rowGroups.push(shiftRowGroup(source.rowGroup, shiftBytes));
  }

  /** Writes page indexes and footer. Returns the size of the file in bytes. */
  async finish(): Promise<number> {
    this.begin();
    appendTail(this.out, schemaElements(this.schema), this.rowGroups, this.position);
    await this.flush();
    return this.written;
  }

  /** Bytes of the file so far. */
  private get position(): number {
    return this.written + this.out.length;
  }

  /** The buffer is shared with other writers, so it is empty between calls. */
  private begin(): void {
    if (this.written === 0) this.out.append(MAGIC);
  }

  private async flush(): Promise<void> {
    await this.write(this.out.view());
    this.written += this.out.length;
    this.out.clear();
  }
}
