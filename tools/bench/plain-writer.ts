import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { Field } from '../../shared/layout/field.ts';
import { firstDataset, type Layout } from '../../shared/layout/layout.ts';

/** A converter as one would write it by hand: values of each record in arrays, by partition, then hyparquet-writer. */
export async function writePlainly(details: Uint8Array, layout: Layout, outDir?: string): Promise<number> {
  const text = Buffer.from(details.buffer, details.byteOffset, details.byteLength).toString('latin1');
  const strideBytes = layout.record.lengthBytes + 1;
  const dataset = firstDataset(layout);
  const partitions = new Map<string, PlainColumn[]>();
  for (let at = 0; at < text.length; at += strideBytes) {
    const partition = dataset.partitionBy.map((field) => plainValue(text, at, field)).join('/');
    let columns = partitions.get(partition);
    if (!columns) {
      columns = dataset.columns.map((field) => ({ field, values: [] }));
      partitions.set(partition, columns);
    }
    for (const { field, values } of columns) values.push(plainValue(text, at, field));
  }
  let bytes = 0;
  let file = 0;
  for (const columns of partitions.values()) {
    const buffer = parquetWriteBuffer({
      columnData: columns.map(({ field: { name, type }, values }) => ({
        name,
        data: values,
        type: plainType(type.kind),
      })),
      codec: 'SNAPPY',
    });
    bytes += buffer.byteLength;
    if (outDir) await writeFile(join(outDir, `${file++}.parquet`), new Uint8Array(buffer));
  }
  return bytes;
}

interface PlainColumn {
  field: Field;
  values: unknown[];
}

/** Decimals become doubles: the library takes no unscaled integers, and only its time matters here. */
function plainType(kind: Field['type']['kind']) {
  switch (kind) {
    case 'integer':
      return 'INT64';
    case 'decimal':
      return 'DOUBLE';
    case 'date':
      return 'TIMESTAMP';
    default:
      return 'STRING';
  }
}

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
