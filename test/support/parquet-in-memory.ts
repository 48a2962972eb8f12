import type { Kernel } from '../../shared/kernel/kernel.ts';
import type { Compression, PageForm } from '../../shared/layout/layout.ts';
import { ByteSink } from '../../shared/parquet/byte-sink.ts';
import { ColumnFeed, type FeedValue } from '../../shared/parquet/column-feed.ts';
import { encodeTail } from '../../shared/parquet/footer.ts';
import { MAGIC } from '../../shared/parquet/format.ts';
import { PageCompressor } from '../../shared/parquet/page-compressor.ts';
import { ParquetFileWriter } from '../../shared/parquet/parquet-file-writer.ts';
import type { IndexedRowGroup } from '../../shared/parquet/row-group.ts';
import { RowGroupBuilder } from '../../shared/parquet/row-group-builder.ts';
import type { ColumnSchema } from '../../shared/parquet/schema.ts';
import { readSourceFile, type SourceFile } from '../../shared/parquet/source-file.ts';

/** A file of row groups, each with the values of each column. */
export async function parquetOf(
  kernel: Kernel,
  schema: ColumnSchema[],
  groups: FeedValue[][][],
  { compression, form }: { compression: Compression; form?: PageForm | undefined },
): Promise<Buffer> {
  kernel.reset();
  const rows = new RowGroupBuilder(kernel, schema, compression, new PageCompressor(kernel), form);
  const feed = new ColumnFeed(kernel, schema);
  const pieces: Uint8Array[] = [];
  const writer = new ParquetFileWriter(schema, new ByteSink(), async (bytes) => {
    pieces.push(bytes.slice());
  });
  for (const columns of groups) {
    feed.append(columns, rows);
    await writer.writeRowGroup(rows.finish());
    rows.clear();
  }
  await writer.finish();
  return Buffer.concat(pieces);
}

export function sourceOf(bytes: Uint8Array): Promise<SourceFile> {
  return readSourceFile(bytes.length, async ({ startByte, endByte }) => bytes.subarray(startByte, endByte));
}

/** A file of these pages, with row groups that say of them what `groups` have. */
export function withFooter(
  pages: Uint8Array,
  schema: SourceFile['schema'],
  groups: IndexedRowGroup[],
): Buffer {
  const body = Buffer.concat([MAGIC, pages]);
  return Buffer.concat([body, encodeTail(schema, groups, body.length)]);
}
