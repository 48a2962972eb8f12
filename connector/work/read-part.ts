import { SourceChanged } from '../../shared/errors.ts';
import type { SeenFile, TransferSource } from '../../shared/ports/transfer-source.ts';
import type { ByteRange } from '../../shared/ranges/byte-range.ts';
import type { FileJob } from './file-job.ts';

/** Reads a range into `buffer`; the file is looked at before and after it. Answers the bytes. */
export async function readPart(
  { source, seen }: Pick<FileJob, 'source' | 'seen'>,
  range: ByteRange,
  buffer: Uint8Array,
): Promise<Uint8Array> {
  await source.readInto(seen.path, range, seen.pin, buffer);
  return buffer.subarray(0, range.endByte - range.startByte);
}

/** Fails with `SourceChanged` unless the path still leads to exactly the file that was judged. */
export async function requireSame(source: TransferSource, seen: SeenFile): Promise<void> {
  const now = await source.look(seen.path);
  if (now?.pin !== seen.pin) throw changedFile(source, seen.path);
}

function changedFile(source: TransferSource, path: string): SourceChanged {
  return new SourceChanged({
    what: 'the file is not the one that was judged to be finished',
    where: `${source.name}/${path}`,
    why: 'It was written to, replaced or removed meanwhile.',
    next: 'It is looked at anew; nothing of this attempt counts.',
  });
}
