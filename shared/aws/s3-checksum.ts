import { ObjectDamaged } from '../errors.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { crc64nvme, crc64ToBase64 } from '../ranges/crc64nvme.ts';

/**
 * Fails with `ObjectDamaged`, and removes the object, if it has another checksum than the one expected. S3 answers without sending a byte:
 * it sums what it copies, and combines the sums of parts, if the request names the algorithm
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html). A store that keeps no such checksum sends the
 * object. `where` is what the object was made of.
 */
export async function requireChecksum(
  store: Pick<ObjectStore, 'head' | 'streamRange' | 'delete'>,
  key: string,
  expected: string,
  where: string,
): Promise<void> {
  const kept = (await store.head(key))?.crc64nvme ?? (await readChecksum(store, key));
  if (kept === expected) return;
  await store.delete([key]);
  throw damaged(where);
}

async function readChecksum(store: Pick<ObjectStore, 'streamRange'>, key: string): Promise<string> {
  let crc = 0n;
  for await (const chunk of store.streamRange(key)) crc = crc64nvme(chunk, crc);
  return crc64ToBase64(crc);
}

/** Callers know what made the bytes, and say how to make them again. */
export function damaged(where: string, cause?: unknown): ObjectDamaged {
  return new ObjectDamaged({
    what: 'the bytes do not have the checksum that was taken when they were written',
    where,
    cause,
  });
}

export function checksumOf(bytes: Uint8Array): string {
  return crc64ToBase64(crc64nvme(bytes));
}
