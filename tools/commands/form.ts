/** What a record says, in whatever form its file has. */
export interface RawRecord {
  /** The table of its rows. */
  table: string;
  /** Blank in a record that must be rejected. */
  id: string;
  cents: bigint;
  product: string;
  note: string;
}

/** What stands around the records of a file. */
interface Frame {
  businessDate: string;
  /** Corrected records alone: no header, no trailer. */
  isSupplement: boolean;
  /** The file is whole; else it states what its records are not, or more of them are wrong than may be. */
  isSound: boolean;
}

interface EncodedFile {
  bytes: Buffer;
  /** First byte of each record. */
  offsets: number[];
}

/**
 * One kind of files, with an encoder of its own that shares no code with the project. A version of the layout is what the layout file
 * holds; the same bytes by another version are another version of the file.
 */
export interface Form {
  /** Name of the layout, and of the days in the ledger. */
  dataset: string;
  tables: readonly string[];
  /** Texts of the layout file, by version; empty if the layout comes with the project. */
  layouts: readonly string[];
  /** Columns of its tables. */
  columns: { id: string; amount: string; product: string; note: string };
  records: { least: number; most: number; rejectedPercent: number };
  fileName(businessDate: string, name: string): string;
  encode(records: readonly RawRecord[], frame: Frame): EncodedFile;
  /** Values of a row, in the order of `RawRecord`, as a layout shows them. */
  shown(record: RawRecord, layout: number): string;
}

export function isRejected({ id }: RawRecord): boolean {
  return id.trim() === '';
}

/** A row as judges compare it. */
export function rowText(id: string, cents: bigint, product: string, note: string): string {
  return `${id}|${cents}|${product}|${note}`;
}

export function compactDate(businessDate: string): string {
  return businessDate.replaceAll('-', '');
}

/** First byte of each record of a file, of which `first` bytes come before. */
export function offsetsOf(lengths: readonly number[], first: number): number[] {
  let at = first;
  return lengths.map((length) => {
    const offset = at;
    at += length;
    return offset;
  });
}
