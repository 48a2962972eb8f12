import type { Catalog } from '../../shared/ports/catalog.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';

/** A system that the smoke test runs against: a deployed stage, or this machine. */
export interface SmokeStage {
  /** For people: `stack positional-lake-dev`. */
  name: string;
  raw: ObjectStore;
  lake: ObjectStore;
  publishedPrefix: string;
  catalog: Catalog;
  /** Tells the starter of an upload; on AWS S3 does it. */
  announce(key: string, version: string): Promise<void>;
  /** All rows, values as text; null stays null. */
  query(sql: string): Promise<(string | null)[][]>;
  /** How many files make a day there; undefined if each file is published by itself. */
  expectedFiles: number | undefined;
  waitMs(milliseconds: number): Promise<void>;
}
