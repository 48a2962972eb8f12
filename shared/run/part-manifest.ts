import type { Refusal } from '../refusal.ts';
import type { FieldTotal } from '../totals/field-total.ts';

/** What one parser did: `runs/<runId>/parts/<rangeIndex>.json`, written last, so that it stands for the whole range. */
export interface PartManifest {
  rangeIndex: number;
  startByte: number;
  endByte: number;
  /** First byte that belongs to one of its records, and the one behind the last. */
  consumed: { startByte: number; endByte: number };
  records: { detail: number; accepted: number; rejected: number; discarded: number };
  /** Details by record type. */
  recordTypes: { name: string; records: number; rejected: number; discarded: boolean }[];
  /** Rows that the records make by what their tables say, by dataset. */
  expectedRows: Record<string, number>;
  /** Rejected records by reason. */
  reasons: Record<string, number>;
  /** Sums of the layout's control totals: unscaled decimal strings. */
  sums: FieldTotal[];
  /** Invalid values that became null, by field. */
  nulled: Record<string, number>;
  outputs: PartOutput[];
  rejects: PartFile | null;
  /** CRC-64/NVME of the range's bytes, as S3 shows it: eight bytes in base64. Those of all ranges combine. */
  checksum: string;
  /** Something only a parser can see and that refuses the whole file. */
  refusal: Refusal | null;
}

export interface PartFile {
  key: string;
  rows: number;
  bytes: number;
  rowGroupRows: number[];
  /** CRC-64/NVME, as that of the range. */
  checksum: string;
}

export interface PartOutput extends PartFile {
  dataset: string;
  /** Partition column → value. */
  partition: Record<string, string | null>;
}
