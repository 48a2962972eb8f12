import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import type { FileJob } from './file-job.ts';
import type { FileWork } from './file-work.ts';
import { patiently } from './patience.ts';
import { readPart } from './read-part.ts';
import { checksumOf } from './send-parts.ts';

const compress = promisify(zstdCompress);
/** Compressed at once: two cores have enough, and each takes memory for what it reads and what it makes. */
const AHEAD = 3;

/** A piece of the file as one frame of zstd, with a checksum of its content. */
export interface Frame {
  bytes: Uint8Array;
  contentBytes: number;
  contentCrc64nvme: string;
}

/** The frames of a file from a byte on, in order; those that come next are read and compressed meanwhile. */
export class FrameQueue {
  private readonly work: FileWork;
  private readonly job: FileJob;
  private readonly frameBytes: number;
  private nextByte: number;
  /** An empty file is one empty frame. */
  private hasBegun: boolean;
  private readonly coming: Promise<Frame>[] = [];
  private readonly buffers: Uint8Array[] = [];

  constructor(work: FileWork, job: FileJob, frameBytes: number, startByte: number) {
    this.work = work;
    this.job = job;
    this.frameBytes = frameBytes;
    this.nextByte = startByte;
    this.hasBegun = startByte > 0;
  }

  /** True once every frame was taken. */
  get isOver(): boolean {
    return this.coming.length === 0 && this.hasBegun && this.nextByte >= this.job.seen.sizeBytes;
  }

  async take(): Promise<Frame> {
    this.fill();
    const frame = this.coming.shift()!;
    this.fill();
    return frame;
  }

  /** Waits for what is under way, so that nothing reads the file any more. */
  async end(): Promise<void> {
    await Promise.allSettled(this.coming);
  }

  private fill(): void {
    const { sizeBytes } = this.job.seen;
    while (this.coming.length < AHEAD && (!this.hasBegun || this.nextByte < sizeBytes)) {
      const startByte = this.nextByte;
      this.nextByte = Math.min(sizeBytes, startByte + this.frameBytes);
      this.hasBegun = true;
      const frame = this.made(startByte, this.nextByte);
      // Whoever takes it is told.
      frame.catch(() => undefined);
      this.coming.push(frame);
    }
  }

  private async made(startByte: number, endByte: number): Promise<Frame> {
    const buffer = this.buffers.pop() ?? new Uint8Array(Math.min(this.frameBytes, this.job.seen.sizeBytes));
    try {
      this.work.signal?.throwIfAborted();
      const content = await patiently(
        this.work.ports,
        () => readPart(this.job, { startByte, endByte }, buffer),
        this.work.retried,
      );
      const contentCrc64nvme = checksumOf(content);
      const params = { [constants.ZSTD_c_checksumFlag]: 1 };
      const bytes = await compress(content, { params, chunkSize: mostFrameBytes(content.length) });
      return { bytes, contentBytes: content.length, contentCrc64nvme };
    } finally {
      this.buffers.push(buffer);
    }
  }
}

/** The most that a frame of this content can have: ZSTD_compressBound, and a little more for its head. */
export function mostFrameBytes(contentBytes: number): number {
  return contentBytes + (contentBytes >> 8) + 1024;
}
