/**
 * Why a whole file was not taken. A value, not an error: Choices of the state machine read it, and a refused file must
 * not look as if running it again could help.
 */
export interface Refusal {
  code: RefusalCode;
  /** What, where, why and what to do next, without record content. */
  message: string;
}

export type RefusalCode =
  | 'empty-file'
  | 'not-whole-records'
  | 'chain-broken'
  | 'compression-broken'
  | 'terminator-missing'
  | 'no-line-terminator'
  | 'line-too-long'
  | 'header-missing'
  | 'trailer-missing'
  | 'control-field-invalid'
  | 'control-file-missing'
  | 'control-file-invalid'
  | 'business-date-mismatch'
  | 'control-file-invalid'
  | 'not-in-control-file'
  | 'size-mismatch'
  | 'checksum-mismatch'
  | 'duplicate-content'
  | 'rolled-back'
  | 'supplement-unknown'
  | 'supplement-too-large'
  | 'ranges-do-not-tile'
  | 'counts-do-not-balance'
  | 'control-total-mismatch'
  | 'sum-undecodable'
  | 'too-many-rejects'
  | 'too-many-partitions';
