import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { closed, statOf } from '../local/adapters/file-error.ts';
import { startDir } from '../local/adapters/project-folders.ts';
import { INCOMING } from '../local/adapters/unfinished-files.ts';
import { UsageError } from '../shared/errors.ts';
import { shownText } from '../shared/shown-text.ts';
import { usageError } from '../terminal/command-line.ts';

/** The folders of a lake: what is in them belongs to it, and `clean` or `repair` removes what it does not know. */
const LAKE_FOLDERS = ['ledger', 'runs', 'processed', 'catalog', 'damaged', INCOMING];
/** Messages list this many names and count the rest. */
const MOST_NAMED = 3;
const GIVE = 'Give the folder that was given to convert as --out';

/**
 * The absolute path of the lake that `--lake` names; `needs` says what of it the command reads. Fails with `UsageError`: without the flag, for
 * what is not there, for a file, for a folder that is no lake or is one of a lake's own, and for what this user may not look into.
 */
export async function lakeFolder(
  lake: string | undefined,
  needs: readonly ('ledger' | 'catalog')[],
): Promise<string> {
  if (!lake) throw usageError('--lake is missing', GIVE);
  const lakeDir = resolve(startDir, lake);
  for (const name of needs) if ((await statOf(join(lakeDir, name)))?.isDirectory()) return lakeDir;
  const stats = await statOf(lakeDir);
  const [what, why] = stats?.isDirectory()
    ? ['this folder is no lake', lacking(await namesIn(lakeDir), needs)]
    : [stats ? 'this is a file, and no lake' : 'there is no such lake: this folder is not there', undefined];
  throw new UsageError({ what, where: lakeDir, why, next: await whereToLook(lakeDir, stats !== undefined) });
}

function lacking(names: readonly string[], needs: readonly string[]): string {
  if (names.length === 0) return 'It is empty.';
  const beside = LAKE_FOLDERS.some((name) => names.includes(name)) ? '' : 'It holds other things, and ';
  return `${beside}${beside === '' ? 'There' : 'there'} is no ${needs.map((name) => `${name}/`).join(' or ')} in it.`;
}

/** The lake that is meant, as far as the folders around tell it. */
async function whereToLook(lakeDir: string, isThere: boolean): Promise<string> {
  for (let at = lakeDir; dirname(at) !== at; at = dirname(at)) {
    if (LAKE_FOLDERS.includes(basename(at)) && isLake(dirname(at)))
      return `It is a folder of the lake ${shownText(dirname(at))}: give that.`;
  }
  const near = await lakesIn(isThere ? lakeDir : dirname(lakeDir));
  const named = near.slice(0, MOST_NAMED).map(shownText).join(', ');
  const more = near.length > MOST_NAMED ? ' and more' : '';
  if (near.length === 0) return `${GIVE}; "npx positional-lake convert" makes one.`;
  return `${GIVE}. ${near.length === 1 ? 'There is a lake in' : 'There are lakes in'} ${named}${more}.`;
}

/** Lakes among the folders of this one. */
async function lakesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.sort().flatMap((name) => (isLake(join(folder, name)) ? [join(folder, name)] : []));
}

function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((cause) => {
    throw closed(cause, folder);
  });
}

function isLake(dir: string): boolean {
  return existsSync(join(dir, 'ledger', '_tables')) || existsSync(join(dir, 'runs', 'executions'));
}

/** Fails with `UsageError` if the place for a lake is one of the folders that belong to another lake. */
export function refuseWithinLake(lakeDir: string): void {
  for (let at = lakeDir; dirname(at) !== at; at = dirname(at)) {
    const above = dirname(at);
    if (!LAKE_FOLDERS.includes(basename(at)) || !isLake(above)) continue;
    throw new UsageError({
      what: `${lakeDir} is inside the lake of ${above}`,
      why: `Its folder ${basename(at)} is for its own objects: clean would remove others.`,
      next: `Give ${above} to add to that lake, or a folder outside it for another one.`,
    });
  }
}

/** Hidden files and lost+found: a folder with nothing else counts as empty. */
const NOTHING = /^\.|^lost\+found$/;

/**
 * Fails with `UsageError` if a lake would begin in a folder of other things, such as that of the input files. What is not there, is empty, or has
 * something of a lake is a place for one; so is everything if `wanted` says that the person means it.
 */
export async function requireLakePlace(lakeDir: string, wanted: string): Promise<void> {
  refuseWithinLake(lakeDir);
  const stats = await statOf(lakeDir);
  if (!stats?.isDirectory()) return;
  const names = await namesIn(lakeDir);
  const others = names.filter((name) => !NOTHING.test(name)).sort();
  if (others.length === 0 || LAKE_FOLDERS.some((name) => names.includes(name))) return;
  const shown = others.slice(0, MOST_NAMED).map(shownText).join(', ');
  throw new UsageError({
    what: 'this folder holds other things, and no lake',
    where: lakeDir,
    why: `A lake would begin beside ${shown}${others.length > MOST_NAMED ? ` and ${others.length - MOST_NAMED} more` : ''}.`,
    next: `Give a folder of its own, which is made if it is not there. ${wanted}`,
  });
}
