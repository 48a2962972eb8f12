import type { Field } from '../../shared/layout/field.ts';
import { firstDataset, type Layout } from '../../shared/layout/layout.ts';

/**
 * The SQL with which DuckDB makes the same columns, types and values of the same file. It is the fastest of several:
 * - dates by arithmetic on one integer (others: strptime, a cast of pieces joined by '-', make_date of three substr);
 * - decimals by a product of decimals (other: a cast of text after inserting the point);
 * - characters dropped by translate (other: regexp_replace).
 */
function duckdbSelect(layout: Layout, path: string): string {
  const columns = firstDataset(layout)
    .fields.map((field) => `${expression(field, layout)} AS ${field.name}`)
    .join(',\n  ');
  const match = layout.recordTypes[0]?.match?.[0];
  const detail = match
    ? `WHERE substr(l, ${match.startByte + 1}, ${match.endByte - match.startByte}) = ${match.text}`
    : '';
  const codePage = layout.encoding === 'iso-8859-1' ? 'latin-1' : 'utf-8';
  // One column: the delimiter is a byte that no record has.
  const source = `read_csv('${path}', columns = {'l': 'VARCHAR'}, delim = '\u0001', header = false, quote = '', escape = '', encoding = '${codePage}', auto_detect = false, max_line_size = 1000000)`;
  return `SELECT ${columns}\nFROM ${source} ${detail}`;
}

function expression({ startByte, endByte, type, keep }: Field, layout: Layout): string {
  const text = `substr(l, ${startByte + 1}, ${endByte - startByte})`;
  switch (type.kind) {
    case 'string':
      return keep === 'all' ? `nullif(rtrim(${text}), '')` : `nullif(translate(${text}, ' .-/', ''), '')`;
    case 'integer':
      return `${text}::BIGINT`;
    case 'decimal': {
      const { precision, scale } = type;
      const unit = `0.${'0'.repeat(scale - 1)}1::DECIMAL(${scale + 1}, ${scale})`;
      return `(${text}::BIGINT::DECIMAL(${precision}, 0) * ${unit})::DECIMAL(${precision}, ${scale})`;
    }
    case 'date':
      return `make_date(${text}::INT // 10000, ${text}::INT // 100 % 100, ${text}::INT % 100)`;
    default:
      throw new Error(`${layout.name}: no SQL for ${type.kind}`);
  }
}

/** COPY of the select to Parquet, partitioned as the layout says. */
export function duckdbCopy(layout: Layout, path: string, outDir: string): string {
  const partitions = firstDataset(layout)
    .partitionBy.map(({ name }) => name)
    .join(', ');
  const options = partitions
    ? `FORMAT parquet, COMPRESSION snappy, PARTITION_BY (${partitions})`
    : 'FORMAT parquet, COMPRESSION snappy';
  const target = partitions ? outDir : `${outDir}/all.parquet`;
  return `COPY (${duckdbSelect(layout, path)}) TO '${target}' (${options})`;
}
