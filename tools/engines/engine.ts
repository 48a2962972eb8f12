import type { KnownState } from './engine-lake.ts';

/** The rows of a state as an engine reads them, or why it does not. */
export type EngineRows = Record<string, unknown>[] | { error: string };

/** What a reader saw of a table at one time: rows and sum of each day, or the error. */
export interface Look {
  saw: string;
  fromMs: number;
  toMs: number;
}

/** An engine that looks at a table again and again. */
export interface Looking {
  /** Waits until a look that began after this call has ended. */
  looked(): Promise<void>;
  /** Everything that it saw; the last look begins after this call. */
  stop(): Promise<Look[]>;
}

/** What is asked of a table, as a condition of SQL; none asks for all of it. */
export interface Question {
  name: string;
  filter: string;
}

/** How many files an engine would open for a question, and the seconds that it plans it: the first time, and the median of the next five. */
export interface Planned {
  name: string;
  files: number;
  first: number;
  seconds: number;
}

/** A question in SQL, in which `{table}` stands for the table. */
export interface Asking {
  name: string;
  sql: string;
}

/** An answer: its rows, the seconds of the first time and the median of the next five, and the bytes of files that were read, if known. */
export interface Asked {
  name: string;
  rows: unknown[][];
  first: number;
  seconds: number;
  bytes: number | undefined;
}

/** An engine that runs. */
export interface EngineSession {
  read(states: KnownState[]): Promise<EngineRows[]>;
  look(table: string): Promise<Looking>;
  plan(table: string, questions: Question[]): Promise<Planned[]>;
  ask(table: string, questions: Asking[]): Promise<Asked[]>;
  /** Lets it write the rows of a table into a table of its own below `warehouse`, if it can; answers with the folder of it. */
  rewrite?(table: string, warehouse: string, partitions: string[]): Promise<string>;
  /** Where it takes statements from others, if it does. */
  address?: string;
}

export type Ready =
  | {
      /** Starts it once for all that `act` asks, and ends it. Its files are in the folder. */
      use<T>(folder: string, act: (session: EngineSession) => Promise<T>): Promise<T>;
    }
  | { missing: string };

/** A program of others that reads Iceberg tables. */
export interface Engine {
  name: string;
  /** Installs it, if it is not there yet; says why if that is not possible. */
  prepare(): Promise<Ready>;
}
