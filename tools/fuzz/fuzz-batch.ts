/** An input that was not answered as it should be. */
export interface FoundCase {
  index: number;
  what: string;
}

/** A worker thread's answer to a batch of inputs. */
export interface BatchAnswer {
  /** Names of what was counted, each with its number. */
  outcomes: [string, number][];
  /** Damaged records that were played. */
  damagedRecords: number;
  found: FoundCase[];
}

/** Hostile inputs of all kinds, or good files with damaged records. */
export type FuzzSubject = 'hostile' | 'damage';

export interface FuzzWorkerSetup {
  subject: FuzzSubject;
  seed: number;
  /** An empty folder. Nothing is ever written to it: hostile keys must find nothing in it or beside it. */
  emptyDir: string;
  /** Index of the current input, for the pool, which watches the time. */
  at: SharedArrayBuffer;
}
