import type { DescribedFiles } from './described-files.ts';
import type { ChecksumOfFile } from './file-checksum.ts';

/** Options of a file object store. */
export interface FileStoreOptions {
  rootDir: string;
  sync?: boolean;
  /** The threads that write have all cores: other threads would take them from these. */
  writesAtOnce?: boolean | undefined;
  /** For files of other people, who may write to them and set their times; `-` for what is kept of standard input. */
  isSource?: boolean | '-';
  onRead?: ((bytes: number) => void) | undefined;
  /** Sums whole files, if another thread is to do it. */
  checksumOf?: ChecksumOfFile | undefined;
  /** Has this process waited until the disk had the bytes of this object? */
  isOnDisk?: ((key: string) => boolean) | undefined;
  /** Facts about files that this process wrote. */
  described?: DescribedFiles | undefined;
}
