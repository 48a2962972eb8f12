import type { ColumnSchema } from './schema.ts';

/** Columns of every rejects dataset. `raw` is the record as it is in the file, without terminator. */
export const REJECT_COLUMNS: ColumnSchema[] = [
  { name: 'source_key', type: { kind: 'string' } },
  { name: 'byte_offset', type: { kind: 'integer' } },
  { name: 'record_length_bytes', type: { kind: 'integer' } },
  { name: 'reason', type: { kind: 'string' } },
  { name: 'field', type: { kind: 'string' } },
  { name: 'raw', type: { kind: 'binary' } },
];
