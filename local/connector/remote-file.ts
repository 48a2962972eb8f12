import { SourceChanged } from '../../shared/errors.ts';
import type { SeenFile } from '../../shared/ports/transfer-source.ts';
import type { ByteRange } from '../../shared/ranges/byte-range.ts';

/** A file of a server that shows size and time, and nothing else by which to tell one from another. */
export function seenFile(path: string, sizeBytes: number, modifiedMs: number): SeenFile {
  const version = `${sizeBytes}-${modifiedMs}`;
  return { path, sizeBytes, version, pin: version, modifiedMs };
}

/**
 * What a name that is not UTF-8 becomes on its way through a client library holds this character, and leads to no file. Undefined for a name
 * that does.
 */
export function unreadableName(path: string, isFolder: boolean): SeenFile | undefined {
  if (!path.includes('\ufffd')) return undefined;
  return isFolder
    ? {
        ...seenFile(`${path}/`, 0, 0),
        problem: 'its name is not UTF-8, so no file in it can be read: rename it',
      }
    : { ...seenFile(path, 0, 0), problem: 'its name is not UTF-8: rename it' };
}

export function changedFile(where: string): SourceChanged {
  return new SourceChanged({
    what: 'the file changed while it was read',
    where,
    why: 'Its size or time is not what it was.',
    next: 'It is looked at anew; nothing of this attempt counts.',
  });
}

/** Fills a buffer, from its start, with the chunks of a range. Fails with `SourceChanged` if they are not exactly as many bytes. */
export async function fillWith(
  chunks: AsyncIterable<Uint8Array>,
  buffer: Uint8Array,
  { startByte, endByte }: ByteRange,
  where: string,
): Promise<void> {
  const lengthBytes = endByte - startByte;
  let at = 0;
  for await (const chunk of chunks) {
    if (at + chunk.length > lengthBytes) throw changedFile(where);
    buffer.set(chunk, at);
    at += chunk.length;
  }
  if (at !== lengthBytes) throw changedFile(where);
}
