import type { KnownState } from './engine-lake.ts';

/** The rows of a state as an engine reads them, or why it does not. */
export type EngineRows = Record<string, unknown>[] | { error: string };

export type Ready =
  | {
      read(states: KnownState[], folder: string): Promise<EngineRows[]>;
      /** Reads a table again and again while `act` runs; answers with what it saw, one line for each time. Trino does not: it has to be told each commit. */
      loop?(table: string, folder: string, act: () => Promise<void>): Promise<string[]>;
    }
  | { missing: string };

/** A program of others that reads Iceberg tables. */
export interface Engine {
  name: string;
  /** Installs it, if it is not there yet; says why if that is not possible. */
  prepare(): Promise<Ready>;
}
