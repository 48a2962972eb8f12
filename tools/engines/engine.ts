import type { KnownState } from './engine-lake.ts';

/** The rows of a state as an engine reads them, or why it does not. */
export type EngineRows = Record<string, unknown>[] | { error: string };

export type Ready =
  | { read(states: KnownState[], folder: string): Promise<EngineRows[]> }
  | { missing: string };

/** A program of others that reads Iceberg tables. */
export interface Engine {
  name: string;
  /** Installs it, if it is not there yet; says why if that is not possible. */
  prepare(): Promise<Ready>;
}
