import type { ObjectStore } from '../ports/object-store.ts';

/** Where the files of a table are, for us and for its readers. */
export interface TablePlace {
  store: Pick<ObjectStore, 'get' | 'head' | 'readRange' | 'described'> & {
    put(key: string, bytes: Uint8Array): Promise<unknown>;
  };
  /** Of keys in the store; nothing on AWS. */
  publishedPrefix: string;
  /** What readers put before a key below the published root: `file:///lake/processed/`, `s3://bucket/`. */
  root: string;
  /** Ends of files that are read at once; 16 if nothing is said. */
  parallelReads?: number;
}

/** A key below the published root as readers name it. */
export function uriOf({ root }: TablePlace, key: string): string {
  return `${root}${key}`;
}

/** Stores a file of the metadata of a table. Answers with its place for readers. */
export async function storeMetadata(
  place: TablePlace,
  dataset: string,
  name: string,
  bytes: Uint8Array,
): Promise<string> {
  const key = `${dataset}/metadata/${name}`;
  await place.store.put(`${place.publishedPrefix}${key}`, bytes);
  return uriOf(place, key);
}
