import { ParquetMalformed } from '../errors.ts';

/** A part that this program should have written, and did not write like that. */
export function malformed(what: string): ParquetMalformed {
  return new ParquetMalformed({
    what: `${what} in a Parquet file of ours`,
    why: 'the merger reads only what this program writes',
    next: 'The part is damaged or of another version: convert the source again with --force.',
  });
}
