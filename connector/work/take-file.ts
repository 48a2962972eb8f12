import {
  LayoutInvalid,
  ObjectClosed,
  ObjectNotFound,
  OutputUnwritable,
  PipelineError,
  PreconditionFailed,
  SourceChanged,
  SourceNotFound,
  UsageError,
} from '../../shared/errors.ts';
import type { NewEntry } from '../decide/journal-entry.ts';
import type { Settings } from '../decide/settings.ts';
import { currentArrival, recordKey, stateFolder, type TransferRecord } from '../decide/transfer-record.ts';
import { giveUp } from './arrival.ts';
import type { ConnectorPorts } from './connector-ports.ts';
import type { FileJob, FileOutcome } from './file-job.ts';
import type { FileWork } from './file-work.ts';
import { HeldRecord, LeaseLost, readRecord } from './held-record.ts';
import type { Journal } from './journal.ts';
import type { LeaseWatch } from './lease-watch.ts';
import type { Pace } from './pace.ts';
import type { PartBuffers } from './part-buffers.ts';
import { sendFile } from './send-file.ts';

/** What all attempts of a process share. */
export interface Workshop {
  ports: ConnectorPorts;
  settings: Settings;
  journal: Journal;
  leases: LeaseWatch;
  buffers: PartBuffers;
  pace: Pace;
  /** Counts for metrics. */
  sent(bytes: number): void;
  retried(): void;
}

/** Takes the lease of a finished file's key, sends the file, and gives the lease back. Errors become entries of the journal. */
export async function takeFile(shop: Workshop, job: FileJob, signal?: AbortSignal): Promise<FileOutcome> {
  const { source, seen, place } = job;
  const facts = {
    ...{ source: source.name, path: seen.path, key: place.key, businessDate: place.businessDate },
    ...{ version: seen.version, sizeBytes: seen.sizeBytes },
  };
  const note = (entry: NewEntry) => shop.journal.note({ ...facts, ...entry });
  let work: FileWork | undefined;
  try {
    const held = await takeLease(shop, job, note);
    if (held === 'elsewhere') return 'elsewhere';
    if (isSettled(held.record, job)) {
      await held.release();
      return 'arrived';
    }
    work = fileWork(shop, held, note, signal);
    return await sendFile(work, job);
  } catch (error) {
    return await outcomeOf(error, work, note);
  } finally {
    // A process that is killed here leaves its lease, which ends with it.
    await work?.held.release().catch(() => undefined);
  }
}

/** What one attempt works with. */
export function fileWork(
  { ports, settings, buffers, pace, sent, retried }: Workshop,
  held: HeldRecord,
  note: FileWork['note'],
  signal: AbortSignal | undefined,
): FileWork {
  const counts = { retries: 0, sentBytes: 0, partsKept: 0, startedMs: ports.clock.steadyMs() };
  return {
    ...{ ports, settings, buffers, pace, held, note, signal, counts },
    beatMs: (settings.leaseSeconds * 1000) / 4,
    retried: async (error) => {
      counts.retries++;
      retried();
      await note({ event: 'retried', detail: error.message });
    },
    sent: (bytes) => {
      counts.sentBytes += bytes;
      sent(bytes);
    },
  };
}

/** True if this version needs nothing: somebody was faster. */
function isSettled(record: TransferRecord, { source, seen }: FileJob): boolean {
  const arrival = currentArrival(record);
  const isThis =
    arrival?.version === seen.version && arrival.path === seen.path && arrival.source === source.name;
  return isThis && record.sending === null;
}

async function takeLease(
  { ports, settings, leases }: Workshop,
  { place, rule }: FileJob,
  note: FileWork['note'],
): Promise<HeldRecord | 'elsewhere'> {
  const folder = stateFolder(settings.target.prefix, settings.name);
  const documentKey = recordKey(folder, place.key, place.businessDate);
  const read = await readRecord(ports, documentKey);
  const record: TransferRecord = read?.record ?? {
    ...{
      key: place.key,
      businessDate: place.businessDate ?? null,
      rule: place.rule,
      layout: rule.layout ?? null,
    },
    ...{ arrivals: [], sending: null, givenUp: [], lease: null },
  };
  const standing = leases.look(record);
  if (standing === 'held') {
    await note({ event: 'elsewhere', detail: `${record.lease?.owner} sends it` });
    return 'elsewhere';
  }
  const held = await HeldRecord.take(ports, documentKey, record, read?.tag);
  if (standing === 'over') await note({ event: 'taken-over', detail: `from ${record.lease?.owner}` });
  return held;
}

async function outcomeOf(
  error: unknown,
  work: FileWork | undefined,
  note: FileWork['note'],
): Promise<FileOutcome> {
  if (error instanceof LeaseLost) {
    await note({ event: 'elsewhere', detail: error.message });
    return 'elsewhere';
  }
  if (error instanceof SourceChanged) {
    await note({ event: 'changed', detail: error.message });
    if (work) await giveUp(work).catch(() => undefined);
    return 'changed';
  }
  if (!(error instanceof PipelineError) || error instanceof PreconditionFailed) {
    if (!(error instanceof PipelineError) && !(error instanceof Error && error.name === 'AbortError'))
      throw error;
  }
  await note({ event: 'failed', detail: (error as Error).message });
  // Before its lease is there, what is not found is no upload that somebody completed, but the bucket.
  return needsPeople(error) || (!work && error instanceof ObjectNotFound) ? 'stuck' : 'failed';
}

/** True if no retry helps: rights, a full disk, a place that is none. */
export function needsPeople(error: unknown): boolean {
  return [OutputUnwritable, ObjectClosed, UsageError, LayoutInvalid, SourceNotFound].some(
    (kind) => error instanceof kind,
  );
}
