import type { ObjectPiece } from '../ports/object-store.ts';
import type { ByteRange } from '../ranges/byte-range.ts';
import { rangeLengthBytes } from '../ranges/byte-range.ts';

const MIB = 1024 * 1024;

/** Every part but the last must have this size; an object of this size or less cannot be copied by range at all. */
export const MIN_PART_BYTES = 5 * MIB;
export const MAX_COPY_BYTES = 5 * 1024 * MIB;
/** Parts an upload may have. Limits: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
export const MAX_PARTS = 10_000;

/** A part S3 copies by itself, or one whose bytes are fetched, put together in memory and sent. */
export type PlannedPart = { copy: { key: string; range: ByteRange } } | { send: ObjectPiece[] };

/**
 * Cuts pieces into the parts of one multipart upload, in order: stretches above 5 MiB are copied inside S3, the rest
 * passes through memory. A small piece that would be too small a part borrows bytes from a neighbour that can spare
 * them. A plan of a single `send` is one PutObject; an empty plan is an empty object.
 */
export function planUploadParts(pieces: ObjectPiece[], minPartBytes = MIN_PART_BYTES): PlannedPart[] {
  const parts = partsOf(joined(pieces), minPartBytes);
  // Larger parts are fewer, at the price of more memory: tens of GB in small pieces, which no merge makes.
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
    // Above, not from, 5 MiB: a range of an object that has no more than that is refused.
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
      // Neither neighbour can spare enough and stay a part itself.
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

/** Equal stretches of at most what one copy takes, so that none is a small rest. */
function evenly({ startByte, endByte }: ByteRange): ByteRange[] {
  const count = Math.ceil((endByte - startByte) / MAX_COPY_BYTES);
  const stepBytes = Math.ceil((endByte - startByte) / count);
  return Array.from({ length: count }, (_, index) => ({
    startByte: startByte + index * stepBytes,
    endByte: Math.min(startByte + (index + 1) * stepBytes, endByte),
  }));
}

/** Leaves out empty pieces and makes one of ranges that follow each other in the same object. */
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

/** Length of what a piece adds. */
export function pieceBytes(piece: ObjectPiece): number {
  return 'bytes' in piece ? piece.bytes.length : rangeLengthBytes(piece.range);
}
