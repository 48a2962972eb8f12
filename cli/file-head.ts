import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { startDir } from '../local/adapters/project-folders.ts';
import { SourceNotFound } from '../shared/errors.ts';

/** The first bytes of a file, and the size of the whole. */
export interface FileHead {
  bytes: Uint8Array;
  sizeBytes: number;
}

/** Reads up to `mostBytes` from the start of a file. Fails with `SourceNotFound` if `path` is not a file. */
export async function readFileHead(path: string, mostBytes: number): Promise<FileHead> {
  const handle = await open(resolve(startDir, path)).catch(() => undefined);
  const stats = await handle?.stat();
  if (!handle || !stats?.isFile()) {
    await handle?.close();
    throw new SourceNotFound({ what: 'there is no such file', where: path, next: 'Check the path.' });
  }
  try {
    const bytes = new Uint8Array(Math.min(mostBytes, stats.size));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
    return { bytes: bytes.subarray(0, bytesRead), sizeBytes: stats.size };
  } finally {
    await handle.close();
  }
}
