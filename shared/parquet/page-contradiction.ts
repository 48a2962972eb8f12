import { PipelineError } from '../errors.ts';

/** Where in a file a page is, or a chunk. */
interface PagePlace {
  /** `row group 1 of 2, column amount` */
  chunk: string;
  /** Offset in the file. */
  byte?: number;
}

/** How a reason ends if a program can only fail there: nobody reads a wrong row. */
export const STOPS_READERS = ', so every program stops there';

/** A page that cannot be read, or that does not hold what footer and page index say of it. `why` says where and how, as a clause. */
export class PageContradiction extends PipelineError {
  override readonly name = 'ParquetMalformed';
  readonly retryable = false;

  constructor({ chunk, byte }: PagePlace, reason: string) {
    const at = byte === undefined ? chunk : `${chunk}, page at byte ${byte}`;
    super({
      what: 'a Parquet file of ours contradicts itself',
      why: `${at}: ${reason}`,
      next: 'Convert its source again with --force.',
    });
  }
}
