/**
 * Why a whole file was not taken. A value, not an error: Choices of the state machine read it, and a refused file must
 * not look as if running it again could help.
 */
export interface Refusal {
  code: RefusalCode;
  /** What, where, why and what to do next, without record content. */
  message: string;
}

/** Refuses the file `where`: what is the matter, as a clause, and what to do next, as sentences. */
export function refuse(
  code: RefusalCode,
  { where, what, next }: { where: string; what: string; next: string },
): Refusal {
  return { code, message: `${where}: ${what}. Nothing was published. ${next}` };
}

/** Refuses a file without records. */
export function refuseEmpty(where: string, what: string): Refusal {
  const next = 'Ask for it to be sent again; an empty day must say so in another way.';
  return refuse('empty-file', { where, what, next });
}

export function isRefusal(value: object): value is Refusal {
  return 'code' in value;
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
  | 'day-manifest-invalid'
  | 'not-in-day-manifest'
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
