import { accessSync, constants, statfsSync } from 'node:fs';

const MEMORY_DISK = '/dev/shm';
const ROOM_BYTES = 4 * 1024 ** 3;

/**
 * Tests make and remove some hundred thousand small files, for which a disk takes longer than for everything else. Where the system has a
 * file system in memory with room, as Linux has, their temporary folder is there.
 */
export function temporaryFolder(): { TMPDIR?: string } {
  if (process.env.TMPDIR !== undefined) return {};
  try {
    accessSync(MEMORY_DISK, constants.W_OK);
    const { bavail, bsize } = statfsSync(MEMORY_DISK);
    return bavail * bsize >= ROOM_BYTES ? { TMPDIR: MEMORY_DISK } : {};
  } catch {
    return {};
  }
}
