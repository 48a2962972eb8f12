import { describedRows } from '../../iceberg/described-rows.ts';
import type { KernelMemory } from '../../parquet/kernel-memory.ts';
import { ParquetFileWriter } from '../../parquet/parquet-file-writer.ts';
import type { RowGroupBuilder } from '../../parquet/row-group-builder.ts';
import type { ColumnSchema } from '../../parquet/schema.ts';
import type { ObjectStore, ObjectWriter } from '../../ports/object-store.ts';
import { crc64ToBase64 } from '../../ranges/crc64nvme.ts';
import type { PartFile } from '../../run/part-manifest.ts';
import { PartSum } from './part-sum.ts';

/** One Parquet object that is written row group by row group and appears when it is finished. */
export class PartWriter {
  readonly key: string;
  private readonly target: ObjectWriter;
  private readonly file: ParquetFileWriter;
  /** Sums the bytes as they are written, because summing them later would mean reading the whole file. */
  private readonly sum: PartSum;
  private checksum: string | undefined;

  constructor(store: ObjectStore, key: string, schema: ColumnSchema[], memory: KernelMemory) {
    this.key = key;
    // Steps that can fail come first: nobody would abort a target whose writer was never made.
    this.sum = new PartSum(memory.kernel);
    this.target = store.createWriter(key);
    this.file = new ParquetFileWriter(schema, memory.out, (bytes) => {
      this.sum.add(bytes);
      return this.target.write(bytes);
    });
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
    const file = await this.end();
    await this.close();
    return file;
  }

  /** Hands over the last bytes. From then on only `close` is missing, which needs nothing of the kernel. */
  async end(): Promise<PartFile> {
    const bytes = await this.file.finish();
    const rowGroupRows = this.file.rowGroupRows;
    const rows = rowGroupRows.reduce((sum, count) => sum + count, 0);
    this.checksum = crc64ToBase64(this.sum.finish());
    this.target.describe?.(() => describedRows(this.file.footer));
    return { key: this.key, rows, bytes, rowGroupRows, checksum: this.checksum };
  }

  /** Makes the object visible. */
  close(): Promise<void> {
    return this.target.close(this.checksum);
  }

  abort(): Promise<void> {
    return this.target.abort();
  }
}
