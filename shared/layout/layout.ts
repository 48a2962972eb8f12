import type { CodePage, Encoding } from './code-page.ts';
import type { DateFormat } from './date-format.ts';
import type { FieldType } from './field-type.ts';

/** A layout, read, checked and with its positions turned into 0-based, half-open byte offsets. */
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
  /** A file of its own beside each data file that states its totals. */
  controlFile: ControlFileRule | undefined;
  controlTotals: ControlTotalRule[];
  businessDate: { headerField: string; onMismatch: 'warn' | 'refuse' } | undefined;
  compression: Compression;
  parquet: PageForm;
  rejects: { maxPercent: number };
  day: DayRules;
  /** 16 hex digits over everything above that changes rows. */
  fingerprint: string;
}

/** What makes a business date whole. */
export interface DayRules {
  /** How many files, or their names; undefined: nobody knows. */
  expectedFiles: number | string[] | undefined;
  /** Name of the day manifest that arrives beside the data, with `{yyyyMMdd}` for the business date. */
  manifest: string | undefined;
  /** Rows or sums further from those of the business day before make a warning. */
  maxChangePercent: number | undefined;
  /** The same bytes under another name or date. */
  duplicates: 'refuse' | 'warn';
}

/** How pages of Parquet files are written, besides their compression. */
export interface PageForm {
  version: 'v1' | 'v2';
  /** Columns without a dictionary may be delta encoded where that is smaller. */
  delta: boolean;
}

/** What every reader knows. */
export const PLAIN_PAGES: PageForm = { version: 'v1', delta: false };

/** One kind of detail record, and what becomes of it. */
export interface RecordType {
  /** By which it is counted. */
  name: string;
  /** Undefined: every record is one. */
  match: RecordMatch | undefined;
  /** Name of the record type whose last record before is its parent. */
  parent: string | undefined;
  /** Whose rows it makes: its own, then one dataset a table of child rows. None where it is discarded by name. */
  datasets: Dataset[];
}

/** Rows of one shape: a record each, or an occurrence of a table in a record. */
export interface Dataset {
  /** Name of the table that people query. */
  name: string;
  /** Of child rows: the table whose occurrences they are. */
  occurs: Occurs | undefined;
  /** Every field, in the layout's order. */
  fields: Field[];
  /** The fields that become columns of the Parquet files: all but the partition columns. */
  columns: Field[];
  partitionBy: Field[];
}

/** A table: the same fields several times in a record. The positions of its fields are those of the first occurrence. */
export interface Occurs {
  /** Of the list or of the dataset of child rows. */
  name: string;
  /** The most times. */
  count: number;
  /** The least, where `dependingOn` says how many there are. */
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

/** Which bytes a field is read from: its record's, the header's, or those of the last record of the parent type. */
export type FieldOrigin =
  | { kind: 'record' }
  | { kind: 'header' }
  | { kind: 'parent'; recordType: string }
  /** No bytes at all: the number of the occurrence, from 1. */
  | { kind: 'occurrence-number' };

/** A field is there only in records of which bytes `startByte` to `endByte` are one of `anyOf`. */
export interface Selection {
  startByte: number;
  endByte: number;
  anyOf: Uint8Array[];
  /** The bytes are those of an occurrence, not once in the record. */
  inOccurrence: boolean;
}

/** How pages are compressed; a column on which it does not pay is written as `none`. */
export const COMPRESSIONS = ['snappy', 'zstd', 'none'] as const;
export type Compression = (typeof COMPRESSIONS)[number];

export type RecordFormat = 'lines' | 'fixed' | 'rdw' | 'bdw' | 'length-field';
export type Usage = 'display' | 'packed' | 'binary' | 'float';
export type ByteOrder = 'big' | 'little';

export interface RecordLayout {
  format: RecordFormat;
  /** Without terminator and descriptor; of records that vary, the longest. */
  lengthBytes: number;
  /** What becomes of records that are shorter. */
  short: 'pad' | 'reject';
  /** What ends a line, behind a CR or not: LF, or what stands for it in EBCDIC. */
  lineEndByte: number;
  /** What fills up a record that is padded. */
  spaceByte: number;
  /** Bytes before the first record and behind the last that are none. */
  fileHeaderBytes: number;
  fileTrailerBytes: number;
  /** Of rdw and bdw: the four bytes before each record, and each block. */
  descriptor:
    | {
        byteOrder: ByteOrder;
        /** Which two of the four bytes hold the length; the others are zero. */
        lengthHalf: 'first' | 'second';
        lengthIncludesHeader: boolean;
      }
    | undefined;
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
  origin: FieldOrigin;
  /** The list whose elements hold it. */
  list: ListColumn | undefined;
  /** Of child rows: it stands in each occurrence, not once in the record. */
  inOccurrence: boolean;
  /** When it is there at all, as where items share bytes. */
  when: Selection | undefined;
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

/** Bytes `startByte` to `endByte` of a record equal one of `anyOf`, each as long as that. */
export interface RecordMatch {
  startByte: number;
  endByte: number;
  anyOf: Uint8Array[];
  /** As the layout says it, for people: `'01'` or `'01' or '02'`. */
  text: string;
}

export interface ControlRecord {
  match: RecordMatch;
  fields: Field[];
}

/** Where the control file of a data file is, and which of its records states the totals. */
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

/** A field of the header, the trailer or the control file must equal a figure computed from the records. */
export interface ControlTotalRule {
  /** As people see it: `trailer.totreg`. */
  name: string;
  record: 'header' | 'trailer' | 'controlFile' | 'dayManifest';
  field: string;
  equals: CountFigure | FieldFigure;
}

/** `count-with-header` are details and header, without the trailer. */
export type CountFigure =
  | { kind: 'count-all' | 'count-detail' | 'count-with-header' | 'count-with-trailer' }
  | { kind: 'count-type'; recordType: string };

/** A sum, or a hash total: the digits of an identifier as a number, added up, modulo `modulus`. */
export type FieldFigure =
  | { kind: 'sum'; field: string; recordType: string; scale: number }
  | { kind: 'hash'; field: string; recordType: string; modulus: bigint };

/** Name of a field among those of its record: of an element of a list with the list's before it. */
export function fieldPath({ name, list }: Field): string {
  return list?.isStruct ? `${list.name}.${name}` : name;
}

/** Every dataset of a layout, in the order of its record types. */
export function datasetsOf(layout: Pick<Layout, 'recordTypes'>): Dataset[] {
  return layout.recordTypes.flatMap(({ datasets }) => datasets);
}

/** Whether rows carry fields of the header. */
export function copiesHeader(layout: Pick<Layout, 'recordTypes'>): boolean {
  return datasetsOf(layout).some(({ fields }) => fields.some(({ origin }) => origin.kind === 'header'));
}

/** The rows of a layout of one record type; of others, those of the first that has some. */
export function firstDataset(layout: Pick<Layout, 'recordTypes'>): Dataset {
  return datasetsOf(layout)[0]!;
}

/** What is added up of a field: its value, or its digits whatever its sign and point. */
export interface SummedField {
  field: Field;
  kind: FieldFigure['kind'];
}

/** The fields of a record type whose values are summed, each once in each way. */
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
