import type { Catalog } from './catalog.ts';
import type { Clock } from './clock.ts';
import type { LayoutSource } from './layout-source.ts';
import type { Metrics } from './metrics.ts';
import type { Notifier } from './notifier.ts';
import type { ObjectStore } from './object-store.ts';

/** Everything the use cases need from outside; on AWS and on one machine each function gets the same. */
export interface PipelinePorts {
  /** Where source files are; only read. */
  raw: ObjectStore;
  /** Where runs, ledger and published data are. */
  lake: ObjectStore;
  /** What published keys start with in `lake`: `processed/` on one machine, nothing on AWS. */
  publishedPrefix: string;
  catalog: Catalog;
  layouts: LayoutSource;
  metrics: Metrics;
  notifier: Notifier;
  clock: Clock;
  settings: PipelineSettings;
}

export interface PipelineSettings {
  rangeSizeBytes: number;
  /** A part of so many bytes is worth a file of its own. */
  wholePartBytes: number;
  /** How many files make a day, or their names (globs); undefined publishes after each file. */
  expectedFiles: number | string[] | undefined;
}
