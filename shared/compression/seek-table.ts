import type { ByteRange } from '../ranges/byte-range.ts';
import { CompressedDataBad } from './bit-reader.ts';

/**
 * The seek table at the end of a zstd file whose frames can be read one by one, which every zstd program decompresses as a whole:
 *
 *     ├ frame ┼ frame ┼ … ┼ 5E 2A 4D 18 · bytes that follow · entries ┼ frames (4) · descriptor (1) · B1 EA 92 8F ┤
 *                           a skippable frame                           footer
 *
 * An entry is the size of a frame, that of its content, and, if bit 7 of the descriptor is set, a checksum (XXH64); all numbers have four
 * bytes, the lowest first. https://github.com/facebook/zstd/blob/dev/contrib/seekable_format/zstd_seekable_compression_format.md
 */
const SKIPPABLE_HEAD_BYTES = 8;
const TABLE_MAGIC = 0x184d2a5e;
const FOOTER_MAGIC = 0x8f92eab1;
const CHECKSUM_FLAG = 0x80;
const RESERVED_BITS = 0x7c;
const ENTRY_BYTES = 8;
const ENTRY_WITH_CHECKSUM_BYTES = 12;
/** A table of more would not fit a parser beside its work: 1 TB in frames of 1 MiB has as many. */
const MOST_FRAMES = 1_000_000;
/** As the format says. */
const MOST_CONTENT_BYTES = 0x4000_0000;

/** Enough bytes of a file's end to see whether it has such a table. */
export const SEEK_FOOTER_BYTES = 9;

/** What the footer says of the table. */
interface SeekFooter {
  frameCount: number;
  entryBytes: number;
  /** Of the whole skippable frame, with head and footer. */
  tableBytes: number;
}

/** Where the frames of a file lie, and what they hold: one number more than there are frames, from 0 to the end of the last one. */
export interface SeekTable {
  frameCount: number;
  /** In the file as it is stored. */
  storedStarts: Float64Array;
  /** In its content. */
  contentStarts: Float64Array;
}

export interface FrameSizes {
  storedBytes: number;
  contentBytes: number;
}

/** Reads the last bytes of a file; undefined if they do not end a seek table. Fails with `CompressedDataBad` if it cannot be used. */
export function seekFooter(tail: Uint8Array): SeekFooter | undefined {
  if (tail.length < SEEK_FOOTER_BYTES) return undefined;
  const view = viewOf(tail.subarray(-SEEK_FOOTER_BYTES));
  if (view.getUint32(5, true) !== FOOTER_MAGIC) return undefined;
  const frameCount = view.getUint32(0, true);
  const descriptor = view.getUint8(4);
  if ((descriptor & RESERVED_BITS) !== 0)
    throw new CompressedDataBad('its seek table is of a later version of the format');
  if (frameCount === 0 || frameCount > MOST_FRAMES)
    throw new CompressedDataBad(
      `its seek table has ${frameCount} frames, and there may be 1 to ${MOST_FRAMES}`,
    );
  const entryBytes = (descriptor & CHECKSUM_FLAG) === 0 ? ENTRY_BYTES : ENTRY_WITH_CHECKSUM_BYTES;
  return {
    frameCount,
    entryBytes,
    tableBytes: SKIPPABLE_HEAD_BYTES + frameCount * entryBytes + SEEK_FOOTER_BYTES,
  };
}

/**
 * Reads a whole table. Fails with `CompressedDataBad` if its frames and itself are not exactly the file; whether each frame holds what its
 * entry says is found out by whoever reads the frame.
 */
export function readSeekTable(
  bytes: Uint8Array,
  { frameCount, entryBytes, tableBytes }: SeekFooter,
  fileBytes: number,
): SeekTable {
  const view = viewOf(bytes);
  if (bytes.length !== tableBytes || view.getUint32(0, true) !== TABLE_MAGIC)
    throw new CompressedDataBad(`its seek table says that it has ${frameCount} frames, and begins nowhere`);
  if (view.getUint32(4, true) !== tableBytes - SKIPPABLE_HEAD_BYTES)
    throw new CompressedDataBad('its seek table states another length than it has');
  const storedStarts = new Float64Array(frameCount + 1);
  const contentStarts = new Float64Array(frameCount + 1);
  for (let index = 0; index < frameCount; index++) {
    const at = SKIPPABLE_HEAD_BYTES + index * entryBytes;
    const contentBytes = view.getUint32(at + 4, true);
    if (contentBytes > MOST_CONTENT_BYTES)
      throw new CompressedDataBad(
        `its seek table says that frame ${index + 1} holds ${contentBytes} bytes, more than a frame may`,
      );
    storedStarts[index + 1] = storedStarts[index]! + view.getUint32(at, true);
    contentStarts[index + 1] = contentStarts[index]! + contentBytes;
  }
  const storedBytes = storedStarts[frameCount]!;
  if (storedBytes + tableBytes !== fileBytes)
    throw new CompressedDataBad(
      `its seek table says that its frames have ${storedBytes} bytes, and they have ${fileBytes - tableBytes}`,
    );
  return { frameCount, storedStarts, contentStarts };
}

/** The table of frames, as it follows them in the file. */
export function seekTableBytes(frames: readonly FrameSizes[]): Uint8Array {
  const tableBytes = SKIPPABLE_HEAD_BYTES + frames.length * ENTRY_BYTES + SEEK_FOOTER_BYTES;
  const bytes = new Uint8Array(tableBytes);
  const view = viewOf(bytes);
  view.setUint32(0, TABLE_MAGIC, true);
  view.setUint32(4, tableBytes - SKIPPABLE_HEAD_BYTES, true);
  for (const [index, { storedBytes, contentBytes }] of frames.entries()) {
    view.setUint32(SKIPPABLE_HEAD_BYTES + index * ENTRY_BYTES, storedBytes, true);
    view.setUint32(SKIPPABLE_HEAD_BYTES + index * ENTRY_BYTES + 4, contentBytes, true);
  }
  const footer = tableBytes - SEEK_FOOTER_BYTES;
  view.setUint32(footer, frames.length, true);
  view.setUint32(footer + 5, FOOTER_MAGIC, true);
  return bytes;
}

/** The frames that hold a range of the content, which is not empty: indexes, half-open. */
export function framesOf({ contentStarts, frameCount }: SeekTable, { startByte, endByte }: ByteRange) {
  const first = lastStart(contentStarts, frameCount, startByte);
  const last = lastStart(contentStarts, frameCount, Math.min(endByte, contentStarts[frameCount]!) - 1);
  return { first, end: last + 1 };
}

/** The last frame that begins at a byte or before it: of empty frames before it, none. */
function lastStart(starts: Float64Array, frameCount: number, byte: number): number {
  let low = 0;
  let high = frameCount;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= byte) low = middle;
    else high = middle;
  }
  return low;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
