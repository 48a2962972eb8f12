import { existsSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isCode } from './file-error.ts';

/** Makes a folder and those above it, one by one: of folders that cannot be there, as in /proc, a recursive mkdir never ends. */
export async function makeFolder(folder: string, mode?: number): Promise<void> {
  const missing = [folder];
  for (let above = dirname(folder); !existsSync(above) && dirname(above) !== above; above = dirname(above))
    missing.unshift(above);
  for (const one of missing) {
    await mkdir(one, mode === undefined ? {} : { mode }).catch((error: unknown) => {
      if (isCode(error, 'EEXIST') && statSync(one, { throwIfNoEntry: false })?.isDirectory()) return;
      throw error;
    });
  }
}
