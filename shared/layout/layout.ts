import type { CodePage, Encoding } from './code-page.ts';
import type { CountKind } from './count-conventions.ts';
import type { DateFormat } from './date-format.ts';
import type { FieldType } from './field-type.ts';

/** A layout that has been read and checked, with positions as 0-based, half-open byte offsets. */
export interface Layout {
  /** Name of dataset and table. */
  name: string;
  encoding: Encoding;
  record: RecordLayout;
  /** Globs of the keys this layout reads. */
  files: string[];
  /** The kinds of detail records, in the order they are tried; at least one. */
  recordTypes: RecordType[];
  maxPartitions: number;
  header: ControlRecord | undefined;
  trailer: ControlRecord | undefined;
  /** The file beside each data file that states its totals. */
  controlFile: ControlFileRule | undefined;
  controlTotals: ControlTotalRule[];
  businessDate: { headerField: string; onMismatch: 'warn' | 'refuse' } | undefined;
  compression: PageCodec;
  parquet: PageForm;
  rejects: { maxPercent: number };
  day: DayRules;
  /** 16 hex digits: a hash of everything above that changes rows. */
  fingerprint: string;
}

/** When a business date is complete. */
export interface DayRules {
  /** The number of files, or their names; undefined if it is not known. */
  expectedFiles: number | string[] | undefined;
  /** Name of the day manifest that arrives beside the data, with `{yyyyMMdd}` for the business date. */
  manifest: string | undefined;
  /** A warning is given if rows or sums differ by more than this from those of the business day before. */
  maxChangePercent: number | undefined;
  /** Treatment of the same bytes under another name or date. */
  duplicates: 'refuse' | 'warn';
}

/** How pages of Parquet files are written, besides their compression. */
export interface PageForm {
  version: 'v1' | 'v2';
  /** Columns without a dictionary are delta encoded if that is smaller. */
  delta: boolean;
}

/** The form that every reader knows. */
export const PLAIN_PAGES: PageForm = { version: 'v1', delta: false };

/** One kind of detail record, and the rows it makes. */
export interface RecordType {
  /** Its records are counted under this name. */
  name: string;
  /** Undefined: every record is of this type. */
  match: RecordMatch | undefined;
  /** Name of the record type of its parent: the last such record before it. */
  parent: string | undefined;
  /** The datasets of its rows: its own, then one for each table of child rows. Empty if the type is discarded. */
  datasets: Dataset[];
}

/** Rows of one shape: one for each record, or one for each occurrence of a table in a record. */
export interface Dataset {
  /** Name of the table that people query. */
  name: string;
  /** The table whose occurrences are the rows; undefined if records are. */
  occurs: Occurs | undefined;
  /** Every field, in the layout's order. */
  fields: Field[];
  /** The fields that become columns of the Parquet files: all but the partition columns. */
  columns: Field[];
  partitionBy: Field[];
}

/** A table: the same fields several times in a record. Their positions are those in the first occurrence. */
export interface Occurs {
  /** Name of the list, or of the dataset of child rows. */
  name: string;
  /** The most occurrences. */
  count: number;
  /** The fewest occurrences; `count` unless `dependingOn` says how many there are. */
  least: number;
  strideBytes: number;
  dependingOn: Field | undefined;
}

/** A column of type list, whose elements are one field or several. */
export interface ListColumn extends Occurs {
  /** Its elements have named fields. */
  isStruct: boolean;
  when: Selection | undefined;
}

/** The bytes that a field is read from: those of its record, of the header, or of the last record of the parent type. */
export type FieldOrigin =
  | { kind: 'record' }
  | { kind: 'header' }
  | { kind: 'parent'; recordType: string }
  /** No bytes: the number of the occurrence, from 1. */
  | { kind: 'occurrence-number' };

/** A field is in a record only if the record's bytes `startByte` to `endByte` are one of `anyOf`. */
export interface Selection {
  startByte: number;
  endByte: number;
  anyOf: Uint8Array[];
  /** The bytes are in each occurrence, not once in the record. */
  inOccurrence: boolean;
}

/** Codecs of Parquet pages. A column that does not get smaller is written with `none`. */
export const PAGE_CODECS = ['snappy', 'zstd', 'none'] as const;
export type PageCodec = (typeof PAGE_CODECS)[number];

export type RecordFormat = 'lines' | 'fixed' | 'rdw' | 'bdw' | 'length-field';
export type Usage = 'display' | 'packed' | 'binary' | 'float';
type ByteOrder = 'big' | 'little';

export interface RecordLayout {
  format: RecordFormat;
  /** Without terminator and descriptor; the longest if lengths vary. */
  lengthBytes: number;
  /** Treatment of shorter records. */
  short: 'pad' | 'reject';
  /** The byte that ends a line, after a CR or without: LF, or its equivalent in EBCDIC. */
  lineEndByte: number;
  /** Fills up short records. */
  spaceByte: number;
  /** Bytes before the first record and after the last that are not records. */
  fileHeaderBytes: number;
  fileTrailerBytes: number;
  /** rdw and bdw: the four bytes before each record and each block. */
  descriptor:
    | {
        byteOrder: ByteOrder;
        /** The two of the four bytes that hold the length; the others are zero. */
        lengthHalf: 'first' | 'second';
        lengthIncludesHeader: boolean;
      }
    | undefined;
  /** length-field: the number in the record that, plus `addBytes`, is its length. */
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
  origin: FieldOrigin;
  /** The list whose elements contain it. */
  list: ListColumn | undefined;
  /** It is in each occurrence of a table, not once in the record. */
  inOccurrence: boolean;
  /** The rule for whether it is there at all, for items that share bytes. */
  when: Selection | undefined;
  /** Offset of its first byte in the record. */
  startByte: number;
  /** Offset after its last byte. */
  endByte: number;
  type: FieldType;
  /** Code page of its text and of its digits. */
  encoding: CodePage;
  usage: Usage;
  /** Most digits of a packed or binary number; more are out of range. Undefined: as many as the type holds. */
  digits: number | undefined;
  /** Can it be negative? For a display number: does it have a sign? */
  signed: boolean;
  /** packed: the last half byte is a sign. */
  signNibble: boolean;
  /** For binary and float. */
  byteOrder: ByteOrder;
  /** For float. */
  floatFormat: 'ibm' | 'ieee' | undefined;
  /** The meaning of a number that is all blanks. */
  blank: 'null' | 'zero' | 'reject';
  /** Fill patterns that mean null: every byte 00, every byte FF. */
  nullWhen: NullWhen[];
  /** Zeros to add after the stored digits, like the trailing Ps of a picture: 123 of 9(3)P(2) is 12300. */
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

/** Bytes `startByte` to `endByte` of a record equal one of `anyOf`, each as long as that. */
export interface RecordMatch {
  startByte: number;
  endByte: number;
  anyOf: Uint8Array[];
  /** For people, as the layout writes it: `'01'` or `'01' or '02'`. */
  text: string;
}

export interface ControlRecord {
  match: RecordMatch;
  fields: Field[];
}

/** Name and form of the control file of a data file, and which of its records states the totals. */
export interface ControlFileRule {
  /** Its name beside the data file: `{name}` is that file's whole name, `{stem}` the name without extension. */
  name: string;
  format: 'lines' | 'fixed';
  /** Without terminator. */
  lengthBytes: number;
  encoding: Encoding;
  /** Undefined: its only record. */
  match: RecordMatch | undefined;
  fields: Field[];
  whenMissing: 'refuse' | 'wait';
}

/** A field of the header, the trailer, the control file or the day manifest must equal a figure computed from the records. */
export interface ControlTotalRule {
  /** As people see it: `trailer.totreg`. */
  name: string;
  record: 'header' | 'trailer' | 'controlFile' | 'dayManifest';
  field: string;
  equals: CountFigure | FieldFigure;
}

/** A number of records by a convention, or of one record type. */
export type CountFigure = { kind: CountKind } | { kind: 'count-type'; recordType: string };

/** A sum, or a hash total: the digits of an identifier as a number, added up, modulo `modulus`. */
export type FieldFigure =
  | { kind: 'sum'; field: string; recordType: string; scale: number }
  | { kind: 'hash'; field: string; recordType: string; modulus: bigint };

/** Name of a field in its record: `amount`, or `items.amount` for an element of a list of structs. */
export function fieldPath({ name, list }: Field): string {
  return list?.isStruct ? `${list.name}.${name}` : name;
}

/** Every dataset of a layout, in the order of its record types. */
export function datasetsOf(layout: Pick<Layout, 'recordTypes'>): Dataset[] {
  return layout.recordTypes.flatMap(({ datasets }) => datasets);
}

/** Do rows carry fields of the header? */
export function copiesHeader(layout: Pick<Layout, 'recordTypes'>): boolean {
  return datasetsOf(layout).some(({ fields }) => fields.some(({ origin }) => origin.kind === 'header'));
}

/** The first dataset of a layout: its only one if there is one record type without child rows. */
export function firstDataset(layout: Pick<Layout, 'recordTypes'>): Dataset {
  return datasetsOf(layout)[0]!;
}

/** A field that is added up: its value, or its digits without regard to sign and point. */
export interface SummedField {
  field: Field;
  kind: FieldFigure['kind'];
}

/** The fields of a record type that are added up, each once for each way. */
export function summedFields(layout: Pick<Layout, 'controlTotals'>, recordType: RecordType): SummedField[] {
  const summed: SummedField[] = [];
  for (const { equals } of layout.controlTotals) {
    if ((equals.kind !== 'sum' && equals.kind !== 'hash') || equals.recordType !== recordType.name) continue;
    const { kind } = equals;
    const field = recordType.datasets[0]!.fields.find(({ name }) => name === equals.field)!;
    if (!summed.some((known) => known.field === field && known.kind === kind)) summed.push({ field, kind });
  }
  return summed;
}
