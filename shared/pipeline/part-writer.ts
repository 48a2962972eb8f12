import type { PartFile } from '../control/part-manifest.ts';
import { ParquetFileWriter } from '../parquet/parquet-file-writer.ts';
import type { RowGroupBuilder } from '../parquet/row-group-builder.ts';
import type { ColumnSchema } from '../parquet/schema.ts';
import type { ObjectStore, ObjectWriter } from '../ports/object-store.ts';
import type { KernelMemory } from './kernel-memory.ts';

/** One Parquet object that is written row group by row group and appears when it is finished. */
export class PartWriter {
  readonly key: string;
  private readonly target: ObjectWriter;
  private readonly file: ParquetFileWriter;

  constructor(store: ObjectStore, key: string, schema: ColumnSchema[], memory: KernelMemory) {
    this.key = key;
    this.target = store.createWriter(key);
    this.file = new ParquetFileWriter(schema, memory.out, (bytes) => this.target.write(bytes));
  }

  get parquet(): ParquetFileWriter {
    return this.file;
  }

  /** Writes the rows as one row group and empties them. */
  async writeRowGroup(rows: RowGroupBuilder): Promise<void> {
    await this.file.writeRowGroup(rows.finish());
    rows.clear();
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
