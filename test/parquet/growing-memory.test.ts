import { parquetReadObjects } from 'hyparquet';
import { expect, test } from 'vitest';
import { Kernel } from '../../shared/kernel/kernel.ts';
import { ByteSink } from '../../shared/parquet/byte-sink.ts';
import { ColumnFeed } from '../../shared/parquet/column-feed.ts';
import { PageCompressor } from '../../shared/parquet/page-compressor.ts';
import { ParquetFileWriter } from '../../shared/parquet/parquet-file-writer.ts';
import { RowGroupBuilder } from '../../shared/parquet/row-group-builder.ts';
import { expectSameRows } from '../support/first-difference.ts';

test('a chunk is whole if the memory that it lies in grows while its first bytes are written, as a sum of them makes it', async () => {
  const kernel = new Kernel();
  const schema = [{ name: 'value', type: { kind: 'binary' } as const }];
  const rows = new RowGroupBuilder(kernel, schema, 'none', new PageCompressor(kernel));
  const feed = new ColumnFeed(kernel, schema);
  // Each is another one, so that there is no dictionary.
  const values = Array.from({ length: 15_000 }, (_, row) =>
    Uint8Array.from({ length: 200 }, (_, at) => (Math.imul(row + 1, 0x9e37_79b1) >>> (at % 24)) ^ at),
  );
  for (let at = 0; at < values.length; at += 1000) feed.append([values.slice(at, at + 1000)], rows);
  const file: Uint8Array[] = [];
  const sizes = new Set([kernel.bytes.length]);
  const writer = new ParquetFileWriter(schema, new ByteSink(), async (bytes) => {
    file.push(bytes.slice());
    kernel.allocate(kernel.bytes.length);
    sizes.add(kernel.bytes.length);
  });
  await writer.writeRowGroup(rows.finish());
  await writer.finish();
  expect(sizes.size).toBeGreaterThan(2);
  const read = await parquetReadObjects({
    file: new Uint8Array(Buffer.concat(file)).buffer,
    utf8: false,
    parsers: { stringFromBytes: (bytes: Uint8Array) => bytes } as never,
  });
  expectSameRows(
    read.map(({ value }) => value),
    values,
  );
});
