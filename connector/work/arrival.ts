import type { ArrivedObject } from '../../shared/ports/transfer-target.ts';
import { arrivalOf, type Sending, withArrival, withoutSending } from '../decide/transfer-record.ts';
import type { FileOutcome } from './file-job.ts';
import type { FileWork } from './file-work.ts';
import { patiently } from './patience.ts';

/** The object that stands at the key of the record. */
export function findObject({ ports, held, retried }: FileWork): Promise<ArrivedObject | undefined> {
  return patiently(ports, () => ports.target.find(held.record.key), retried);
}

/** The journal first: an arrival that it does not tell would be worse than one that it tells twice. */
export async function recordArrival(
  { ports, held, counts, note }: FileWork,
  sending: Sending,
  arrived: ArrivedObject,
  detail = sending.reason,
): Promise<FileOutcome> {
  const arrival = arrivalOf(sending, arrived, ports.clock.now().toISOString());
  const { sizeBytes, crc64nvme, version } = arrived;
  await note({
    event: 'arrived',
    ...{ version: sending.version, sizeBytes, crc64nvme, objectVersion: version, detail },
    ...(sending.content ? { contentBytes: sending.content.sizeBytes } : {}),
    ...{ sentBytes: counts.sentBytes, retries: counts.retries, partsKept: counts.partsKept },
    durationMs: Math.round(ports.clock.steadyMs() - counts.startedMs),
  });
  await held.save((record) => withArrival(record, arrival));
  return 'arrived';
}

/** Discards what was sent, and remembers what somebody slow may still complete. */
export async function giveUp({ ports, held, retried }: FileWork): Promise<void> {
  const { sending, key } = held.record;
  await held.save(withoutSending);
  const id = sending?.uploadId;
  if (id !== undefined) await patiently(ports, () => ports.target.abort({ key, id }), retried);
}

/** The key stays as it is: what stands there is not this file, and nothing is replaced by accident. */
export async function occupied({ note }: FileWork, by: string): Promise<FileOutcome> {
  await note({ event: 'occupied', detail: `${by} stands there` });
  return 'occupied';
}
