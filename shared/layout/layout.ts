import type { Encoding } from './code-page.ts';
import type { CountKind } from './count-conventions.ts';
import type { ByteOrder, Field, Occurs, Positions } from './field.ts';

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
  /** What no detail may look like, even in a file without header and trailer. */
  notDetails: { header: RecordMatch | undefined; trailer: RecordMatch | undefined };
  /** The file beside each data file that states its totals. */
  controlFile: ControlFileRule | undefined;
  controlTotals: ControlTotalRule[];
  groups: GroupRule | undefined;
  businessDate: BusinessDateRules;
  compression: Compression;
  parquet: PageForm;
  rejects: {
    maxPercent: number;
    /** Most percent of the values of a field that may become null because they are invalid; undefined: no limit. */
    maxInvalidPercent: number | undefined;
  };
  day: DayRules;
  /** 16 hex digits: a hash of everything above that changes rows. */
  fingerprint: string;
}

/** How the business date of a file is found and held against others. */
export interface BusinessDateRules {
  /** The header's field that says it. */
  headerField: string | undefined;
  /** What a header with another date does. */
  onMismatch: 'warn' | 'refuse';
  /** A date further back, or further ahead, than this from today is a warning. */
  mostDaysAgo: number;
  mostDaysAhead: number;
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

/**
 * Codecs of Parquet pages. A column that does not get smaller is written with `none`. `zstd-fast` is Zstandard that searches for
 * matches only where they save most of the bytes.
 */
export const PAGE_CODECS = ['snappy', 'zstd', 'zstd-fast', 'none'] as const;
export type PageCodec = (typeof PAGE_CODECS)[number];

/** What a layout may ask for: one codec, or for each column chunk the one that suits it (parquet/page-compressor.ts). */
export const COMPRESSIONS = ['auto', ...PAGE_CODECS] as const;
export type Compression = (typeof COMPRESSIONS)[number];

export type RecordFormat = 'lines' | 'fixed' | 'rdw' | 'bdw' | 'length-field';

export interface RecordLayout {
  format: RecordFormat;
  /** `characters`: all offsets and lengths of records and fields are numbers of characters, though their names say bytes. */
  positions: Positions;
  /**
   * If the layout of UTF-8 lines does not say what its positions count: the last place where something is read. A character of several
   * bytes before it, in a line that is not whole, leaves open what is read after it. Else 0.
   */
  unsaidBefore: number;
  /** Without terminator and descriptor; the longest if lengths vary. */
  lengthBytes: number;
  /** Treatment of shorter records. */
  short: 'pad' | 'reject';
  /** Treatment of a last line without terminator that is shorter. */
  cutShort: 'refuse' | 'accept';
  /** The byte that ends a line, after a CR or without: LF, or its equivalent in EBCDIC. */
  lineEndByte: number;
  /** What is after each fixed record; undefined: what the file proves. */
  terminator: 'none' | 'lf' | 'crlf' | undefined;
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
/** The places whose bytes tell the kind of a record, at least one. A record is of the kind if all of them fit. */
export type RecordMatch = readonly [MatchPlace, ...MatchPlace[]];

/** Bytes `startByte` to `endByte` of a record equal one of `anyOf`, each as long as that. */
export interface MatchPlace {
  positions: Positions;
  startByte: number;
  endByte: number;
  anyOf: Uint8Array[];
  /** For people, as the layout writes it: `'01'` or `'01' or '02'`. */
  text: string;
}

export interface ControlRecord {
  match: RecordMatch;
  positions: Positions;
  fields: Field[];
}

/** Name and form of the control file of a data file, and which of its records states the totals. */
export interface ControlFileRule {
  /** Its name beside the data file: `{name}` is that file's whole name, `{stem}` the name without extension. */
  name: string;
  format: 'lines' | 'fixed';
  positions: Positions;
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
export type CountFigure =
  | { kind: CountKind }
  | { kind: 'count-type'; recordType: string; where?: Condition | undefined };

/** A sum, or a hash total: the digits of an identifier as a number, added up, modulo `modulus`. */
export type FieldFigure =
  | { kind: 'sum'; field: string; recordType: string; scale: number; where?: Condition | undefined }
  | { kind: 'hash'; field: string; recordType: string; modulus: bigint; where?: Condition | undefined };

/** A record counts only if a field of it, without blanks and NULs at its ends, is one of these texts. */
export interface Condition {
  field: Field;
  /** In the field's code page, without blanks at their ends; an empty one stands for a blank field. */
  anyOf: Uint8Array[];
  /** For people: `tipo is 'C' or 'D'` */
  text: string;
}

/** The groups (lots) of a file: each begins with a record of one type and ends with one of another. */
export interface GroupRule {
  header: string;
  trailer: string;
  /** Each names a field of the group's header or trailer, and a figure of the records of the group. */
  totals: ControlTotalRule[];
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
