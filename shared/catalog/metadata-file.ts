import { createHash } from 'node:crypto';
import { following, type TableMetadata } from '../iceberg/table-metadata.ts';
import { type TablePlace, uriOf } from './table-place.ts';
import { fieldsOfTable, type TableField, type TableState } from './table-state.ts';

/** What readers are pointed to. */
export interface PointedTable {
  metadataUri: string;
  /** `s3://bucket/contracts` */
  location: string;
  /** Columns, then keys. */
  fields: TableField[];
}

/** `…/metadata/00012-5f0c2b91….metadata.json` → 12; -1 for any other name. */
export function metadataNumber(name: string): number {
  return Number(/\/metadata\/(\d+)-[^/]*\.metadata\.json$/.exec(name)?.[1] ?? -1);
}

/** Writes the metadata that follows from that of `before`. Its name has its number and a hash, so nobody else's is written over. */
export async function writeMetadata(
  place: TablePlace,
  table: string,
  metadata: TableMetadata,
  before: TableState | undefined,
): Promise<PointedTable> {
  const last = before && { ...before, ms: before.metadata['last-updated-ms'] };
  const next = last ? following(metadata, last.uri, last.ms) : metadata;
  const bytes = Buffer.from(JSON.stringify(next));
  const number = before ? metadataNumber(before.uri) + 1 : 0;
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
  const key = `${table}/metadata/${String(number).padStart(5, '0')}-${hash}.metadata.json`;
  await place.store.put(`${place.publishedPrefix}${key}`, bytes);
  return { metadataUri: uriOf(place, key), location: metadata.location, fields: fieldsOfTable(metadata) };
}
