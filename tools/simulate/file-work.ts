import { type Night, parseRate, type Throughput } from './night.ts';
import type { Requests } from './object-requests.ts';

/** What one call of a function does: seconds of its own, and requests to S3. */
export interface Work {
  seconds: number;
  requests: Requests;
}

const MEGABYTE = 1_000_000;
const MIB = 1024 * 1024;
/** As in shared/parquet/merge-plan.ts and the adapters of AWS: a part of this size is a file already; merged files are no larger. */
const WHOLE_PART_BYTES = 128 * MIB;
const MERGED_FILE_BYTES = 1024 * MIB;
/** S3 copies stretches above this itself (shared/aws/upload-plan.ts). */
const COPIED_PART_BYTES = 5 * MIB;
/** Requests at once, as in the code of each step. */
const CUTS_AT_ONCE = 64;
const MANIFESTS_AT_ONCE = 64;
const FOOTERS_AT_ONCE = 32;
const PARTS_CLOSED_AT_ONCE = 8;

/** The work of one file of a night, step by step. All files of a night are alike. */
export class FileWork {
  /** Bytes of each range. */
  readonly ranges: number[];
  /** Merged files of one file. */
  readonly merges: number;
  readonly mergedBytes: number;
  private readonly night: Night;
  private readonly rates: Throughput;
  private readonly requestSeconds: number;
  private readonly partsOfMerge: number;
  /** What the states before a Choice said of each file, for rules that ask whether it was said. */
  readonly said: Set<string>;
  /** Files of one part: nothing is left to merge. */
  readonly outputs: number;

  constructor(night: Night, rates: Throughput) {
    this.night = night;
    this.rates = rates;
    this.requestSeconds = rates.assumptions.s3RequestMs / 1000;
    const fileBytes = night.inputBytes / night.files;
    const count = Math.max(1, Math.ceil(fileBytes / night.rangeSizeBytes));
    const last = fileBytes - (count - 1) * night.rangeSizeBytes;
    this.ranges = Array.from({ length: count }, (_, index) =>
      index === count - 1 ? last : night.rangeSizeBytes,
    );
    const partitionBytes = (fileBytes * rates.bytesOutPerByteIn) / night.partitions;
    const isWhole = partitionBytes / count >= WHOLE_PART_BYTES;
    const files = isWhole ? count : Math.max(1, Math.ceil(partitionBytes / MERGED_FILE_BYTES));
    this.outputs = files * night.partitions;
    const isTaken = night.code.onlyParts === 'taken' && (isWhole || count === 1);
    this.merges = isTaken ? 0 : this.outputs;
    this.said = new Set([...(count === 1 ? ['onlyRange'] : []), ...(this.merges > 0 ? ['merges'] : [])]);
    this.mergedBytes = partitionBytes / files;
    this.partsOfMerge = Math.max(1, Math.round(count / files));
  }

  /** Documents that say what each merged file is. */
  get documentsOfMerges(): number {
    return this.night.code.onlyParts === 'taken' && this.merges === 0 ? 1 : this.outputs;
  }

  /** Head, samples, claim, plan; the bytes around each cut. */
  split(): Work {
    const cuts = this.ranges.length - 1;
    return {
      seconds: this.requestSeconds * (14 + Math.ceil(cuts / CUTS_AT_ONCE)),
      requests: { gets: { raw: 6 + cuts, ledger: 8 }, puts: { runs: 3, ledger: 3 } },
    };
  }

  /** Reading goes on while one thread decodes: the slower of the two counts. Then a part for each partition, and the manifest. */
  parse(rangeIndex: number): Work {
    const night = this.night;
    const rates = this.rates;
    const megabytes = this.ranges[rangeIndex]! / MEGABYTE;
    const decode = megabytes / parseRate(night.parserMemoryMb, rates);
    const read = megabytes / rates.assumptions.s3MegabytesPerSecond;
    const partBytes = (this.ranges[rangeIndex]! * rates.bytesOutPerByteIn) / night.partitions;
    const writes = writesOf(partBytes, night.code.uploadPartBytes);
    return {
      seconds:
        Math.max(decode, read) +
        this.requestSeconds * (Math.ceil(night.partitions / PARTS_CLOSED_AT_ONCE) + 3),
      requests: { gets: { raw: 1, runs: 2 }, puts: { runs: night.partitions * writes + 2 } },
    };
  }

  /** The manifest of every range, the specification of every merge; parts that become files as they are stand in one document. */
  reconcile(): Work {
    const documents = this.documentsOfMerges;
    const waves =
      Math.ceil(this.ranges.length / MANIFESTS_AT_ONCE) + Math.ceil(documents / MANIFESTS_AT_ONCE);
    return {
      seconds: this.requestSeconds * (8 + waves),
      requests: {
        gets: { runs: this.ranges.length + 2, ledger: 4 },
        puts: { runs: documents + 3, ledger: 3 },
      },
    };
  }

  /** The end of every part is read, in one request: footer and indexes of a part have a few KB. S3 copies what is before it, or the whole object if it is the only one. */
  merge(): Work {
    const parts = this.partsOfMerge;
    const partBytes = this.mergedBytes / parts;
    const isCopied = partBytes > COPIED_PART_BYTES;
    const sent = isCopied ? 0 : parts;
    const pieces = isCopied ? parts : Math.ceil(this.mergedBytes / COPIED_PART_BYTES);
    const writes = parts === 1 ? 1 : pieces + 3;
    return {
      seconds:
        this.requestSeconds * (6 + Math.ceil(parts / FOOTERS_AT_ONCE) + sent) +
        this.mergedBytes / MEGABYTE / this.rates.assumptions.mergeMegabytesPerSecond,
      requests: { gets: { runs: 3 + parts + sent }, puts: { runs: writes + 1 } },
    };
  }
}

function writesOf(bytes: number, partBytes: number): number {
  return bytes <= partBytes ? 1 : Math.ceil(bytes / partBytes) + 2;
}

/** The work of several items that one call does one after the other. */
export function together(works: Work[]): Work {
  const sum = (kind: 'gets' | 'puts') => {
    const total: NonNullable<Requests['gets']> = {};
    for (const { requests } of works) {
      for (const place of ['raw', 'runs', 'table', 'ledger'] as const) {
        const count = requests[kind]?.[place];
        if (count) total[place] = (total[place] ?? 0) + count;
      }
    }
    return total;
  };
  return {
    seconds: works.reduce((seconds, work) => seconds + work.seconds, 0),
    requests: { gets: sum('gets'), puts: sum('puts') },
  };
}
