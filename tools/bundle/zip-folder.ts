import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type ZipOptions, type Zippable, zipSync } from 'fflate';

/** The earliest time that a ZIP can hold: the archive must not depend on when it is made. */
const FIXED_TIME = new Date(1980, 0, 1);
const UNIX = 3;
const READ_BY_ALL = 0o100644 << 16;

/** All files below a folder as a ZIP; its bytes depend on nothing else. */
export async function zipFolder(folder: string): Promise<Uint8Array> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
  const options: ZipOptions = { mtime: FIXED_TIME, os: UNIX, attrs: READ_BY_ALL, level: 9 };
  const files: Zippable = {};
  for (const path of paths) files[path] = [await readFile(join(folder, path)), options];
  return zipSync(files);
}
