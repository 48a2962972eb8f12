import type { Catalog } from '../../shared/ports/catalog.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';

/** A system to be tried: a deployed stage, or this machine. */
export interface SmokeStage {
  /** For people: `stage dev of positional-lake`. */
  name: string;
  raw: ObjectStore;
  lake: ObjectStore;
  publishedPrefix: string;
  catalog: Catalog;
  /** What makes an upload known to the starter; on AWS the event goes by itself. */
  announce(key: string, version: string): Promise<void>;
  /** All rows, values as text; null stays null. */
  query(sql: string): Promise<(string | null)[][]>;
  /** Files that make a day there, or undefined where each file is published. */
  expectedFiles: number | undefined;
  waitMs(milliseconds: number): Promise<void>;
}
