import type { DateFormat } from './date-format.ts';
import type { FieldType } from './field-type.ts';

/** A layout, read, checked and with its positions turned into 0-based, half-open byte offsets. */
export interface Layout {
  /** Name of dataset and table. */
  name: string;
  encoding: Encoding;
  record: {
    format: 'lines' | 'fixed';
    /** Without terminator. */
    lengthBytes: number;
    /** What becomes of lines shorter than that. */
    short: 'pad' | 'reject';
  };
  /** Globs of the keys this layout reads. */
  files: string[];
  /** Every field, in the layout's order. */
  fields: Field[];
  /** The fields that become columns of the Parquet files: all but the partition columns. */
  columns: Field[];
  partitionBy: Field[];
  maxPartitions: number;
  detail: RecordMatch | undefined;
  header: ControlRecord | undefined;
  trailer: ControlRecord | undefined;
  controlTotals: ControlTotalRule[];
  businessDate: { headerField: string; onMismatch: 'warn' | 'refuse' } | undefined;
  compression: Compression;
  rejects: { maxPercent: number };
  /** 16 hex digits over everything above that changes rows. */
  fingerprint: string;
}

/** How pages are compressed; a column on which it does not pay is written as `none`. */
export const COMPRESSIONS = ['snappy', 'zstd', 'none'] as const;
export type Compression = (typeof COMPRESSIONS)[number];

export type Encoding = 'iso-8859-1' | 'us-ascii' | 'utf-8';
export type Sign = 'none' | 'leading' | 'trailing' | 'leading-separate' | 'trailing-separate';
export type Keep = 'all' | 'alphanumeric' | 'digits';

export interface Field {
  name: string;
  /** Offset of its first byte in the record. */
  startByte: number;
  /** Offset behind its last byte. */
  endByte: number;
  type: FieldType;
  sign: Sign;
  point: 'implied' | 'explicit';
  trim: 'trailing' | 'both' | 'none';
  keep: Keep;
  required: boolean;
  onInvalid: 'null' | 'reject';
  dateFormat: DateFormat | undefined;
  trueValues: string[];
  falseValues: string[];
}

/** Bytes `startByte` to `endByte` of a record equal `bytes`. */
export interface RecordMatch {
  startByte: number;
  endByte: number;
  equals: string;
  bytes: Uint8Array;
}

export interface ControlRecord {
  match: RecordMatch;
  fields: Field[];
}

/** A field of the header or trailer must equal a figure computed from the records. */
export interface ControlTotalRule {
  /** As people see it: `trailer.totreg`. */
  name: string;
  record: 'header' | 'trailer';
  field: string;
  equals:
    | { kind: 'count-all' }
    | { kind: 'count-detail' }
    | { kind: 'sum'; field: string; fieldIndex: number; scale: number };
}

/** The fields whose values are summed, by index into `layout.fields`, each once. */
export function summedFieldIndexes(layout: Layout): number[] {
  const indexes = new Set<number>();
  for (const { equals } of layout.controlTotals) if (equals.kind === 'sum') indexes.add(equals.fieldIndex);
  return [...indexes].sort((a, b) => a - b);
}
