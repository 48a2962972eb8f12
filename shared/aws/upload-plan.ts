import type { ObjectPiece } from '../ports/object-store.ts';
import type { ByteRange } from '../ranges/byte-range.ts';
import { rangeLengthBytes } from '../ranges/byte-range.ts';

const MIB = 1024 * 1024;

/** Every part but the last must have at least this size. An object that is not larger cannot be copied by range. */
export const MIN_PART_BYTES = 5 * MIB;
export const MAX_COPY_BYTES = 5 * 1024 * MIB;
/** How many parts an upload may have. Limits: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
export const MAX_PARTS = 10_000;

/** A part that S3 copies by itself, or one whose bytes are read, put together in memory and sent. */
export type PlannedPart = { copy: { key: string; range: ByteRange } } | { send: ObjectPiece[] };

/**
 * Cuts pieces into the parts of one multipart upload, in order. S3 copies stretches above 5 MiB itself; the rest passes
 * through memory. A piece that is too small to be a part takes bytes from a neighbour that can spare them. A plan of a
 * single `send` is one PutObject; an empty plan is an empty object.
 */
export function planUploadParts(pieces: ObjectPiece[], minPartBytes = MIN_PART_BYTES): PlannedPart[] {
  const parts = partsOf(joined(pieces), minPartBytes);
  // Fewer, larger parts need more memory. Only tens of GB in small pieces get here, which no merge makes.
  return parts.length > MAX_PARTS ? planUploadParts(pieces, minPartBytes * 2) : parts;
}

function partsOf(pieces: ObjectPiece[], minPartBytes: number): PlannedPart[] {
  const parts: PlannedPart[] = [];
  let waiting: ObjectPiece[] = [];
  let waitingBytes = 0;
  const wait = (piece: ObjectPiece) => {
    waiting.push(piece);
    waitingBytes += pieceBytes(piece);
  };
  const send = () => {
    if (waiting.length > 0) parts.push({ send: waiting });
    waiting = [];
    waitingBytes = 0;
  };

  for (const piece of pieces) {
    // Above 5 MiB, not from 5 MiB: S3 refuses to copy a range of an object of 5 MiB or less.
    if ('bytes' in piece || pieceBytes(piece) <= minPartBytes) {
      wait(piece);
      if (waitingBytes >= minPartBytes) send();
      continue;
    }
    let { startByte } = piece.range;
    const { endByte } = piece.range;
    const missingBytes = waitingBytes === 0 ? 0 : minPartBytes - waitingBytes;
    const before = parts.at(-1);
    if (endByte - startByte - missingBytes >= minPartBytes) {
      if (missingBytes > 0) wait({ key: piece.key, range: { startByte, endByte: startByte + missingBytes } });
      startByte += missingBytes;
    } else if (
      before &&
      'copy' in before &&
      rangeLengthBytes(before.copy.range) - missingBytes >= minPartBytes
    ) {
      const { key, range } = before.copy;
      const cutByte = range.endByte - missingBytes;
      parts[parts.length - 1] = { copy: { key, range: { startByte: range.startByte, endByte: cutByte } } };
      waiting.unshift({ key, range: { startByte: cutByte, endByte: range.endByte } });
    } else {
      // Neither neighbour can spare enough bytes and still be large enough itself.
      wait(piece);
      send();
      continue;
    }
    send();
    for (const range of evenly({ startByte, endByte })) parts.push({ copy: { key: piece.key, range } });
  }
  send();
  return parts;
}

/** Equal stretches, each at most what one copy takes, so that the last one is not too small. */
function evenly({ startByte, endByte }: ByteRange): ByteRange[] {
  const count = Math.ceil((endByte - startByte) / MAX_COPY_BYTES);
  const stepBytes = Math.ceil((endByte - startByte) / count);
  return Array.from({ length: count }, (_, index) => ({
    startByte: startByte + index * stepBytes,
    endByte: Math.min(startByte + (index + 1) * stepBytes, endByte),
  }));
}

/** Leaves out empty pieces, and joins ranges that follow each other in the same object. */
function joined(pieces: ObjectPiece[]): ObjectPiece[] {
  const result: ObjectPiece[] = [];
  for (const piece of pieces) {
    if (pieceBytes(piece) === 0) continue;
    const last = result.at(-1);
    if (
      last &&
      'key' in last &&
      'key' in piece &&
      last.key === piece.key &&
      last.range.endByte === piece.range.startByte
    ) {
      const range = { startByte: last.range.startByte, endByte: piece.range.endByte };
      result[result.length - 1] = { key: piece.key, range };
    } else {
      result.push(piece);
    }
  }
  return result;
}

/** How many bytes a piece adds. */
export function pieceBytes(piece: ObjectPiece): number {
  return 'bytes' in piece ? piece.bytes.length : rangeLengthBytes(piece.range);
}
