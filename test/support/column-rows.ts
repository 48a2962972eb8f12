import type { ColumnBuffer } from '../../shared/decode/column-buffer.ts';

/** Rows of a column in the form `decodeValue` gives them, texts as `comparable` has them; null where there is none. */
export function rowsOf(column: ColumnBuffer): unknown[] {
  let value = -1;
  const read = (index: number): unknown => {
    switch (column.kind) {
      case 'int64':
        return new DataView(column.words.buffer).getBigInt64(index * 8, true);
      case 'decimal128': {
        const view = new DataView(column.bytes.buffer);
        return (view.getBigInt64(index * 16) << 64n) + view.getBigUint64(index * 16 + 8);
      }
      case 'bytes':
        return text(column.data.subarray(index === 0 ? 0 : column.ends[index - 1]!, column.ends[index]!));
      case 'boolean':
        return column.values[index] === 1;
      default:
        return column.values[index];
    }
  };
  const rows = Array.from({ length: column.rowCount }, (_, row) =>
    column.present[row] ? read(++value) : null,
  );
  if (column.valueCount !== value + 1)
    throw new Error(`${column.valueCount} values for ${value + 1} rows that have one`);
  return rows;
}

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** Texts and bytes as hexadecimal UTF-8, everything else as it is. */
export function comparable(value: unknown): unknown {
  return value instanceof Uint8Array || typeof value === 'string'
    ? text(Buffer.from(value as string))
    : value;
}
