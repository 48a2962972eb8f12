import type { PartFile } from '../control/part-manifest.ts';
import type { ColumnBuffer } from '../decode/column-buffer.ts';
import type { ColumnChunkEncoder } from '../parquet/column-chunk.ts';
import { ParquetFileWriter } from '../parquet/parquet-file-writer.ts';
import type { ColumnSchema } from '../parquet/schema.ts';
import type { ObjectStore, ObjectWriter } from '../ports/object-store.ts';

/** One Parquet object that is written row group by row group and appears when it is finished. */
export class PartWriter {
  readonly key: string;
  private readonly target: ObjectWriter;
  private readonly file: ParquetFileWriter;

  constructor(store: ObjectStore, key: string, schema: ColumnSchema[], encoder: ColumnChunkEncoder) {
    this.key = key;
    this.target = store.createWriter(key);
    this.file = new ParquetFileWriter(schema, encoder, (bytes) => this.target.write(bytes));
  }

  get parquet(): ParquetFileWriter {
    return this.file;
  }

  /** Writes the columns as one row group and empties them. */
  async writeRowGroup(columns: ColumnBuffer[]): Promise<void> {
    await this.file.writeRowGroup(columns);
    for (const column of columns) column.clear();
  }

  async finish(): Promise<PartFile> {
    const bytes = await this.file.finish();
    await this.target.close();
    const rowGroupRows = this.file.rowGroupRows;
    return { key: this.key, rows: rowGroupRows.reduce((sum, rows) => sum + rows, 0), bytes, rowGroupRows };
  }

  abort(): Promise<void> {
    return this.target.abort();
  }
}
