import type { CodePage } from './code-page.ts';
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

/** The code pages a whole file can be in; national text is of single fields only. */
export type Encoding = Exclude<CodePage, 'utf-16be'>;
export type RecordFormat = 'lines' | 'fixed' | 'rdw' | 'bdw' | 'length-field';
export type Usage = 'display' | 'packed' | 'binary' | 'float';
export type ByteOrder = 'big' | 'little';

/** A layout as it is written and checked, before what cannot be decoded yet is refused. */
export interface DeclaredLayout extends Omit<Layout, 'encoding' | 'record'> {
  encoding: CodePage;
  record: DeclaredRecord;
}

export interface DeclaredRecord {
  format: RecordFormat;
  /** Without terminator and descriptor; of records that vary, the longest. */
  lengthBytes: number;
  /** What becomes of records that are shorter. */
  short: 'pad' | 'reject';
  /** Bytes before the first record and behind the last that are none. */
  fileHeaderBytes: number;
  fileTrailerBytes: number;
  /** Of rdw and bdw: the four bytes before each record, and each block. */
  descriptor: { byteOrder: ByteOrder; lengthIncludesHeader: boolean } | undefined;
  /** Of length-field: the number in the record that, with `addBytes`, is its length. */
  lengthField: LengthField | undefined;
}

export interface LengthField {
  startByte: number;
  endByte: number;
  usage: 'display' | 'binary' | 'packed';
  byteOrder: ByteOrder;
  addBytes: number;
}
export type Sign = 'none' | 'leading' | 'trailing' | 'leading-separate' | 'trailing-separate';
export type NullWhen = 'low-values' | 'high-values';
export type Keep = 'all' | 'alphanumeric' | 'digits';

export interface Field {
  name: string;
  /** Offset of its first byte in the record. */
  startByte: number;
  /** Offset behind its last byte. */
  endByte: number;
  type: FieldType;
  /** Code page of its text and of its digits. */
  encoding: CodePage;
  usage: Usage;
  /** Digits of a packed or binary number by its picture: more are out of range. Undefined leaves it to the type. */
  digits: number | undefined;
  /** Can it be negative? Of a display number: has it a sign at all. */
  signed: boolean;
  /** Of packed: the last half byte is a sign. */
  signNibble: boolean;
  /** Of binary and float. */
  byteOrder: ByteOrder;
  /** Of float. */
  floatFormat: 'ibm' | 'ieee' | undefined;
  /** What a number of nothing but blanks is. */
  blank: 'null' | 'zero' | 'reject';
  /** Fillings that mean null: every byte 00, every byte FF. */
  nullWhen: NullWhen[];
  /** Zeros behind the stored digits, as trailing Ps of a picture: 123 of 9(3)P(2) is 12300. */
  trailingZeros: number;
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
