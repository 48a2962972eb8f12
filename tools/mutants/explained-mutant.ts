/** A mutant that no test can catch, or need not. */
export interface Explained {
  file: string;
  /** The code around the change, which is there exactly once. */
  within: string;
  /** Before and after. */
  edits: readonly (readonly [from: string, to: string])[];
  why: string;
}

export const BOTH_OR_NEITHER = 'there are both or neither: asking for both is only for the compiler';
