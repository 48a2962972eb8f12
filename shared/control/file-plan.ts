import type { Refusal } from './refusal.ts';

/** What the splitter found out about a file and decided: `runs/<runId>/plan.json`. Every later step reads it. */
export interface FilePlan {
  runId: string;
  dataset: string;
  sourceKey: string;
  sourceId: string;
  version: string;
  /** Every read of the source carries it. */
  pin: string;
  sizeBytes: number;
  businessDate: string;
  ledgerKey: string;
  attempt: number;
  softwareVersion: string;
  /** The layout file as it was read, so that the run does not depend on what becomes of it. */
  layout: { file: string; text: string; fingerprint: string };
  geometry: { terminatorBytes: number; strideBytes: number | null };
  header: ControlRecordFound | null;
  trailer: ControlRecordFound | null;
  /** Bytes behind the last record that are none: blank lines, Ctrl-Z. */
  remainder: { startByte: number; endByte: number };
  rangeCount: number;
  /** Parts of at least so many bytes are not merged with others: each becomes a file as it is. */
  wholePartBytes: number;
  startedAt: string;
}

/** A header or trailer with its decoded fields, by name. */
export interface ControlRecordFound {
  startByte: number;
  /** Behind its terminator. */
  endByte: number;
  values: Record<string, ControlValue>;
  /** The record without terminator, in base64, where rows copy fields of it. */
  bytes?: string;
}

/** Text: yyyy-MM-dd of a date, unscaled digits of a number with its scale, else as it stands. Null is blank. */
export interface ControlValue {
  text: string | null;
  scale?: number;
  /** Why it did not decode. */
  invalid?: string;
}

/** One item of `runs/<runId>/ranges.json`. */
export interface PlannedRange {
  rangeIndex: number;
  startByte: number;
  endByte: number;
}

export type SplitVerdict =
  | { verdict: 'convert' }
  | { verdict: 'already-loaded' }
  | { verdict: 'refused'; refusal: Refusal };
