import * as fs from 'node:fs/promises';
import { dirname } from 'node:path';
import { isCode, unwritable } from './file-error.ts';

/** A folder goes with its last file. If that happens so often in a row just before a write, it is no coincidence. */
const MAX_TRIES = 100;

/** Makes the folder of `path`, then runs `action`; does both again if somebody else removed the folder with its last file. */
export async function inFolder(path: string, mode: number, action: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await fs.mkdir(dirname(path), { recursive: true, mode });
      await action();
      return;
    } catch (error) {
      // If a folder is removed while mkdir walks, mkdir says that a file is in the way. A real file is still there the next time.
      const passing = isCode(error, 'ENOENT', 'ENOTDIR', 'EEXIST');
      if (!passing || tries >= MAX_TRIES) throw unwritable(error, path);
    }
  }
}
