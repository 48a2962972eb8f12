/** The table of contents readers go through: Glue on AWS, a JSON file a dataset on one machine. */
export interface Catalog {
  /**
   * Whether a day switches in one step. Where it does not, a row of `<dataset>_days` is published behind everything else: it says that
   * the day is whole.
   */
  readonly switchesAtOnce: boolean;

  /**
   * Makes a day's partitions those of `day`, in one step where the catalog can, else partition by
   * partition. A day whose recorded commit is higher than `day.commit` is left alone: answers false.
   * Doing it twice changes nothing.
   */
  publishDay(day: DayPublication): Promise<boolean>;

  /** Do readers see this publication of the day, or a later one? */
  standsAt(day: DayPublication): Promise<boolean>;
}

export interface DayPublication {
  dataset: string;
  columns: CatalogColumn[];
  /** `year`, `month`, `day`, then the layout's partition columns. */
  partitionKeys: CatalogColumn[];
  /** yyyy-MM-dd */
  businessDate: string;
  /** n of `_day/<n>.json`, from 1. */
  commit: number;
  /** How the objects hold rows; a JSON object a line, or Parquet by default. */
  format?: 'parquet' | 'json';
  /** All partitions of the day; one that is missing here is no longer published. */
  partitions: CatalogPartition[];
}

export interface CatalogColumn {
  name: string;
  /** A Hive type: string, bigint, decimal(p,s), date, timestamp, boolean, binary, double. */
  type: string;
}

export interface CatalogPartition {
  /** Column → text as a path shows it before escaping; null is the Hive default partition. */
  values: Record<string, string | null>;
  /** Folder below the published root, ends in `/`. */
  location: string;
  /** Keys below the published root. */
  files: string[];
}

/** Local twin of a Glue table: `catalog/<dataset>.json`. */
export interface CatalogFile {
  dataset: string;
  columns: CatalogColumn[];
  partitionKeys: CatalogColumn[];
  /** yyyy-MM-dd → commit whose partitions stand below. */
  days: Record<string, number>;
  partitions: CatalogPartition[];
}
