import { type FrameSizes, seekTableBytes } from '../../shared/compression/seek-table.ts';
import { listOf, objectOf, text, wholeNumber } from '../../shared/json-shape.ts';
import type { SentPart } from '../../shared/ports/transfer-target.ts';
import type { FileRule } from './settings.ts';

const MOST_FRAME_BYTES = 4 * 1024 * 1024;
const SUFFIX = '.zst';

/** A part of a file that is compressed on its way: whole frames, one after the other. */
export interface CompressedPart {
  number: number;
  /** The byte of the uncompressed file at which this part ends. */
  endByte: number;
  /** The compressed size. */
  sizeBytes: number;
  crc64nvme: string;
  /** The checksum of the uncompressed bytes. */
  contentCrc64nvme: string;
  /** The sizes of its frames as they are stored. */
  frames: number[];
}

export const compressedPartShape = objectOf<CompressedPart>({
  number: wholeNumber,
  endByte: wholeNumber,
  sizeBytes: wholeNumber,
  crc64nvme: text,
  contentCrc64nvme: text,
  frames: listOf(wholeNumber),
});

/** True if a rule compresses this file. What is compressed already stays as it is: nobody reads a file that is compressed twice. */
export function compresses({ compress }: Pick<FileRule, 'compress'>, path: string): boolean {
  return compress !== undefined && !isCompressed(path);
}

export function isCompressed(path: string): boolean {
  return /\.(gz|zst|bz2|zip)$/i.test(path);
}

/** The key of a file that is compressed: its suffix tells readers how. */
export function compressedKey(key: string): string {
  return key.endsWith(SUFFIX) ? key : `${key}${SUFFIX}`;
}

/** The files that a rule expects, by the names that they have in the target. */
export function expectedOf(rule: Pick<FileRule, 'expected' | 'compress'>): number | string[] | undefined {
  const { expected } = rule;
  if (!Array.isArray(expected)) return expected;
  return expected.map((name) => (compresses(rule, name) ? compressedKey(name) : name));
}

/** How much of the file each frame holds; the last one holds the rest. */
export function frameBytesOf(partSizeBytes: number): number {
  return Math.min(MOST_FRAME_BYTES, partSizeBytes);
}

/** The first parts of an upload that the target has as they were sent; after the first that it does not have, all are made anew. */
export function keptParts(made: readonly CompressedPart[], sent: readonly SentPart[]): CompressedPart[] {
  const have = new Map(sent.map((part) => [part.number, part]));
  const end = made.findIndex(({ number, sizeBytes, crc64nvme }, index) => {
    const part = have.get(number);
    return number !== index + 1 || part?.sizeBytes !== sizeBytes || part.crc64nvme !== crc64nvme;
  });
  return made.slice(0, end < 0 ? made.length : end);
}

/** The seek table of a file of these parts. */
export function seekTableOf(
  parts: readonly Pick<CompressedPart, 'frames' | 'endByte'>[],
  frameBytes: number,
): Uint8Array {
  const frames: FrameSizes[] = [];
  let startByte = 0;
  for (const { frames: sizes, endByte } of parts) {
    for (const storedBytes of sizes) {
      const contentBytes = Math.min(frameBytes, endByte - startByte);
      frames.push({ storedBytes, contentBytes });
      startByte += contentBytes;
    }
  }
  return seekTableBytes(frames);
}
