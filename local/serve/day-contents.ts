import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CatalogFile } from '../../shared/ports/catalog.ts';
import { isCode } from '../adapters/file-error.ts';
import { publishedPath } from '../lake/dataset-view.ts';

/**
 * Which files the rows of each day are in: their paths, and of one of them when it was written. A lake that was removed and made anew numbers its
 * commits from 1 again, and two lakes that keep their answers in one place number theirs alike.
 */
export function dayContents(
  lakeDir: string,
  { partitions }: Pick<CatalogFile, 'partitions'>,
): Record<string, string> {
  const files = new Map<string, string[]>();
  for (const { values, files: keys } of partitions) {
    const day = `${values.year}-${values.month}-${values.day}`;
    files.set(day, [...(files.get(day) ?? []), ...keys]);
  }
  return Object.fromEntries([...files].map(([day, keys]) => [day, contentOf(lakeDir, keys)]));
}

function contentOf(lakeDir: string, keys: readonly string[]): string {
  const [first = '', ...others] = [...keys].sort();
  const hash = createHash('sha256').update(JSON.stringify([resolve(lakeDir), first, others]));
  return hash
    .update(writtenAt(publishedPath(lakeDir, first)))
    .digest('hex')
    .slice(0, 32);
}

/** Empty if the file is not there: then nobody can read it either. */
function writtenAt(path: string): string {
  try {
    const { ino, size, mtimeNs } = statSync(path, { bigint: true });
    return `${ino}/${size}/${mtimeNs}`;
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM')) return '';
    throw error;
  }
}
