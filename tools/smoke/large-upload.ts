import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { crc64nvme, crc64ToBase64 } from '../../shared/ranges/crc64nvme.ts';

const MIB = 1024 * 1024;
/** More than one request takes in any adapter: nine parts of a writer on S3. */
const LARGE_BYTES = 65 * MIB;

/**
 * Writes an object of more than 64 MiB in parts, one made of stretches of it and one copied from it, and has each compared with its checksum;
 * removes them again. A small night has no object that large, and what a store refuses about parts shows only here.
 */
export async function largeUploadProblems(store: ObjectStore, folder: string): Promise<string[]> {
  const [sent, joined, copied] = ['sent', 'joined', 'copied'].map((name) => `${folder}${name}`) as [
    string,
    string,
    string,
  ];
  const piece = Uint8Array.from({ length: MIB }, (_, index) => index * 7 + (index >> 8));
  let crc = 0n;
  const writer = store.createWriter(sent);
  try {
    for (let written = 0; written < LARGE_BYTES; written += piece.length) {
      piece[0] = written / MIB;
      crc = crc64nvme(piece, crc);
      await writer.write(piece);
    }
    await writer.close();
    const checksum = crc64ToBase64(crc);
    const half = LARGE_BYTES / 2;
    const pieces = [
      { key: sent, range: { startByte: 0, endByte: half } },
      { key: sent, range: { startByte: half, endByte: LARGE_BYTES } },
      { bytes: new TextEncoder().encode('end') },
    ];
    await store.compose(joined, pieces, crc64ToBase64(crc64nvme(pieces[2]!.bytes!, crc)));
    await store.copy(sent, copied, checksum);
    const found = (await store.head(sent))?.crc64nvme ?? checksum;
    return found === checksum ? [] : [`${sent} has the checksum ${found}, but ${checksum} was sent`];
  } catch (error) {
    await writer.abort();
    return [`an object of ${LARGE_BYTES / MIB} MiB was not written: ${(error as Error).message}`];
  } finally {
    await store.delete([sent, joined, copied]);
  }
}
