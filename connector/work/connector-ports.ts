import type { Notifier } from '../../shared/ports/notifier.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import type { SteadyClock } from '../../shared/ports/steady-clock.ts';
import type { TransferSource } from '../../shared/ports/transfer-source.ts';
import type { TransferTarget } from '../../shared/ports/transfer-target.ts';
import type { JournalEntry } from '../decide/journal-entry.ts';
import type { Look } from '../decide/looks.ts';
import type { Arrival } from '../decide/transfer-record.ts';

/** Everything that the connector needs from outside. */
export interface ConnectorPorts {
  sources: readonly TransferSource[];
  target: TransferTarget;
  /** Holds the records of transfers and the journal: in the target, or in a bucket beside it. */
  state: Pick<ObjectStore, 'get' | 'putOnce' | 'putIf' | 'list'>;
  journal: LocalJournal;
  memory: KeptMemory;
  notifier: Notifier;
  clock: SteadyClock;
  /** Names this process as no other is named. */
  owner: string;
  /** True if the process of this name has ended for certain. */
  hasEnded(owner: string): boolean;
  /** A number from 0 to 1. */
  chance(): number;
  layouts: LayoutReader;
  conversion: Conversion | undefined;
}

/** The journal on this host: lines that the disk has once a call returns. */
export interface LocalJournal {
  append(entry: JournalEntry): Promise<void>;
  /** Lines that the target does not have yet, in files that are named by their process and the number of their first line. */
  unshipped(): Promise<UnshippedLines[]>;
  /** The target has so many further lines of that file. */
  shipped(lines: UnshippedLines): Promise<void>;
}

export interface UnshippedLines {
  owner: string;
  /** yyyy-MM-dd of the first entry, in UTC. */
  date: string;
  firstSequence: number;
  text: string;
  lineCount: number;
}

/** What one run of the connector leaves to the next one of the same host: it may be lost, and then files rest anew. */
export interface KeptMemory {
  load(): Promise<FileMemory[]>;
  save(files: FileMemory[]): Promise<void>;
}

/** What is remembered of a file of a source. */
export interface FileMemory {
  source: string;
  path: string;
  look: Look;
  /** The last reason for waiting that the journal has. */
  told?: string | undefined;
}

/** What layouts say of the two ends of a file. */
export interface LayoutReader {
  /** Bytes at its beginning that show whether records state their lengths; 0 if the layout has none. */
  headBytes(layout: string): Promise<number>;
  /** Why they do not, as a clause. */
  lengthsProblem(layout: string, head: Uint8Array, sizeBytes: number): Promise<string | undefined>;

  /** Bytes at the end of a file that are enough to find it; 0 if the layout has none. */
  tailBytes(layout: string): Promise<number>;
  figures(layout: string, tail: Uint8Array): Promise<Pick<Arrival, 'records' | 'details'>>;
}

/** Turns files of a target that is a folder into a lake. */
export interface Conversion {
  /** Converts the objects at these keys; answers by key how that ended: `loaded`, `refused: …` or `failed: …`. */
  convert(request: {
    layout: string;
    keys: string[];
    expected: number | string[] | undefined;
  }): Promise<ReadonlyMap<string, string>>;
}
