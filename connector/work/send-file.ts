import { ObjectDamaged, ObjectNotFound, PreconditionFailed } from '../../shared/errors.ts';
import type { ArrivedObject, SentPart, Upload } from '../../shared/ports/transfer-target.ts';
import { partSizeOf } from '../decide/part-plan.ts';
import {
  type Arrival,
  arrivalOf,
  currentArrival,
  reasonOf,
  type Sending,
  uploadThatIs,
  withArrival,
  withoutSending,
} from '../decide/transfer-record.ts';
import type { FileJob, FileOutcome } from './file-job.ts';
import type { FileWork } from './file-work.ts';
import { patiently } from './patience.ts';
import { readPart, requireSame } from './read-part.ts';
import { checksumOf, combinedChecksum, readChecksum, sendParts } from './send-parts.ts';

const MIB = 1024 * 1024;

/**
 * Brings the record of a key to where this file has arrived. Whatever a process that was killed left is settled first: an object that
 * appeared, an upload that can go on, one that must not. Fails with `LeaseLost`, `SourceChanged`, or what target and source fail with.
 */
export async function sendFile(work: FileWork, job: FileJob): Promise<FileOutcome> {
  const settled = await settleUpload(work, job);
  if (settled) return settled;
  const standing = await settleStanding(work, job);
  if (standing) return standing;
  const sending = work.held.record.sending ?? (await beginSending(work, job));
  const { upload, parts, whole, bytes } = await sendBytes(work, job, sending);
  await requireSame(job.source, job.seen);
  const figures = await trailerFigures(work, job);
  const { stated } = job;
  if (stated?.crc64nvme !== undefined && stated.crc64nvme !== whole.crc64nvme) {
    await giveUp(work);
    await work.note({
      event: 'differs',
      crc64nvme: whole.crc64nvme,
      detail: `the day manifest states ${stated.crc64nvme}`,
    });
    return 'changed';
  }
  // From here on the object may appear at any moment, so the record says which object that would be.
  await work.held.save((record) => ({ ...record, sending: { ...sending, completing: whole.crc64nvme } }));
  const { target } = work.ports;
  try {
    const arrived = await patiently(
      work.ports,
      () =>
        upload
          ? target.complete(upload, parts, whole, sending.replaces)
          : target.put(job.place.key, bytes, whole.crc64nvme, sending.replaces),
      work.retried,
    );
    return await recordArrival(work, job, arrived, figures);
  } catch (error) {
    return judgeRefusedWrite(work, job, error, whole, figures);
  }
}

/** An upload that is under way in the record: it has become an object, or can go on, or is given up. */
async function settleUpload(work: FileWork, job: FileJob): Promise<FileOutcome | undefined> {
  const { sending } = work.held.record;
  if (!sending) return undefined;
  if (sending.completing !== undefined) {
    const found = await find(work, job);
    if (found && found.crc64nvme === sending.completing && found.sizeBytes === sending.sizeBytes) {
      const outcome = await recordArrival(work, job, found, {}, 'found after an attempt that did not end');
      if (sending.version === job.seen.version) return outcome;
    }
  }
  const open = work.held.record.sending;
  const goesOn =
    open?.version === job.seen.version &&
    open.path === job.seen.path &&
    open.source === job.source.name &&
    job.source.hasStrictPins;
  if (open && !goesOn) await giveUp(work);
  return undefined;
}

/** What stands at the key: the file itself, an earlier version of it, or what must not be replaced. */
async function settleStanding(work: FileWork, job: FileJob): Promise<FileOutcome | undefined> {
  const { record } = work.held;
  if (record.sending) return undefined;
  const arrival = currentArrival(record);
  const found = arrival ? undefined : await find(work, job);
  if (!arrival && !found) return undefined;
  if (found) {
    const ours = uploadThatIs(record, found);
    if (ours) {
      await recordArrivalOf(work, ours, found, {}, 'completed by a process that was thought to have ended');
      return settleStanding(work, job);
    }
  }
  const standing = arrival ?? found!;
  const isSame =
    standing.sizeBytes === job.seen.sizeBytes && (await readChecksum(work, job)) === standing.crc64nvme;
  await requireSame(job.source, job.seen);
  if (isSame) return recordSameBytes(work, job, arrival, found);
  const isThisFile = arrival?.path === job.seen.path && arrival.source === job.source.name;
  return isThisFile
    ? undefined
    : occupied(work, found ? 'an object that no connector sent' : `${arrival?.source}/${arrival?.path}`);
}

async function recordSameBytes(
  work: FileWork,
  job: FileJob,
  arrival: Arrival | undefined,
  found: ArrivedObject | undefined,
): Promise<FileOutcome> {
  const { source, seen } = job;
  if (found) {
    const sending = sendingOf(job, 0, 'it was there already');
    await recordArrivalOf(
      work,
      sending,
      found,
      await trailerFigures(work, job),
      'the same bytes were there already',
    );
    return 'arrived';
  }
  const renamed = { ...arrival!, source: source.name, path: seen.path, version: seen.version };
  await work.held.save((record) => ({ ...record, arrivals: [...record.arrivals.slice(0, -1), renamed] }));
  await work.note({ event: 'same-bytes', crc64nvme: renamed.crc64nvme });
  return 'same-bytes';
}

async function beginSending(work: FileWork, job: FileJob): Promise<Sending> {
  const { settings, ports, held } = work;
  const partSizeBytes = partSizeOf(job.seen.sizeBytes, settings.upload.partMiB * MIB, ports.target.mostParts);
  const before = currentArrival(held.record);
  const plain = sendingOf(job, partSizeBytes, reasonOf(before, job.seen));
  const isSmall = job.seen.sizeBytes <= partSizeBytes;
  const uploadId = isSmall
    ? undefined
    : await patiently(ports, () => ports.target.begin(job.place.key), work.retried);
  const sending: Sending = {
    ...plain,
    ...(before ? { replaces: before.tag } : {}),
    ...(uploadId === undefined ? {} : { uploadId }),
  };
  await held.save((record) => ({ ...record, sending }));
  await work.note({ event: 'sending', detail: sending.reason });
  return sending;
}

function sendingOf({ source, seen }: FileJob, partSizeBytes: number, reason: string): Sending {
  const { path, version, sizeBytes } = seen;
  return { source: source.name, path, version, sizeBytes, partSizeBytes, reason };
}

interface SentBytes {
  upload: Upload | undefined;
  parts: SentPart[];
  whole: { sizeBytes: number; crc64nvme: string };
  /** Of a file that fits one request, and is sent with it. */
  bytes: Uint8Array;
}

async function sendBytes(work: FileWork, job: FileJob, sending: Sending): Promise<SentBytes> {
  const { sizeBytes } = job.seen;
  const { ports } = work;
  if (sending.uploadId === undefined) {
    const buffer = new Uint8Array(sizeBytes);
    const range = { startByte: 0, endByte: sizeBytes };
    const bytes = await patiently(ports, () => readPart(job, range, buffer), work.retried);
    await work.pace.letThrough(sizeBytes, () => work.held.beat(work.beatMs), work.signal);
    work.sent(sizeBytes);
    return { upload: undefined, parts: [], whole: { sizeBytes, crc64nvme: checksumOf(bytes) }, bytes };
  }
  const upload = { key: job.place.key, id: sending.uploadId };
  const isNew = work.counts.sentBytes === 0 && sending.completing === undefined;
  const kept = await patiently(ports, () => ports.target.parts(upload), work.retried);
  if (kept === undefined) {
    await giveUp(work);
    throw uploadGone(job.place.key);
  }
  work.counts.partsKept = kept.length;
  if (isNew && kept.length > 0) await work.note({ event: 'resumed', partsKept: kept.length });
  const parts = await sendParts(work, job, upload, sending.partSizeBytes, kept);
  return {
    upload,
    parts,
    whole: { sizeBytes, crc64nvme: combinedChecksum(parts) },
    bytes: new Uint8Array(0),
  };
}

/** The write was refused: perhaps because an earlier try of it had taken effect. */
async function judgeRefusedWrite(
  work: FileWork,
  job: FileJob,
  error: unknown,
  whole: { sizeBytes: number; crc64nvme: string },
  figures: Pick<Arrival, 'records' | 'details'>,
): Promise<FileOutcome> {
  const mayHaveArrived = error instanceof PreconditionFailed || error instanceof ObjectNotFound;
  if (!mayHaveArrived) {
    if (error instanceof ObjectDamaged) await giveUp(work);
    throw error;
  }
  const found = await find(work, job);
  if (found?.crc64nvme === whole.crc64nvme && found.sizeBytes === whole.sizeBytes)
    return recordArrival(work, job, found, figures, 'the answer to an earlier try was lost');
  await giveUp(work);
  if (error instanceof ObjectNotFound) throw error;
  const isOurs = found && uploadThatIs(work.held.record, found);
  if (!isOurs) return occupied(work, 'an object that no connector sent');
  // The next attempt finds it, and goes on from there.
  throw error;
}

async function recordArrival(
  work: FileWork,
  job: FileJob,
  arrived: ArrivedObject,
  figures: Pick<Arrival, 'records' | 'details'>,
  detail?: string,
): Promise<FileOutcome> {
  const sending = work.held.record.sending ?? sendingOf(job, 0, 'new file');
  await recordArrivalOf(work, sending, arrived, figures, detail);
  return 'arrived';
}

/** The journal first: an arrival that it does not tell would be worse than one that it tells twice. */
async function recordArrivalOf(
  work: FileWork,
  sending: Sending,
  arrived: ArrivedObject,
  figures: Pick<Arrival, 'records' | 'details'>,
  detail = sending.reason,
): Promise<void> {
  const arrival = arrivalOf(sending, arrived, work.ports.clock.now().toISOString(), figures);
  const { sizeBytes, crc64nvme, version } = arrived;
  await work.note({
    event: 'arrived',
    ...{ version: sending.version, sizeBytes, crc64nvme, objectVersion: version, detail },
    ...{ sentBytes: work.counts.sentBytes, retries: work.counts.retries, partsKept: work.counts.partsKept },
    durationMs: Math.round(work.ports.clock.steadyMs() - work.counts.startedMs),
  });
  await work.held.save((record) => withArrival(record, arrival));
}

async function trailerFigures(work: FileWork, job: FileJob): Promise<Pick<Arrival, 'records' | 'details'>> {
  const { layout } = job.rule;
  if (layout === undefined) return {};
  const tailBytes = Math.min(job.seen.sizeBytes, await work.ports.trailers.tailBytes(layout));
  if (tailBytes === 0) return {};
  const range = { startByte: job.seen.sizeBytes - tailBytes, endByte: job.seen.sizeBytes };
  const tail = await patiently(
    work.ports,
    () => readPart(job, range, new Uint8Array(tailBytes)),
    work.retried,
  );
  return work.ports.trailers.figures(layout, tail);
}

async function occupied(work: FileWork, by: string): Promise<FileOutcome> {
  await work.note({ event: 'occupied', detail: `${by} stands there` });
  return 'occupied';
}

/** Discards what was sent, and remembers what somebody slow may still complete. */
export async function giveUp(work: FileWork): Promise<void> {
  const { sending, key } = work.held.record;
  await work.held.save(withoutSending);
  const id = sending?.uploadId;
  if (id !== undefined) await patiently(work.ports, () => work.ports.target.abort({ key, id }), work.retried);
}

function find(work: FileWork, job: FileJob): Promise<ArrivedObject | undefined> {
  return patiently(work.ports, () => work.ports.target.find(job.place.key), work.retried);
}

function uploadGone(where: string): ObjectNotFound {
  return new ObjectNotFound({
    what: 'the upload that was to go on is gone',
    where,
    why: 'It was completed or discarded by somebody else, or by a lifecycle rule of the bucket.',
    next: 'The file is sent anew at the next look.',
  });
}
