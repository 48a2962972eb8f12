import type { ByteRange } from '../ranges/byte-range.ts';

/** A place that files appear in: a mounted folder, or one behind SFTP or FTPS. Only read, unless removal is configured. */
export interface TransferSource {
  /** What people call it: `/mnt/contratos`, `sftp://host/folder`. */
  readonly name: string;
  /** True if a pin tells every write apart. A server that only shows size and time in seconds cannot. */
  readonly hasStrictPins: boolean;
  /** For so long, a look may show what was there before: a mount remembers sizes and times, and cannot be asked anew. */
  readonly remembersMs: number;

  /** Every file in it and in the folders below; links are left out. Fails with `StoreUnavailable`. */
  list(): AsyncIterable<SeenFile>;

  /** One file, freshly looked at; undefined if it is not there. */
  look(path: string): Promise<SeenFile | undefined>;

  /**
   * Fills `buffer`, from its start, with a range of exactly the file that `pin` names. Any change fails with `SourceChanged`, at the latest
   * after the last byte.
   */
  readInto(path: string, range: ByteRange, pin: string, buffer: Uint8Array): Promise<void>;

  /** Removes exactly the file that `pin` names; false if it is another one by now, which stays. */
  remove(path: string, pin: string): Promise<boolean>;

  /** Ends connections. */
  close(): Promise<void>;
}

/** A file at one look. */
export interface SeenFile {
  /** Below the source's folder, `/`-separated. */
  path: string;
  sizeBytes: number;
  /** Identifies these bytes in the journal. */
  version: string;
  /** Pass it to a read to get exactly these bytes. */
  pin: string;
  /** When it was last written to, by the clock of the file server. */
  modifiedMs: number;
  /** Why it cannot be taken whatever a rule says, as a clause. */
  problem?: string;
}
