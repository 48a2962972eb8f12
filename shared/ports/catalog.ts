import type { ObjectInfo, ObjectStore } from './object-store.ts';

/**
 * The table of contents that readers use: on AWS the metadata of Iceberg tables that Glue points to, on one machine one JSON file for each
 * dataset. Readers are told each file of a partition, so that it may lie in any folder.
 */
export interface Catalog {
  /**
   * Makes the day's partitions those of `day`, all in one step. Answers false, and changes nothing, if the day's recorded commit is higher
   * than `day.commit`. Doing it twice changes nothing. The table gets the day's new columns and wider types; fails with `RunInconsistent`
   * if it cannot hold both.
   */
  publishDay(day: DayPublication): Promise<boolean>;

  /** True if `<dataset>_days` is a table of the catalog, a row for each day. On one machine it is for other programs. */
  readonly hasDaysTable: boolean;

  /** True if readers cast every exact number of an older file to a wider type, also integers and decimals of another scale. */
  readonly castsNumbers: boolean;

  /** True if readers find a column that was renamed in the files of before. */
  readonly renames: boolean;

  /** The columns that readers see of a dataset, and that its files have; undefined if nothing of it was ever published. */
  tableOf(dataset: string): Promise<TableColumns | undefined>;

  /** The ids that the fields of a table have for readers, by full name; undefined if they find fields by their names. */
  fieldIdsOf(table: string): Promise<Record<string, number> | undefined>;

  /** Do readers see this publication of the day, or a later one? */
  standsAt(day: DayPublication): Promise<boolean>;

  /** What readers see of a day of a table, undefined if they see none of it. Fails with `ObjectDamaged` if it cannot be read. */
  shownDay(table: string, businessDate: string): Promise<ShownDay | undefined>;

  /** How what readers have of a table differs from `days`, the publications of all its days. Damage is a difference and no error. */
  differences(table: string, days: DayPublication[]): Promise<CatalogDifference[]>;

  /** Lets other programs read what readers see of a table, if they do not yet: the lake was moved, or an earlier version filled it. */
  show(table: string): Promise<void>;

  /** Makes readers have `days` of a table, whatever is stored of it now. A day that they see at a later commit stays there. */
  restore(table: string, days: DayPublication[]): Promise<void>;

  /** Gives readers a table without rows if they have none of this name, where they see tables before anything is published. */
  open(table: TableColumns & Pick<DayPublication, 'dataset' | 'fieldIds'>): Promise<void>;

  /** The states of a table that other programs can read back, in the order in which they were shown; none if no other program is shown it. */
  snapshots(table: string): Promise<ShownSnapshot[]>;

  /** The commit of each day that has files in a snapshot of a table; undefined if the snapshot is gone, or cannot be read. */
  daysOfSnapshot(table: string, snapshotId: number): Promise<Record<string, number> | undefined>;

  /** Lets go of old snapshots of a table, and says what nobody needs any more then. */
  retire(table: string, which: RetiredWhich): Promise<RetiredSnapshots>;

  /** The same catalog with its documents in another store, which keeps drafts over that of this one. */
  on?(drafts: ObjectStore): Catalog;

  /** The place of a table, to name it to people. */
  nameOf(table: string): string;
}

/** What readers see of a day. */
export type ShownDay = Pick<DayPublication, 'commit' | 'partitions'>;

/** One difference; of the whole table if it has no date. */
export interface CatalogDifference {
  businessDate?: string;
  /**
   * `behind` and `ahead` of the day's commit; `other` if the same commit has other files; `unshown` if only other programs do not see it;
   * `unmade` if it is a table for them alone, which an earlier version did not make.
   */
  kind: 'unreadable' | 'behind' | 'ahead' | 'other' | 'unshown' | 'unmade';
  /** The commit that readers see. */
  commit?: number;
  /** A clause. */
  what: string;
}

/** Which snapshots are let go of: none that a tag or a branch names, and never the current one. */
export interface RetiredWhich {
  /** Those that others had replaced by this moment. */
  replacedBy: Date;
  /** What readers were shown within this time before now is still needed: they may be at work on it. */
  graceMs: number;
  /** Only says what would happen. */
  dryRun: boolean;
}

export interface RetiredSnapshots {
  /** The ids of the snapshots that were let go of. */
  snapshots: number[];
  /** Business date → the commits whose files a reader may still need. */
  needed: Map<string, Set<number>>;
  /** Objects of the table's metadata that nobody needs, in the steps in which they are to be removed: what names others goes after them. */
  unneeded: ObjectInfo[][];
}

/** A state of a table that other programs can read back. */
export interface ShownSnapshot {
  id: number;
  /** The commit that it showed newly: the last one, if it showed several at once. */
  businessDate: string;
  commit: number;
  /** ISO 8601, in UTC. */
  shownAt: string;
  isCurrent: boolean;
  /** Rows and files of the whole table. */
  totalRows: number;
  totalFiles: number;
}

export interface DayPublication {
  dataset: string;
  columns: CatalogColumn[];
  /** `year`, `month`, `day`, then the layout's partition columns; a partition may have those of an earlier layout. */
  partitionKeys: CatalogColumn[];
  /** yyyy-MM-dd */
  businessDate: string;
  /** n of `_day/<n>.json`, from 1. */
  commit: number;
  /** The ids of the table's fields by full name, for catalogs that name fields by them (`fieldIdsOf`). */
  fieldIds?: Readonly<Record<string, number>>;
  /** All partitions of the day; a partition that is not listed is no longer published. */
  partitions: CatalogPartition[];
  /** What people may want to know of the commit where they list snapshots: counts and sums by name. */
  facts?: Record<string, string>;
}

export interface TableColumns {
  columns: CatalogColumn[];
  /** What the latest day is partitioned by, if there is a day. Every file has the keys that the values of its partition name. */
  partitionKeys: CatalogColumn[];
}

export interface CatalogColumn {
  name: string;
  /** A Hive type: string, bigint, decimal(p,s), date, timestamp, boolean, binary, double. */
  type: string;
  /** True if some files hold the column in a narrower type, which readers cast. */
  hasNarrowerFiles?: boolean | undefined;
  /** True if each narrower type is a decimal of the same scale: readers of Iceberg promote those alone. */
  areNarrowerPromoted?: boolean | undefined;
  /** Names that the column has in files of before. */
  formerly?: string[] | undefined;
  /**
   * True if some files have the column, and others its value in the names of their folders: the layout was partitioned by it, and is no
   * longer, or the other way round.
   */
  isPartlyInFolders?: boolean | undefined;
}

export interface CatalogPartition {
  /** Key → value, in the order of the folders, not escaped; null is the Hive default partition. */
  values: Record<string, string | null>;
  /** Folder below the published root, ends in `/`. */
  location: string;
  /** Keys below the published root. */
  files: string[];
}

/** The catalog of a table on one machine, with the files of all days: `catalog/<dataset>.json` and its segments. */
export interface CatalogFile {
  dataset: string;
  columns: CatalogColumn[];
  partitionKeys: CatalogColumn[];
  /** yyyy-MM-dd → the commit whose partitions are listed. */
  days: Record<string, number>;
  partitions: CatalogPartition[];
}
