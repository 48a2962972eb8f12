import { ObjectDamaged, ObjectNotFound, PreconditionFailed } from '../../shared/errors.ts';
import type { SentPart, Upload } from '../../shared/ports/transfer-target.ts';
import { compresses, keptParts } from '../decide/compressed-parts.ts';
import { partSizeOf } from '../decide/part-plan.ts';
import { currentArrival, reasonOf, type Sending, uploadThatIs } from '../decide/transfer-record.ts';
import { findObject, giveUp, occupied, recordArrival } from './arrival.ts';
import { lostLengths, trailerOf } from './ends-of-file.ts';
import type { FileJob, FileOutcome } from './file-job.ts';
import type { FileWork } from './file-work.ts';
import { patiently } from './patience.ts';
import { readPart, requireSame } from './read-part.ts';
import { compressSmall, sendCompressed } from './send-compressed.ts';
import { checksumOf, combinedChecksum, sendParts } from './send-parts.ts';
import { settleStanding, settleUpload } from './settle-file.ts';

const MIB = 1024 * 1024;

/**
 * Brings the record of a key to where this file has arrived. Whatever a process that was killed left is settled first: an object that
 * appeared, an upload that can go on, one that must not. Fails with `LeaseLost`, `SourceChanged`, or what target and source fail with.
 */
export async function sendFile(work: FileWork, job: FileJob): Promise<FileOutcome> {
  const settled = (await settleUpload(work, job)) ?? (await settleStanding(work, job));
  if (settled) return settled;
  const lost = await lostLengths(work, job);
  if (lost !== undefined) {
    await work.note({ event: 'lost-lengths', detail: `${lost}; set SITE RDW and binary in the transfer` });
    return 'failed';
  }
  const begun = work.held.record.sending ?? (await beginSending(work, job));
  const sent = await sendBytes(work, job, begun);
  const figures = await trailerOf(work, job);
  await requireUnchanged(work, job);
  const { whole, content } = sent;
  const { stated } = job;
  const read = content ?? whole;
  if (stated?.crc64nvme !== undefined && stated.crc64nvme !== read.crc64nvme) {
    await giveUp(work);
    const detail = `the day manifest states ${stated.crc64nvme}`;
    await work.note({ event: 'differs', crc64nvme: read.crc64nvme, detail });
    return 'changed';
  }
  // From here on the object may appear at any moment, so the record says which object that would be.
  const sending: Sending = {
    ...(work.held.record.sending ?? begun),
    ...figures,
    completing: whole.crc64nvme,
    ...(content ? { storedBytes: whole.sizeBytes, content } : {}),
  };
  await work.held.save((record) => ({ ...record, sending }));
  try {
    const arrived = await patiently(work.ports, () => makeVisible(work, job, sending, sent), work.retried);
    return await recordArrival(work, sending, arrived);
  } catch (error) {
    return judgeRefusedWrite(work, error, sending, whole);
  }
}

/** The last look before the object appears: it must show what is there after the last byte was read, and not what a mount remembers. */
async function requireUnchanged({ ports, held, beatMs, signal }: FileWork, job: FileJob): Promise<void> {
  const { source, seen } = job;
  for (let leftMs = source.remembersMs; leftMs > 0; leftMs -= beatMs) {
    signal?.throwIfAborted();
    await ports.clock.sleep(Math.min(leftMs, beatMs), signal);
    await held.beat(beatMs);
  }
  await requireSame(source, seen);
}

function makeVisible({ ports }: FileWork, { place }: FileJob, { replaces }: Sending, sent: SentBytes) {
  const { upload, parts, whole, bytes } = sent;
  return upload
    ? ports.target.complete(upload, parts, whole, replaces)
    : ports.target.put(place.key, bytes, whole.crc64nvme, replaces);
}

async function beginSending(work: FileWork, job: FileJob): Promise<Sending> {
  const { settings, ports, held } = work;
  const { source, seen, place } = job;
  const partSizeBytes = partSizeOf(seen.sizeBytes, settings.upload.partMiB * MIB, ports.target.mostParts);
  const before = currentArrival(held.record);
  const isSmall = seen.sizeBytes <= partSizeBytes;
  const uploadId = isSmall
    ? undefined
    : await patiently(ports, () => ports.target.begin(place.key), work.retried);
  const { path, version, sizeBytes } = seen;
  const sending: Sending = {
    ...{ source: source.name, path, version, sizeBytes, partSizeBytes, reason: reasonOf(before, seen) },
    ...(before ? { replaces: before.tag } : {}),
    ...(uploadId === undefined ? {} : { uploadId }),
  };
  await held.save((record) => ({ ...record, sending }));
  await work.note({ event: 'sending', detail: sending.reason });
  return sending;
}

interface SentBytes {
  upload: Upload | undefined;
  parts: SentPart[];
  whole: { sizeBytes: number; crc64nvme: string };
  /** Of a file that was compressed on its way: what is in it. */
  content?: { sizeBytes: number; crc64nvme: string } | undefined;
  /** Of a file that fits one request, and is sent with it. */
  bytes: Uint8Array;
}

async function sendBytes(work: FileWork, job: FileJob, sending: Sending): Promise<SentBytes> {
  const { sizeBytes } = job.seen;
  const { ports } = work;
  const isCompressed = compresses(job.rule, job.seen.path);
  if (sending.uploadId === undefined) {
    const small = isCompressed
      ? await compressSmall(work, job, sending.partSizeBytes)
      : await readSmall(work, job);
    await work.pace.letThrough(small.bytes.length, () => work.held.beat(work.beatMs), work.signal);
    work.sent(sizeBytes);
    return { upload: undefined, ...small };
  }
  const upload = { key: job.place.key, id: sending.uploadId };
  const kept = await patiently(ports, () => ports.target.parts(upload), work.retried);
  if (kept === undefined) {
    await giveUp(work);
    throw uploadGone(job.place.key);
  }
  work.counts.partsKept = isCompressed ? keptParts(sending.compressed ?? [], kept).length : kept.length;
  const { partsKept } = work.counts;
  if (partsKept > 0) await work.note({ event: 'resumed', partsKept });
  if (isCompressed)
    return { upload, bytes: new Uint8Array(0), ...(await sendCompressed(work, job, upload, sending, kept)) };
  const parts = await sendParts(work, job, upload, sending.partSizeBytes, kept);
  return {
    upload,
    parts,
    whole: { sizeBytes, crc64nvme: combinedChecksum(parts) },
    bytes: new Uint8Array(0),
  };
}

async function readSmall({ ports, retried }: FileWork, job: FileJob): Promise<Omit<SentBytes, 'upload'>> {
  const { sizeBytes } = job.seen;
  const range = { startByte: 0, endByte: sizeBytes };
  const buffer = new Uint8Array(sizeBytes);
  const bytes = await patiently(ports, () => readPart(job, range, buffer), retried);
  return { parts: [], whole: { sizeBytes, crc64nvme: checksumOf(bytes) }, bytes };
}

/** The write was refused: perhaps because an earlier try of it had taken effect. */
async function judgeRefusedWrite(
  work: FileWork,
  error: unknown,
  sending: Sending,
  whole: { sizeBytes: number; crc64nvme: string },
): Promise<FileOutcome> {
  const mayHaveArrived = error instanceof PreconditionFailed || error instanceof ObjectNotFound;
  if (!mayHaveArrived) {
    if (error instanceof ObjectDamaged) await giveUp(work);
    throw error;
  }
  const found = await findObject(work);
  if (found?.crc64nvme === whole.crc64nvme && found.sizeBytes === whole.sizeBytes)
    return recordArrival(work, sending, found, 'the answer to an earlier try was lost');
  await giveUp(work);
  if (error instanceof ObjectNotFound) throw error;
  const isOurs = found && uploadThatIs(work.held.record, found);
  if (!isOurs) return occupied(work, 'an object that no connector sent');
  // The next attempt finds it, and goes on from there.
  throw error;
}

function uploadGone(where: string): ObjectNotFound {
  return new ObjectNotFound({
    what: 'the upload that was to go on is gone',
    where,
    why: 'It was completed or discarded by somebody else, or by a lifecycle rule of the bucket.',
    next: 'The file is sent anew at the next look.',
  });
}
