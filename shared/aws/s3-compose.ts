import type { S3Client } from '@aws-sdk/client-s3';
import type { ObjectPiece, ObjectStore } from '../ports/object-store.ts';
import { isNotFound, readError, sourceChanged, statusOf, writeError } from './s3-error.ts';
import { copySource, type S3Target, s3Url } from './s3-target.ts';
import { MultipartUpload } from './s3-upload.ts';
import { type PlannedPart, pieceBytes } from './upload-plan.ts';

const PARTS_AT_ONCE = 4;

/** The place of a composed object, and the store that its pieces are read from; both are in one bucket. */
interface Composition {
  client: S3Client;
  target: S3Target;
  store: Pick<ObjectStore, 'readRange'>;
}

/**
 * Performs a plan of upload parts, several at once. If one fails, or the whole has not the checksum that is given, nothing is visible and
 * nothing is left over.
 */
export async function uploadParts(
  composition: Composition,
  parts: PlannedPart[],
  crc64nvme?: string,
): Promise<void> {
  const { client, target, store } = composition;
  const upload = new MultipartUpload(client, target);
  const numbered = parts.entries();
  let failed = false;
  const lane = async () => {
    for (const [index, part] of numbered) {
      if (failed) return;
      try {
        if ('send' in part) await upload.send(index + 1, await gather(store, part.send));
        else await upload.copy(index + 1, copySource(sourceOf(target, part)), part.copy.range);
      } catch (error) {
        failed = true;
        throw partError(error, target, part);
      }
    }
  };
  try {
    // All lanes must have ended before an abort: a part that arrives after it would be left over.
    const lanes = await Promise.allSettled(Array.from({ length: PARTS_AT_ONCE }, lane));
    for (const ended of lanes) if (ended.status === 'rejected') throw ended.reason;
    await upload.complete(crc64nvme);
  } catch (error) {
    await upload.abort();
    throw writeError(error, s3Url(target));
  }
}

/** The bytes of small pieces, one after the other. */
export async function gather(
  store: Pick<ObjectStore, 'readRange'>,
  pieces: ObjectPiece[],
): Promise<Uint8Array> {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + pieceBytes(piece), 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set('bytes' in piece ? piece.bytes : await store.readRange(piece.key, piece.range), at);
    at += pieceBytes(piece);
  }
  return bytes;
}

function sourceOf({ Bucket }: S3Target, { copy }: { copy: { key: string } }): S3Target {
  return { Bucket, Key: copy.key };
}

/** If a part that S3 copies fails, its source may be at fault; if a part that is sent fails, it is always the target. */
function partError(error: unknown, target: S3Target, part: PlannedPart): unknown {
  if ('send' in part) return writeError(error, s3Url(target));
  const source = s3Url(sourceOf(target, part));
  if (isNotFound(error)) return readError(error, source);
  if ([400, 412, 416].includes(statusOf(error) ?? 0)) return sourceChanged(source, error);
  return writeError(error, s3Url(target));
}
