import { zstdDecompressSync } from 'node:zlib';
import type { Kernel } from '../kernel/kernel.ts';
import { READ_MARGIN_BYTES } from '../kernel/shapes.ts';
import type { PageCodec } from '../layout/layout.ts';
import { malformed } from './malformed.ts';
import type { StoredPage } from './page-header.ts';

/** Node takes no smaller pieces. */
const LEAST_CHUNK_BYTES = 64;

/** An uncompressed page in the kernel's memory. */
export class PageMemory {
  readonly address: number;
  readonly length: number;
  entryCount = 0;
  entries: PageMemory | undefined;
  private readonly kernel: Kernel;

  constructor(kernel: Kernel, length: number) {
    this.kernel = kernel;
    this.length = length;
    this.address = kernel.allocate(length + READ_MARGIN_BYTES);
  }

  get end(): number {
    return this.address + this.length;
  }

  release(): void {
    this.entries?.release();
    this.kernel.release(this.address, this.length + READ_MARGIN_BYTES);
  }
}

/** The page whose header is at address `at`. The levels of a V2 page are stored uncompressed before its values. */
export function uncompressPage(kernel: Kernel, page: StoredPage, at: number, codec: PageCodec): PageMemory {
  const { levelsBytes, pageBytes, compressedBytes } = page;
  const memory = new PageMemory(kernel, pageBytes);
  const from = at + page.headerBytes;
  kernel.bytes.copyWithin(memory.address, from, from + levelsBytes);
  const [values, out] = [from + levelsBytes, memory.address + levelsBytes];
  const [length, outLength] = [compressedBytes - levelsBytes, pageBytes - levelsBytes];
  switch (page.isCompressed ? codec : 'none') {
    case 'none':
      if (length !== outLength) throw malformed('an uncompressed page of two lengths');
      kernel.bytes.copyWithin(out, values, values + length);
      break;
    case 'snappy':
      if (!kernel.call.uncompressSnappy(values, length, out, outLength)) throw malformed('Snappy');
      break;
    case 'zstd':
    case 'zstd-fast':
      if (!kernel.call.uncompressZstd(values, length, out, outLength)) {
        kernel.bytes.set(uncompressFrame(kernel.bytes.subarray(values, values + length), outLength), out);
      }
      break;
  }
  return memory;
}

/** The content of a frame in a form that the kernel does not know, by a library, which is also the judge of what is damaged. That it is as long as the page is known before memory is taken for it. */
function uncompressFrame(frame: Uint8Array, length: number): Uint8Array {
  if (contentBytes(frame) !== length) throw malformed('Zstandard of another length');
  let content: Uint8Array;
  try {
    // In one piece: by default Node gathers pieces of 16 KiB.
    content = zstdDecompressSync(frame, {
      maxOutputLength: Math.max(length, 1),
      chunkSize: Math.max(length, LEAST_CHUNK_BYTES),
    });
  } catch {
    throw malformed('Zstandard');
  }
  if (content.length !== length) throw malformed('Zstandard that ends early');
  return content;
}

/**
 * The size of its content that a frame states, undefined if it states none (RFC 8878, 3.1.1.1). Ours state it in one byte or four; those of
 * the versions that used a library, in two as well.
 *
 *     28 b5 2f fd │ descriptor │ window, unless it is a single segment │ dictionary │ content size
 */
function contentBytes(frame: Uint8Array): number | undefined {
  const descriptor = frame[4];
  if (descriptor === undefined) return undefined;
  const isSingle = (descriptor & 0x20) !== 0;
  const at = 5 + (isSingle ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]!;
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][descriptor >>> 6]!;
  if (sizeBytes === 0 || frame.length < at + sizeBytes) return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset);
  switch (sizeBytes) {
    case 1:
      return view.getUint8(at);
    case 2:
      return view.getUint16(at, true) + 256;
    case 4:
      return view.getUint32(at, true);
    default:
      return Number(view.getBigUint64(at, true));
  }
}
