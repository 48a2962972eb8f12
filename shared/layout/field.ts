import type { CodePage } from './code-page.ts';
import type { DateFormat } from './date-format.ts';
import type { FieldType } from './field-type.ts';
import type { NumberNotation, Point } from './number-notation.ts';

/** The unit in which `start`, `end` and `record.length` count. */
export type Positions = 'bytes' | 'characters';
export type Usage = 'display' | 'packed' | 'binary' | 'float';
export type ByteOrder = 'big' | 'little';
export type Sign = 'none' | 'leading' | 'trailing' | 'leading-separate' | 'trailing-separate' | 'marks';
export type Keep = 'all' | 'alphanumeric' | 'digits';

/** What is shown of a personal field to those who must not see the person; `nothing-personal` if the layout says that it is not. */
export type Personal = 'left-out' | 'last-two' | 'nothing-personal';

export interface Field {
  name: string;
  /** Names that its column had before. */
  formerly?: string[] | undefined;
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
  /** `characters`: the record is narrowed to one byte for each character before the field is read, and its offsets count these. */
  positions: Positions;
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
  /** Fillings and values that mean null, of which any may be in the field. */
  nullWhen: NullWhen[];
  /** Blanks all over it could be a number as well as nothing, and the layout does not say which. */
  rejectsBlanks: boolean;
  /** Zeros to add after the stored digits, like the trailing Ps of a picture: 123 of 9(3)P(2) is 12300. */
  trailingZeros: number;
  sign: Sign;
  point: Point;
  /** How a display number is written, besides sign and point. */
  notation: NumberNotation;
  trim: 'trailing' | 'both' | 'none';
  keep: Keep;
  /** People look up rows by single values of it. */
  isLookedUp: boolean;
  required: boolean;
  /** Undefined if the layout does not say whether it is about a person. */
  personal: Personal | undefined;
  /** A record may end before it, which means null, and within it if it is text. */
  mayBeAbsent: boolean;
  onInvalid: 'null' | 'reject';
  dateFormat: DateFormat | undefined;
  trueValues: string[];
  falseValues: string[];
}

/** Bytes of a field that mean null. */
export interface NullWhen {
  /** As the layout writes it. */
  text: string;
  /** Every byte is the one in `bytes`; the field is `bytes`; or its text is, without the padding around it. */
  as: 'filled' | 'whole' | 'trimmed';
  bytes: Uint8Array;
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
  /** Offset of the first occurrence in the record. */
  startByte: number;
  dependingOn: Field | undefined;
  /** What a record becomes whose own length contradicts `dependingOn`. */
  ifLengthDiffers: 'reject' | 'accept';
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

/** Name of a field in its record: `amount`, or `items.amount` for an element of a list of structs. */
export function fieldPath({ name, list }: Field): string {
  return list?.isStruct ? `${list.name}.${name}` : name;
}
