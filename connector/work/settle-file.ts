import type { ArrivedObject } from '../../shared/ports/transfer-target.ts';
import {
  type Arrival,
  contentOf,
  currentArrival,
  isObjectOf,
  type Sending,
  uploadThatIs,
} from '../decide/transfer-record.ts';
import { findObject, giveUp, occupied, recordArrival } from './arrival.ts';
import { trailerOf } from './ends-of-file.ts';
import type { FileJob, FileOutcome } from './file-job.ts';
import type { FileWork } from './file-work.ts';
import { requireSame } from './read-part.ts';
import { readChecksum } from './send-parts.ts';

/**
 * An upload that is under way in the record: it has become an object, or can go on, or is given up. `job` is the file that is to be sent;
 * without one nothing can go on. Answers the outcome if that file needs nothing more.
 */
export async function settleUpload(
  work: FileWork,
  job: FileJob | undefined,
): Promise<FileOutcome | undefined> {
  const { sending } = work.held.record;
  if (!sending) return undefined;
  if (sending.completing !== undefined) {
    const found = await findObject(work);
    if (found && isObjectOf(sending, found)) {
      const outcome = await recordArrival(work, sending, found, 'found after an attempt that did not end');
      return sending.version === job?.seen.version ? outcome : undefined;
    }
  }
  if (!job || !canGoOn(sending, job)) await giveUp(work);
  return undefined;
}

/** Only of exactly the same file, whose parts are proven by strict pins. */
function canGoOn(sending: Sending, { source, seen }: FileJob): boolean {
  const isSame =
    sending.version === seen.version && sending.path === seen.path && sending.source === source.name;
  return isSame && source.hasStrictPins;
}

/** What stands at the key: the file itself, an earlier version of it, or what must not be replaced. */
export async function settleStanding(work: FileWork, job: FileJob): Promise<FileOutcome | undefined> {
  const { record } = work.held;
  if (record.sending) return undefined;
  const arrival = currentArrival(record);
  const isSure = arrival !== undefined && record.givenUp.length === 0;
  const found = isSure ? undefined : await findObject(work);
  if (!arrival && !found) return undefined;
  if (found && found.tag !== arrival?.tag) {
    const ours = uploadThatIs(record, found);
    if (ours) {
      await recordArrival(work, ours, found, 'completed by a process that was thought to have ended');
      return settleStanding(work, job);
    }
  }
  const isSame = await hasBytesOf(work, job, arrival ? contentOf(arrival) : found!);
  await requireSame(job.source, job.seen);
  if (isSame) return arrival ? recordSameBytes(work, job, arrival) : recordFound(work, job, found!);
  const isThisFile = arrival?.path === job.seen.path && arrival.source === job.source.name;
  if (isThisFile) return undefined;
  return occupied(work, arrival ? `${arrival.source}/${arrival.path}` : 'an object that no connector sent');
}

/** What a compressed object holds is known of arrivals only, so one that nobody recorded is another's. */
async function hasBytesOf(
  work: FileWork,
  job: FileJob,
  standing: { sizeBytes: number; crc64nvme: string },
): Promise<boolean> {
  return standing.sizeBytes === job.seen.sizeBytes && (await readChecksum(work, job)) === standing.crc64nvme;
}

/** Only its times or its name changed. */
async function recordSameBytes(
  work: FileWork,
  { source, seen }: FileJob,
  arrival: Arrival,
): Promise<FileOutcome> {
  const renamed = { ...arrival, source: source.name, path: seen.path, version: seen.version };
  await work.held.save((record) => ({ ...record, arrivals: [...record.arrivals.slice(0, -1), renamed] }));
  await work.note({ event: 'same-bytes', crc64nvme: renamed.crc64nvme });
  return 'same-bytes';
}

async function recordFound(work: FileWork, job: FileJob, found: ArrivedObject): Promise<FileOutcome> {
  const { source, seen } = job;
  const { path, version, sizeBytes } = seen;
  const reason = 'the same bytes were there already';
  const figures = await trailerOf(work, job);
  return recordArrival(
    work,
    { source: source.name, path, version, sizeBytes, partSizeBytes: 0, reason, ...figures },
    found,
  );
}
