import type { SentPart, Upload } from '../../shared/ports/transfer-target.ts';
import { type CompressedPart, frameBytesOf, keptParts, seekTableOf } from '../decide/compressed-parts.ts';
import type { Sending } from '../decide/transfer-record.ts';
import type { FileJob } from './file-job.ts';
import type { FileWork } from './file-work.ts';
import { type Frame, FrameQueue, mostFrameBytes } from './frame-queue.ts';
import { patiently } from './patience.ts';
import { checksumOf, combinedChecksum } from './send-parts.ts';

/** What was sent of a file that is compressed, and what is in it. */
interface SentFrames {
  parts: SentPart[];
  whole: { sizeBytes: number; crc64nvme: string };
  content: { sizeBytes: number; crc64nvme: string };
}

/** Compresses a file that fits one request. */
export async function compressSmall(
  work: FileWork,
  job: FileJob,
  partSizeBytes: number,
): Promise<SentFrames & { bytes: Uint8Array }> {
  const frameBytes = frameBytesOf(partSizeBytes);
  const queue = new FrameQueue(work, job, frameBytes, 0);
  const frames: Frame[] = [];
  try {
    while (!queue.isOver) frames.push(await queue.take());
  } finally {
    await queue.end();
  }
  const { sizeBytes } = job.seen;
  const table = seekTableOf(
    [{ frames: frames.map(({ bytes }) => bytes.length), endByte: sizeBytes }],
    frameBytes,
  );
  const bytes = new Uint8Array(Buffer.concat([...frames.map((frame) => frame.bytes), table]));
  return {
    ...{ bytes, parts: [], whole: { sizeBytes: bytes.length, crc64nvme: checksumOf(bytes) } },
    content: { sizeBytes, crc64nvme: contentSum(frames) },
  };
}

/**
 * Compresses and sends a file in parts of whole frames. The record says what each part holds before it is sent, so that another process can
 * go on after the parts that the target has. The last part, which ends with the seek table, is always made anew.
 */
export async function sendCompressed(
  work: FileWork,
  job: FileJob,
  upload: Upload,
  sending: Sending,
  sent: readonly SentPart[],
): Promise<SentFrames> {
  const kept = keptParts(sending.compressed ?? [], sent);
  const sender = new CompressedSender(work, job, upload, sending.partSizeBytes, kept);
  const parts = await sender.send(sent.slice(0, kept.length));
  const content = sender.made.map(({ number, contentCrc64nvme, endByte }, index) => {
    const sizeBytes = endByte - (sender.made[index - 1]?.endByte ?? 0);
    return { number, sizeBytes, crc64nvme: contentCrc64nvme, tag: '' };
  });
  return {
    parts,
    whole: {
      sizeBytes: parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      crc64nvme: combinedChecksum(parts),
    },
    content: { sizeBytes: job.seen.sizeBytes, crc64nvme: combinedChecksum(content) },
  };
}

/** A part that is ready to be sent. */
interface FormedPart {
  part: CompressedPart;
  bytes: Uint8Array;
  /** Where it begins in the object. */
  startByte: number;
  contentBytes: number;
}

class CompressedSender {
  /** All parts so far, in order. */
  readonly made: CompressedPart[];
  private readonly work: FileWork;
  private readonly upload: Upload;
  private readonly partSizeBytes: number;
  private readonly frameBytes: number;
  private readonly queue: FrameQueue;
  /** Where the next part begins in the object. */
  private storedByte: number;

  constructor(work: FileWork, job: FileJob, upload: Upload, partSizeBytes: number, kept: CompressedPart[]) {
    this.work = work;
    this.upload = upload;
    this.partSizeBytes = partSizeBytes;
    this.made = [...kept];
    this.frameBytes = frameBytesOf(partSizeBytes);
    this.queue = new FrameQueue(work, job, this.frameBytes, kept.at(-1)?.endByte ?? 0);
    this.storedByte = kept.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  /** Parts are formed one after the other, and sent several at once. Answers all of them, with those that were kept. */
  async send(kept: readonly SentPart[]): Promise<SentPart[]> {
    const capacityBytes = this.partSizeBytes + mostFrameBytes(this.frameBytes);
    const sending: Promise<SentPart>[] = [];
    let failed = false;
    try {
      while (!failed && !this.queue.isOver) {
        const formed = Promise.withResolvers<void>();
        const part = this.work.buffers.with(capacityBytes, async (buffer) => {
          const ready = await this.form(buffer);
          formed.resolve();
          return this.sendPart(ready);
        });
        part.catch((error) => {
          failed = true;
          formed.reject(error);
        });
        sending.push(part);
        await formed.promise;
      }
      return [...kept, ...(await Promise.all(sending))];
    } finally {
      await this.queue.end();
      await Promise.allSettled(sending);
    }
  }

  /** Fills a buffer with frames until it has the size of a part, or the file ends. */
  private async form(buffer: Uint8Array): Promise<FormedPart> {
    const { queue, made } = this;
    const before = made.at(-1)?.endByte ?? 0;
    const frames: Omit<Frame, 'bytes'>[] = [];
    const sizes: number[] = [];
    let sizeBytes = 0;
    let endByte = before;
    while (sizeBytes < this.partSizeBytes && !queue.isOver) {
      const { bytes, ...frame } = await queue.take();
      buffer.set(bytes, sizeBytes);
      sizes.push(bytes.length);
      frames.push(frame);
      sizeBytes += bytes.length;
      endByte += frame.contentBytes;
    }
    const isLast = queue.isOver;
    const data = buffer.subarray(0, sizeBytes);
    const bytes = isLast ? this.withTable(data, { frames: sizes, endByte }) : data;
    const part: CompressedPart = {
      ...{ number: made.length + 1, endByte, sizeBytes: bytes.length, crc64nvme: checksumOf(bytes) },
      ...{ contentCrc64nvme: contentSum(frames), frames: sizes },
    };
    const startByte = this.storedByte;
    made.push(part);
    this.storedByte += bytes.length;
    if (!isLast) {
      const compressed = [...made];
      await this.work.held.save((record) =>
        record.sending ? { ...record, sending: { ...record.sending, compressed } } : record,
      );
    }
    return { part, bytes, startByte, contentBytes: endByte - before };
  }

  private withTable(data: Uint8Array, last: Pick<CompressedPart, 'frames' | 'endByte'>): Uint8Array {
    const table = seekTableOf([...this.made, last], this.frameBytes);
    return new Uint8Array(Buffer.concat([data, table]));
  }

  private async sendPart({ part, bytes, startByte, contentBytes }: FormedPart): Promise<SentPart> {
    const { work } = this;
    const { number, crc64nvme } = part;
    await work.pace.letThrough(bytes.length, () => work.held.beat(work.beatMs), work.signal);
    const sent = await patiently(
      work.ports,
      () => work.ports.target.send(this.upload, { number, startByte }, bytes, crc64nvme),
      work.retried,
    );
    work.sent(contentBytes);
    await work.held.beat(work.beatMs);
    return sent;
  }
}

function contentSum(frames: readonly Omit<Frame, 'bytes'>[]): string {
  return combinedChecksum(
    frames.map(({ contentBytes, contentCrc64nvme }, number) => ({
      ...{ number, sizeBytes: contentBytes, crc64nvme: contentCrc64nvme, tag: '' },
    })),
  );
}
