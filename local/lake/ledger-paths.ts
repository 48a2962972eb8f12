import { type Dirent, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { unreadable as closedFile, isCode } from '../adapters/file-error.ts';

/** Paths, below the folder of a ledger, of the documents that its table may show. */
export interface LedgerPaths {
  /** `contracts/year=2025/…/_day/3.json`, in order. */
  commits: string[];
  /** Layout → `contracts/year=2025/…/x-1a2b3c4d.json`, in order. */
  entries: Map<string, string[]>;
}

/** Only lists the ledger; reads no document. */
export function ledgerPaths(root: string): LedgerPaths {
  const paths: LedgerPaths = { commits: [], entries: new Map() };
  for (const path of documentsBelow(root).sort()) {
    const folders = path.split(sep).slice(0, -1);
    const [layout = ''] = folders;
    if (folders.at(-1) === '_day') paths.commits.push(path);
    else if (!folders.some((folder) => folder.startsWith('_'))) {
      const known = paths.entries.get(layout);
      if (known) known.push(path);
      else paths.entries.set(layout, [path]);
    }
  }
  return paths;
}

/** Earlier versions, and documents that no table shows. They are most of a ledger. */
const UNREAD_FOLDERS = new Set(['_history', '_terms', '_content', '_holds', '_tables', '_fields']);

function documentsBelow(root: string, folder = '', paths: string[] = []): string[] {
  let entries: Dirent[];
  try {
    // A ledger has few folders, and many files: to ask without another thread is faster by far.
    entries = readdirSync(join(root, folder), { withFileTypes: true });
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ENOTDIR')) return paths;
    throw closedFile(error, root);
  }
  for (const entry of entries) {
    const { name } = entry;
    const path = folder === '' ? name : `${folder}${sep}${name}`;
    if (entry.isDirectory()) {
      if (!UNREAD_FOLDERS.has(name)) documentsBelow(root, path, paths);
    } else if (folder !== '' && /^[^.].*\.json$/.test(name)) paths.push(path);
  }
  return paths;
}
