import type { Place } from './copybook-invalid.ts';

/** A data description entry: a level number, a name and its clauses as they are written. */
export interface Entry extends Place {
  level: number;
  /** Upper case; undefined for FILLER. */
  name: string | undefined;
  picture?: Clause<string>;
  usage?: Clause<Usage>;
  sign?: Clause<{ position: 'leading' | 'trailing'; separate: boolean }>;
  redefines?: Clause<string>;
  occurs?: Clause<Occurs>;
  synchronized?: Clause<true>;
  justified?: Clause<true>;
  blankWhenZero?: Clause<true>;
  /** Literals of VALUE as written; of an 88 its values, ranges as `a THRU b`. */
  values?: Clause<string[]>;
  renames?: Clause<{ from: string; through: string | undefined }>;
}

export interface Clause<T> extends Place {
  value: T;
}

/** The occurrences of an item in its record; `dependingOn` names the item that holds their number. */
export interface Occurs {
  min: number;
  max: number;
  dependingOn: string | undefined;
}

export type Usage =
  | 'display'
  | 'binary'
  | 'native-binary'
  | 'packed'
  | 'packed-unsigned'
  | 'float'
  | 'double'
  | 'national';
