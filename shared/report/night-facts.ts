import type { DayCommit } from '../day/day-commit.ts';
import type { DayExpectation, FileStatus } from '../day/expected-files.ts';
import type { FilePlan } from '../run/file-plan.ts';
import type { LedgerEntry } from '../run/ledger-entry.ts';
import type { PartManifest } from '../run/part-manifest.ts';

/** Everything that a lake knows of one business date, as it was read; the report is made from it alone. */
export interface NightFacts {
  dataset: string;
  businessDate: string;
  /** When it was read. ISO 8601. */
  readAt: string;
  /** As commands name the lake: a folder, or `aws`. */
  lake: string;
  /** Hours of clocks are those of this zone, an IANA name. */
  timeZone: string;
  /** When the day had to be published; undefined if nobody set a time. ISO 8601. */
  deadline?: string | undefined;
  status: StatusFacts;
  /** When all expected files were first published together. ISO 8601. */
  publishedAt?: string | undefined;
  /** Files that arrived. */
  files: FileFacts[];
  commits: CommitFacts[];
  rejects: RejectFacts;
  /** Published nights of the dataset, oldest first: the last thirty before this one. */
  past: DayFacts[];
  /** This night as readers see it, in the same figures. */
  today?: DayFacts | undefined;
  /** Commits, entries and documents that cannot be read, each with why. */
  damaged: { key: string; why: string }[];
  /** By which prices its cost is worked out, and whether its times were measured on AWS. */
  billing: { region: string; isMeasured: boolean };
}

/** What `status` says of the day: the same figures. */
export interface StatusFacts {
  expectation: DayExpectation;
  counts: Record<FileStatus, number>;
  files: {
    name: string;
    status: FileStatus | 'stalled';
    unexpected?: boolean | undefined;
    hidden?: boolean | undefined;
    supplementOf?: string | undefined;
  }[];
  totals: {
    records: number;
    rows: number;
    rejected: number;
    corrected: number;
    sums: Record<string, string>;
  };
  published: PublishedFacts | null;
  pending?: PublishedFacts | undefined;
  waitingFor?: string | undefined;
}

interface PublishedFacts {
  commit: number;
  committedAt: string;
  files: number;
  rows: number;
  rejectedRows: number;
  partial?: { reason: string; missing: string } | undefined;
  rollback?: { reason: string } | undefined;
  warnings?: string[] | undefined;
}

/** One file: what the ledger and the documents of its last run say. Documents of old runs are removed. */
export interface FileFacts {
  entry: LedgerEntry;
  plan?: FilePlan | undefined;
  /** In the order of the ranges. */
  parts: PartFacts[];
  /** Set if there were more part manifests than are read for a report. */
  partsLeftOut?: number | undefined;
}

/** A range, and the child of the map that parsed it. */
export interface PartFacts
  extends Pick<PartManifest, 'rangeIndex' | 'startByte' | 'endByte' | 'records' | 'work'> {
  /** When its child of the map was started and ended: before and after all tries. ISO 8601. */
  child?: { startedAt: string; endedAt: string } | undefined;
}

/** A commit of the day, and whether readers see it. */
export interface CommitFacts {
  commit: DayCommit;
  /** `unknown` if the catalog cannot be read. */
  state: 'current' | 'pending' | 'replaced' | 'expired' | 'unknown';
}

export interface RejectFacts {
  /** By reason and field, the most frequent first. */
  groups: RejectGroupFacts[];
  /** Rejects that were looked at: all of them, or the first ones of very many. */
  looked: number;
  /** Rejects of refused files, which have groups of their own: no total of the day counts them. `looked` does not either. */
  ofRefused: number;
  /** The bytes of the records are shown. */
  areShown: boolean;
}

export interface RejectGroupFacts {
  reason: string;
  field: string | null;
  count: number;
  /** They are in refused files. */
  isRefused: boolean;
  examples: RejectExample[];
}

/** A rejected record: where it is, and as much of it as may be shown. */
export interface RejectExample {
  sourceKey: string;
  byteOffset: number;
  lengthBytes: number;
  /** The field that cannot be read, or the record; undefined for one about a person, of which nothing may be shown. */
  value?: { text: string; hex?: string | undefined } | undefined;
  /** 1-based positions of what `value` shows. */
  positions?: { from: number; to: number } | undefined;
  why: 'shown' | 'shape' | 'personal';
}

/** A night by its last commit, for comparison. */
export interface DayFacts {
  businessDate: string;
  rows: number;
  records: number;
  rejected: number;
  bytes: number;
  sums: Record<string, string>;
  /** When it was first published as a whole, else at all. ISO 8601. */
  publishedAt: string;
  /** From its deadline; negative if it was late. */
  marginMinutes?: number | undefined;
  isPartial: boolean;
  /** By the model, from the commit alone, so that nights can be compared whose runs are gone. */
  usd?: number | undefined;
}
