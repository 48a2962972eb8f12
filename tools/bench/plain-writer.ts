import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { type Field, firstDataset, type Layout } from '../../shared/layout/layout.ts';

/** What one would write by hand: strings and numbers of each record in arrays, by partition, then hyparquet-writer. */
export async function writePlainly(details: Uint8Array, layout: Layout, outDir?: string): Promise<number> {
  const text = Buffer.from(details.buffer, details.byteOffset, details.byteLength).toString('latin1');
  const strideBytes = layout.record.lengthBytes + 1;
  const partitions = new Map<string, unknown[][]>();
  for (let at = 0; at < text.length; at += strideBytes) {
    const partition = firstDataset(layout)
      .partitionBy.map((field) => plainValue(text, at, field))
      .join('/');
    let columns = partitions.get(partition);
    if (!columns) {
      columns = firstDataset(layout).columns.map(() => []);
      partitions.set(partition, columns);
    }
    for (const [index, field] of firstDataset(layout).columns.entries())
      columns[index]!.push(plainValue(text, at, field));
  }
  let bytes = 0;
  let file = 0;
  for (const columns of partitions.values()) {
    const buffer = parquetWriteBuffer({
      columnData: firstDataset(layout).columns.map((field, index) => ({
        name: field.name,
        data: columns[index]! as never,
        type: PLAIN_TYPES[field.type.kind as keyof typeof PLAIN_TYPES],
      })),
      codec: 'SNAPPY',
    });
    bytes += buffer.byteLength;
    if (outDir) await writeFile(join(outDir, `${file++}.parquet`), new Uint8Array(buffer));
  }
  return bytes;
}

/** Decimals as doubles: the library takes no unscaled integers, and only its time is asked for. */
const PLAIN_TYPES = { string: 'STRING', integer: 'INT64', decimal: 'DOUBLE', date: 'TIMESTAMP' } as const;

function plainValue(text: string, at: number, { startByte, endByte, type, keep }: Field): unknown {
  const value = text.slice(at + startByte, at + endByte);
  switch (type.kind) {
    case 'integer':
      return BigInt(value);
    case 'decimal':
      return Number(value) / 10 ** type.scale;
    case 'date':
      return new Date(
        Date.UTC(Number(value.slice(0, 4)), Number(value.slice(4, 6)) - 1, Number(value.slice(6, 8))),
      );
    default: {
      const kept = keep === 'all' ? value.trimEnd() : value.replace(/[^0-9A-Za-z]/g, '');
      return kept === '' ? null : kept;
    }
  }
}
