import type { CodePage } from '../code-page.ts';
import { GuessedRecords } from './guessed-records.ts';

/**
 * Keeps the records of a file for `guess`: all of them, or, if they do not fit, every second, every fourth and so on of all, so
 * that they come from the whole file. The first record and the last are always among them.
 */
export class RecordSampler {
  recordCount = 0;
  /** Every how many records one is kept. */
  every = 1;
  private readonly mostBytes: number;
  private bytes: Uint8Array;
  private filled = 0;
  private starts: number[] = [];
  private lengths: number[] = [];
  private last: Uint8Array | undefined;

  constructor(mostBytes: number) {
    this.mostBytes = mostBytes;
    this.bytes = new Uint8Array(Math.min(mostBytes, 1024 * 1024));
  }

  add(record: Uint8Array): void {
    const isKept = this.recordCount % this.every === 0;
    this.recordCount++;
    this.last = isKept ? undefined : record.slice();
    if (isKept) this.keep(record);
  }

  records(codePage: CodePage): GuessedRecords {
    if (this.last) this.keep(this.last);
    this.last = undefined;
    return new GuessedRecords(this.bytes.subarray(0, this.filled), this.starts, this.lengths, codePage);
  }

  private keep(record: Uint8Array): void {
    while (this.filled + record.length > this.mostBytes && this.starts.length > 1) this.thinOut();
    if (this.filled + record.length > this.bytes.length) {
      const larger = new Uint8Array(Math.max(this.filled + record.length, this.bytes.length * 2));
      larger.set(this.bytes.subarray(0, this.filled));
      this.bytes = larger;
    }
    this.bytes.set(record, this.filled);
    this.starts.push(this.filled);
    this.lengths.push(record.length);
    this.filled += record.length;
  }

  /** Leaves every second record, moved together. */
  private thinOut(): void {
    const starts: number[] = [];
    const lengths: number[] = [];
    let filled = 0;
    for (let index = 0; index < this.starts.length; index += 2) {
      const start = this.starts[index]!;
      const length = this.lengths[index]!;
      this.bytes.copyWithin(filled, start, start + length);
      starts.push(filled);
      lengths.push(length);
      filled += length;
    }
    this.starts = starts;
    this.lengths = lengths;
    this.filled = filled;
    this.every *= 2;
  }
}
