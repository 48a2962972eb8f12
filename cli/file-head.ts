import { openDataFile } from './open-data-file.ts';

/** The first bytes of a file, and the size of the whole. Of a compressed file, those of its decompressed bytes. */
export interface FileHead {
  bytes: Uint8Array;
  sizeBytes: number;
}

/** Reads up to `mostBytes` from the start of a file, which may be compressed. Fails as `openDataFile` does. */
export async function readFileHead(path: string, mostBytes: number): Promise<FileHead> {
  const { raw, info } = await openDataFile(path);
  const range = { startByte: 0, endByte: Math.min(mostBytes, info.sizeBytes) };
  const bytes = await raw.readRange(info.key, range, { pin: info.pin });
  return { bytes, sizeBytes: info.sizeBytes };
}
