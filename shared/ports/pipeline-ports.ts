import type { UnevenParsers } from '../ranges/plan-ranges.ts';
import type { Catalog } from './catalog.ts';
import type { Clock } from './clock.ts';
import type { LayoutSource } from './layout-source.ts';
import type { Metrics } from './metrics.ts';
import type { Notifier } from './notifier.ts';
import type { ObjectStore } from './object-store.ts';

/** Everything that the use cases need from outside; each function gets the same ports on AWS and on one machine. */
export interface PipelinePorts {
  /** Holds the source files; only read. */
  raw: ObjectStore;
  /** Holds runs, ledger and published data. */
  lake: ObjectStore;
  /** Prefix of published keys in `lake`: `processed/` on one machine, nothing on AWS. */
  publishedPrefix: string;
  catalog: Catalog;
  layouts: LayoutSource;
  metrics: Metrics;
  notifier: Notifier;
  clock: Clock;
  settings: PipelineSettings;
  /** True of an execution whose process certainly runs no more. Who cannot know it of any leaves it out. */
  hasDied?: (execution: string) => boolean;
}

/** What splitting a file needs. It sends no notifications, and its only metrics are those of the invocation. */
export type SplitPorts = Omit<PipelinePorts, 'metrics' | 'notifier'>;

interface PipelineSettings {
  rangeSizeBytes: number;
  /** Ranges are cut for these, if they are not all alike. */
  unevenParsers?: UnevenParsers | undefined;
  /** A part of at least this many bytes becomes a file of its own. */
  wholePartBytes: number;
  /** The same for a file that is cut into few ranges, so that no partition gets many small files. */
  wholePartOfFew?: { mostRanges: number; bytes: number };
  /** Number of files that make up a day, or their names (globs); undefined publishes after each file. */
  expectedFiles: number | string[] | undefined;
  /** Why a day is not published when a file of it is loaded: whoever converts several files at once publishes afterwards. */
  publishedLater?: string;
  /** Version of the code that runs. It is part of every run id: what other code wrote, a corrected version too, is never taken over. */
  softwareVersion: string;
  /** Who works with the lake, if that is known. Commits say it. */
  user?: string | undefined;
  /** Set for a lake in which a report is kept next to each commit. */
  reports?: KeptReports | undefined;
}

/** How the reports that a lake keeps are written. */
export interface KeptReports {
  /** What stands before a key when people are told where it is: `s3://bucket/`. */
  place: string;
  /** An IANA name, and HH:mm of the morning on which days must be published. */
  timeZone: string;
  deadline: string;
  businessDate: 'day-before' | 'same-day';
  /** Whose prices are those of the night. */
  region: string;
  language: 'en' | 'pt';
}
