import type { FileWork, Work } from './file-work.ts';
import type { Night, Throughput } from './night.ts';

const MEGABYTE = 1_000_000;
const ENTRIES_AT_ONCE = 16;
const RESULTS_AT_ONCE = 64;
/** S3 lists so many keys in an answer. */
const LIST_PAGE = 1000;
/** The end of each new file is read for its manifest: a HEAD and a range, so many files at once (shared/aws/glue-catalog.ts). */
const FOOTERS_AT_ONCE = 256;
const REQUESTS_A_FOOTER = 2;
/** Rows, rejects and days: each has its metadata and list read, and a manifest, a list and metadata written. */
const TABLES = 3;
const READS_A_TABLE = 2;
const WRITES_A_TABLE = 3;

/** The day that the files of a night belong to: which of them are loaded, and how far its publication is. */
export class DayPublication {
  /** When readers saw the last file. */
  publishedAtSeconds: number | undefined;
  private readonly night: Night;
  private readonly rates: Throughput;
  private readonly file: FileWork;
  private readonly loaded = new Set<number>();
  private readonly published = new Set<number>();
  /** The file whose finalizer publishes the day: the one that completed it. */
  private publisher: number | undefined;
  /** Objects in place already: a try that follows one that was cut off goes on where that one stopped. */
  private placed = new Map<number, number>();

  constructor(night: Night, rates: Throughput, file: FileWork) {
    this.night = night;
    this.rates = rates;
    this.file = file;
  }

  /** What the finalizer of a file does, if it is cut off after `limitSeconds`; marks the file loaded. */
  finalize(fileIndex: number, limitSeconds: number): Work {
    const { code, files } = this.night;
    this.loaded.add(fileIndex);
    const request = this.rates.assumptions.s3RequestMs / 1000;
    const pages = Math.ceil(files / LIST_PAGE);
    const entries = code.dayReads === 'all' ? files : 1;
    const { documentsOfMerges: results } = this.file;
    const waves = 10 + Math.ceil(results / RESULTS_AT_ONCE) + Math.ceil(entries / ENTRIES_AT_ONCE) + pages;
    const own: Work = {
      seconds: request * waves,
      requests: {
        gets: { runs: results + 3, ledger: entries + 4 },
        puts: { ledger: 3 + pages },
      },
    };
    if (this.night.publication === 'day' && code.copies === 'own') this.place(own);
    if (!this.publishes(fileIndex)) return own;
    return this.publish(fileIndex, own, limitSeconds);
  }

  /** Copies the objects of one file to their place, where nobody sees them before the day is published. */
  private place(own: Work): void {
    const { outputs } = this.file;
    const waves = Math.ceil(outputs / this.night.code.copiesAtOnce);
    own.seconds += waves * this.copySeconds();
    own.requests.puts = { ...own.requests.puts, table: outputs };
  }

  /** An object is looked for, and then copied by S3. */
  private copySeconds(): number {
    const { s3RequestMs, mergeMegabytesPerSecond } = this.rates.assumptions;
    return (2 * s3RequestMs) / 1000 + this.file.mergedBytes / MEGABYTE / mergeMegabytesPerSecond;
  }

  /** Readers see the files of a publication from now on. */
  finished(fileIndex: number, nowSeconds: number): void {
    if (!this.publishes(fileIndex)) return;
    this.published.add(fileIndex);
    const isLast = this.night.publication === 'day' || this.published.size === this.night.files;
    if (isLast) this.publishedAtSeconds = nowSeconds;
  }

  private publishes(fileIndex: number): boolean {
    if (this.night.publication === 'file') return true;
    if (this.loaded.size === this.night.files) this.publisher ??= fileIndex;
    return this.publisher === fileIndex;
  }

  private publish(fileIndex: number, own: Work, limitSeconds: number): Work {
    const { code, publication } = this.night;
    const { s3RequestMs, catalogMs } = this.rates.assumptions;
    const request = s3RequestMs / 1000;
    const { outputs } = this.file;
    const isOneFile = publication === 'file' && (code.copies === 'own' || code.copies === 'new');
    const filesCopied = isOneFile ? 1 : this.loaded.size;
    const before = this.placed.get(fileIndex) ?? 0;
    const isPlaced = code.copies === 'none' || (code.copies === 'own' && publication === 'day');
    const objects = isPlaced ? 0 : Math.max(0, filesCopied * outputs - before);
    const copySeconds = this.copySeconds();
    const looked = request * Math.ceil((filesCopied * outputs) / code.copiesAtOnce);
    const footers = filesCopied * outputs;
    const footerSeconds = request * REQUESTS_A_FOOTER * Math.ceil(footers / FOOTERS_AT_ONCE);
    const catalog = catalogMs / 1000 + request * TABLES * (READS_A_TABLE + WRITES_A_TABLE);
    const rest = own.seconds + looked + footerSeconds + catalog;
    const wholeWaves = Math.ceil(objects / code.copiesAtOnce);
    const wavesInTime = Math.max(0, Math.floor((limitSeconds - rest) / copySeconds));
    const copied = Math.min(objects, wavesInTime * code.copiesAtOnce);
    if (copied < objects) this.placed.set(fileIndex, before + copied);
    return {
      seconds: rest + wholeWaves * copySeconds,
      requests: {
        gets: {
          ...own.requests.gets,
          runs: (own.requests.gets?.runs ?? 0) + filesCopied * outputs,
          table: copied + REQUESTS_A_FOOTER * footers + TABLES * READS_A_TABLE,
        },
        puts: {
          ledger: (own.requests.puts?.ledger ?? 0) + 1,
          table: (own.requests.puts?.table ?? 0) + copied + TABLES * WRITES_A_TABLE,
        },
      },
    };
  }
}
