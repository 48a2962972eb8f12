import type { PipelineError } from '../../shared/errors.ts';
import type { NewEntry } from '../decide/journal-entry.ts';
import type { Settings } from '../decide/settings.ts';
import type { ConnectorPorts } from './connector-ports.ts';
import type { HeldRecord } from './held-record.ts';
import type { Pace } from './pace.ts';
import type { PartBuffers } from './part-buffers.ts';

/** What one attempt to send one file works with, and what it counts. */
export interface FileWork {
  ports: ConnectorPorts;
  settings: Settings;
  buffers: PartBuffers;
  pace: Pace;
  held: HeldRecord;
  beatMs: number;
  signal: AbortSignal | undefined;
  /** Writes an entry about the file. */
  note(entry: NewEntry): Promise<void>;
  retried(error: PipelineError): Promise<void>;
  sent(bytes: number): void;
  counts: { retries: number; sentBytes: number; partsKept: number; startedMs: number };
}
