import {
  bool,
  columnFromArray,
  type DataType,
  dateDay,
  decimal,
  float64,
  int64,
  tableFromColumns,
  tableToIPC,
  utf8,
} from '@uwdata/flechette';

/** Rows as a stream of Apache Arrow. Decimals and dates have their types; timestamps, lists and what has none are texts. */
export function arrowBody(
  columns: readonly { name: string; type: string }[],
  rows: readonly (readonly unknown[])[],
): Uint8Array {
  const made = columns.map(({ name, type }, index): [string, ReturnType<typeof columnFromArray>] => {
    const { arrow, read } = arrowType(type);
    const values = rows.map((row) =>
      row[index] === null || row[index] === undefined ? null : read(row[index]),
    );
    return [name, columnFromArray(values, arrow)];
  });
  const bytes = tableToIPC(tableFromColumns(made), { format: 'stream' });
  if (bytes === null || bytes === undefined) throw new Error('a table has bytes');
  return bytes;
}

interface ArrowColumn {
  arrow: DataType;
  read(value: unknown): unknown;
}

/** Types of DuckDB and of Athena by one name: `DECIMAL(15,2)`, `bigint`. */
function arrowType(type: string): ArrowColumn {
  const [, kind = '', precision, scale] = /^(\w+)(?:\((\d+),\s*(\d+)\))?$/.exec(type.toLowerCase()) ?? [];
  switch (kind) {
    case 'bigint':
    case 'integer':
    case 'smallint':
    case 'tinyint':
      return { arrow: int64(), read: (value) => BigInt(value as number | string) };
    case 'decimal':
      if (precision === undefined) break;
      return {
        arrow: decimal(Number(precision), Number(scale), 128),
        read: (value) => unscaled(String(value), Number(scale)),
      };
    case 'hugeint':
      return { arrow: decimal(38, 0, 128), read: (value) => BigInt(value as number | string) };
    case 'double':
    case 'float':
    case 'real':
      return { arrow: float64(), read: Number };
    case 'boolean':
      return { arrow: bool(), read: (value) => value };
    case 'date':
      return { arrow: dateDay(), read: (value) => Date.parse(`${value}T00:00:00Z`) };
  }
  return {
    arrow: utf8(),
    read: (value) => (typeof value === 'object' ? JSON.stringify(value) : String(value)),
  };
}

/** `-12.5` with scale 2 → -1250n */
function unscaled(text: string, scale: number): bigint {
  const [whole = '0', fraction = ''] = text.split('.');
  return BigInt(`${whole}${fraction.padEnd(scale, '0').slice(0, scale)}`);
}
