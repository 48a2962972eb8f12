import { ChunkRange } from '../parquet/chunk-range.ts';
import {
  type ColumnMetaData,
  ConvertedType,
  PhysicalType,
  type RowGroup,
  type SchemaElement,
} from '../parquet/format.ts';
import { kindOfPhysical, textOf } from '../parquet/schema-node.ts';
import { bigEndian, lowerBytes, lowerText, signedBytesOf, upperBytes, upperText } from './single-value.ts';

/** What a manifest says of the rows of a file; each list has pairs of a field's id and its figure. */
export interface FileMetrics {
  recordCount: number;
  /** Compressed bytes. */
  columnSizes: [id: number, bytes: number][];
  /** Values, nulls among them. */
  valueCounts: [id: number, count: number][];
  nullCounts: [id: number, count: number][];
  lowerBounds: [id: number, bound: Uint8Array][];
  upperBounds: [id: number, bound: Uint8Array][];
  /** Where row groups begin, so that readers may share a file. */
  splitOffsets: number[];
}

/**
 * The metrics of a Parquet file of ours from its footer, whose statistics are exact. Columns within lists have none: a bound of an element
 * says nothing that a reader may skip a file by. Fields are found by name, because files of earlier versions have no ids.
 */
export function fileMetrics(
  { schema, rowGroups }: { schema: SchemaElement[]; rowGroups: RowGroup[] },
  idOfColumn: (name: string) => number | undefined,
): FileMetrics {
  const metrics: FileMetrics = {
    recordCount: rowGroups.reduce((sum, { numRows }) => sum + numRows, 0),
    columnSizes: [],
    valueCounts: [],
    nullCounts: [],
    lowerBounds: [],
    upperBounds: [],
    splitOffsets: rowGroups.map(({ fileOffset }) => fileOffset),
  };
  const leaves = schema.filter(({ type }) => type !== undefined);
  for (const [index, leaf] of leaves.entries()) {
    const chunks = rowGroups.map(({ columns }) => columns[index]!.metaData);
    if (chunks.some(({ pathInSchema }) => pathInSchema.length !== 1)) continue;
    const id = idOfColumn(textOf(leaf.name));
    if (id !== undefined) addColumn(metrics, id, leaf, chunks);
  }
  return metrics;
}

function addColumn(metrics: FileMetrics, id: number, leaf: SchemaElement, chunks: ColumnMetaData[]): void {
  const sum = (of: (chunk: ColumnMetaData) => number) =>
    chunks.reduce((total, chunk) => total + of(chunk), 0);
  metrics.columnSizes.push([id, sum(({ totalCompressedSize }) => totalCompressedSize)]);
  metrics.valueCounts.push([id, sum(({ numValues }) => numValues)]);
  if (chunks.some(({ statistics }) => statistics?.nullCount === undefined)) return;
  metrics.nullCounts.push([id, sum(({ statistics }) => statistics?.nullCount ?? 0)]);
  const { least, greatest } = extremes(leaf, chunks);
  const lower = least && boundOf(leaf, least, 'lower');
  const upper = greatest && boundOf(leaf, greatest, 'upper');
  if (lower) metrics.lowerBounds.push([id, lower]);
  if (upper) metrics.upperBounds.push([id, upper]);
}

/** Of all row groups that have a value; nothing if one of them has values and does not say which. */
function extremes(
  leaf: SchemaElement,
  chunks: ColumnMetaData[],
): { least?: Uint8Array; greatest?: Uint8Array } {
  const kind = kindOfPhysical(leaf.type);
  if (!kind) return {};
  const [only, ...others] = chunks;
  if (only && others.length === 0) return extremesOf(only);
  const range = new ChunkRange(kind);
  for (const { numValues, statistics } of chunks) {
    const { nullCount = 0, minValue: min, maxValue: max } = statistics ?? {};
    if (nullCount === numValues) continue;
    if (!min || !max) return {};
    range.add({ min, max });
  }
  const { minValue, maxValue } = range.statistics(0);
  return minValue && maxValue ? { least: minValue, greatest: maxValue } : {};
}

function extremesOf({ numValues, statistics }: ColumnMetaData): {
  least?: Uint8Array;
  greatest?: Uint8Array;
} {
  const { nullCount = 0, minValue: least, maxValue: greatest } = statistics ?? {};
  return nullCount !== numValues && least && greatest ? { least, greatest } : {};
}

/** A value of Parquet's PLAIN form as a bound of Iceberg. Integers, dates, moments, doubles and booleans are the same bytes in both. */
function boundOf(
  { type, convertedType }: SchemaElement,
  value: Uint8Array,
  end: 'lower' | 'upper',
): Uint8Array | undefined {
  if (convertedType === ConvertedType.DECIMAL) {
    if (type === PhysicalType.FIXED_LEN_BYTE_ARRAY) return signedBytesOf(value);
    const { buffer, byteOffset } = value;
    return signedBytesOf(bigEndian(new DataView(buffer, byteOffset).getBigInt64(0, true), 8));
  }
  if (type !== PhysicalType.BYTE_ARRAY) return value.slice();
  const isText = convertedType === ConvertedType.UTF8;
  // A copy: a view would keep all that was read of the end of its file, for each of ten thousand files.
  if (end === 'lower') return (isText ? lowerText(value) : lowerBytes(value)).slice();
  return (isText ? upperText(value) : upperBytes(value))?.slice();
}
