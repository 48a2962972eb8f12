import { basename, dirname, resolve } from 'node:path';
import { statOf } from '../local/adapters/file-error.ts';
import { createFileObjectStore } from '../local/adapters/file-object-store.ts';
import { startDir } from '../local/adapters/project-folders.ts';
import { SourceNotFound, UsageError } from '../shared/errors.ts';
import { type OpenSource, openSource } from '../shared/pipeline/store/open-source.ts';
import { isRefusal } from '../shared/refusal.ts';

/**
 * Opens a data file by its path as `convert` opens it: a compressed one is read as if it were not. Fails with `SourceNotFound`, and with
 * `UsageError` if the file is damaged.
 */
export async function openDataFile(path: string): Promise<OpenSource> {
  const whole = resolve(startDir, path);
  const store = createFileObjectStore({ rootDir: dirname(whole) });
  const stored = await store.head(basename(whole));
  if (!stored) {
    const isFolder = (await statOf(whole))?.isDirectory() === true;
    throw new SourceNotFound({
      what: isFolder ? 'this is a folder' : 'there is no such file',
      where: path,
      next: isFolder ? 'Name one of the files in it.' : 'Check the path.',
    });
  }
  const opened = await openSource(store, stored);
  if (isRefusal(opened)) throw new UsageError({ what: opened.message.replace(/\.$/, '') });
  return opened.source;
}
