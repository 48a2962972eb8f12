import { Kernel } from '../../shared/kernel/kernel.ts';
import { StreamChecksum } from '../../shared/kernel/stream-checksum.ts';
import { inParallel } from '../../shared/pipeline/store/in-parallel.ts';
import type { SentPart, Upload } from '../../shared/ports/transfer-target.ts';
import { combineCrc64, crc64FromBase64, crc64ToBase64 } from '../../shared/ranges/crc64nvme.ts';
import { type PlannedPart, planParts } from '../decide/part-plan.ts';
import type { FileJob } from './file-job.ts';
import type { FileWork } from './file-work.ts';
import { patiently } from './patience.ts';
import { readPart } from './read-part.ts';

let kernel: Kernel | undefined;

/** CRC-64/NVME, in the kernel: several times as fast as in JavaScript. */
export function checksumOf(bytes: Uint8Array): string {
  kernel ??= new Kernel();
  const sum = new StreamChecksum(kernel);
  sum.add(bytes);
  return crc64ToBase64(sum.finish());
}

/** Reads and sends the parts that the target does not have yet, several at once. Answers all of them, in order. */
export async function sendParts(
  work: FileWork,
  job: FileJob,
  upload: Upload,
  partSizeBytes: number,
  kept: readonly SentPart[],
): Promise<SentPart[]> {
  const have = new Map(kept.map((part) => [part.number, part]));
  const planned = planParts(job.seen.sizeBytes, partSizeBytes);
  return inParallel(planned, work.settings.upload.partsAtOnce, async (part) => {
    const before = have.get(part.number);
    if (before?.sizeBytes === part.sizeBytes) return before;
    work.signal?.throwIfAborted();
    const sent = await work.buffers.with(part.sizeBytes, (buffer) =>
      sendPart(work, job, upload, part, buffer),
    );
    await work.held.beat(work.beatMs);
    return sent;
  });
}

async function sendPart(
  work: FileWork,
  job: FileJob,
  upload: Upload,
  part: PlannedPart,
  buffer: Uint8Array,
): Promise<SentPart> {
  const range = { startByte: part.startByte, endByte: part.startByte + part.sizeBytes };
  const bytes = await patiently(work.ports, () => readPart(job, range, buffer), work.retried);
  const crc = checksumOf(bytes);
  await work.pace.letThrough(bytes.length, () => work.held.beat(work.beatMs), work.signal);
  const sent = await patiently(
    work.ports,
    () => work.ports.target.send(upload, part, bytes, crc),
    work.retried,
  );
  work.sent(bytes.length);
  return sent;
}

/** Checksum of the whole, from those of its parts in order. */
export function combinedChecksum(parts: readonly SentPart[]): string {
  const whole = parts.reduce(
    (crc, part) => combineCrc64(crc, crc64FromBase64(part.crc64nvme) ?? 0n, part.sizeBytes),
    0n,
  );
  return crc64ToBase64(whole);
}

/** Checksum of a file that is only read. */
export async function readChecksum(work: FileWork, job: FileJob): Promise<string> {
  const { partMiB } = work.settings.upload;
  const sums = await inParallel(planParts(job.seen.sizeBytes, partMiB * 1024 * 1024), 2, async (part) => {
    work.signal?.throwIfAborted();
    const range = { startByte: part.startByte, endByte: part.startByte + part.sizeBytes };
    const crc64nvme = await work.buffers.with(part.sizeBytes, async (buffer) =>
      checksumOf(await patiently(work.ports, () => readPart(job, range, buffer), work.retried)),
    );
    await work.held.beat(work.beatMs);
    return { ...part, crc64nvme, tag: '' };
  });
  return combinedChecksum(sums);
}
