import {
  countsShape,
  flag,
  listOf,
  nullable,
  objectOf,
  optional,
  type ShapesOfKeys,
  text,
  wholeNumber,
} from '../json-shape.ts';
import { partitionShape } from '../keys/partition-path.ts';
import type { Refusal } from '../refusal.ts';
import { refusalShape } from '../refusal.ts';
import type { FieldTotal } from '../totals/field-total.ts';
import { fieldTotalShape } from '../totals/field-total.ts';
import { type RangeGroups, rangeGroupsShape } from '../totals/group-fold.ts';
import { type NulledExamples, nulledExamplesShape } from './invalid-values.ts';

/** The result of one parser: `runs/<runId>/parts/<rangeIndex>.json`. It is written last, so if it exists the range is complete. */
export interface PartManifest {
  rangeIndex: number;
  startByte: number;
  endByte: number;
  /** From the first byte of its first record to the end of its last record. */
  consumed: { startByte: number; endByte: number };
  /** `short`: accepted records that end before their last field; earlier versions did not count them. */
  records: { detail: number; accepted: number; rejected: number; discarded: number; short?: number };
  /** Details by record type. */
  recordTypes: { name: string; records: number; rejected: number; discarded: boolean }[];
  /** Rows that the records must make, by dataset. */
  expectedRows: Record<string, number>;
  /** Rejected records by reason. */
  reasons: Record<string, number>;
  /** Which records they are (`RejectsDigest`). Earlier versions did not say it. */
  rejectsDigest?: string;
  /** Sums of the layout's control totals: unscaled decimal strings. */
  sums: FieldTotal[];
  /** The groups of records, if the layout has groups. */
  groups?: RangeGroups | undefined;
  /** Invalid values that became null, by field. */
  nulled: Record<string, number>;
  /** The values of those fields and of others whose invalid values become null that could be read. Earlier versions did not count them. */
  valid?: Record<string, number>;
  /** The first such value of each field. */
  nulledExamples?: NulledExamples;
  /** The first rejected record. */
  firstReject?: FirstReject | undefined;
  outputs: PartOutput[];
  rejects: PartFile | null;
  /** CRC-64/NVME of the range's bytes as S3 shows it: eight bytes in base64. The checksums of all ranges combine into the file's. */
  checksum: string;
  /** Set if the parser saw something that refuses the whole file. */
  refusal: Refusal | null;
  /** When the try that parsed it began and ended. Earlier versions did not say it. */
  work?: WorkTime;
}

/** ISO 8601. */
interface WorkTime {
  startedAt: string;
  endedAt: string;
}

/** Where a record is that was rejected, and why. */
export interface FirstReject {
  reason: string;
  field: string | null;
  /** Offset of its first byte in the file. */
  byteOffset: number;
  /** Number of details before it in the range. */
  recordIndex: number;
}

export interface PartFile {
  key: string;
  rows: number;
  bytes: number;
  rowGroupRows: number[];
  /** CRC-64/NVME of the part, in the same form as the range's. */
  checksum: string;
}

export interface PartOutput extends PartFile {
  dataset: string;
  /** Partition column → value. */
  partition: Record<string, string | null>;
}

const partFileKeys: ShapesOfKeys<PartFile> = {
  key: text,
  rows: wholeNumber,
  bytes: wholeNumber,
  rowGroupRows: listOf(wholeNumber),
  checksum: text,
};

export const partFileShape = objectOf<PartFile>(partFileKeys);

export const partManifestShape = objectOf<PartManifest>({
  rangeIndex: wholeNumber,
  startByte: wholeNumber,
  endByte: wholeNumber,
  consumed: objectOf<PartManifest['consumed']>({ startByte: wholeNumber, endByte: wholeNumber }),
  records: objectOf<PartManifest['records']>({
    detail: wholeNumber,
    accepted: wholeNumber,
    rejected: wholeNumber,
    discarded: wholeNumber,
    short: optional(wholeNumber),
  }),
  recordTypes: listOf(
    objectOf<PartManifest['recordTypes'][number]>({
      name: text,
      records: wholeNumber,
      rejected: wholeNumber,
      discarded: flag,
    }),
  ),
  expectedRows: countsShape,
  reasons: countsShape,
  rejectsDigest: optional(text),
  sums: listOf(fieldTotalShape),
  groups: optional(rangeGroupsShape),
  nulled: countsShape,
  valid: optional(countsShape),
  nulledExamples: optional(nulledExamplesShape),
  firstReject: optional(
    objectOf<FirstReject>({
      reason: text,
      field: nullable(text),
      byteOffset: wholeNumber,
      recordIndex: wholeNumber,
    }),
  ),
  outputs: listOf(objectOf<PartOutput>({ ...partFileKeys, dataset: text, partition: partitionShape })),
  rejects: nullable(partFileShape),
  checksum: text,
  refusal: nullable(refusalShape),
  work: optional(objectOf<WorkTime>({ startedAt: text, endedAt: text })),
});
