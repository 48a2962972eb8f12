import { ParquetMalformed } from '../errors.ts';

/** The error for Parquet bytes that this program would not have written. */
export function malformed(what: string): ParquetMalformed {
  return new ParquetMalformed({
    what: `${what} in a Parquet file of ours`,
    why: 'The merger reads only what this program writes',
    next: 'The part is damaged or of another version: convert the source again with --force.',
  });
}
