import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { closeToOthers, shareLake } from '../local/adapters/file-modes.ts';
import { INCOMING, removeAbandonedFiles } from '../local/adapters/unfinished-files.ts';
import { UsageError } from '../shared/errors.ts';
import { warn } from '../terminal/print.ts';

/**
 * The first step of each command that fills or cleans a lake: decides who may read the lake, and removes the unfinished files of processes
 * that were killed.
 */
export async function prepareLake(lakeDir: string, isShared = false): Promise<void> {
  refuseWithinLake(lakeDir);
  const isOlder = existsSync(join(lakeDir, 'ledger'));
  if (isShared && (await shareLake(lakeDir)) && isOlder) {
    warn(
      `${lakeDir}: what is written from now on has the modes of the umask. chmod -R g+rX ${lakeDir} opens to your group what was written before.`,
    );
  }
  const closed = await closeToOthers(lakeDir);
  if (closed.length > 0) {
    warn(
      `${lakeDir}: other users could read ${closed.join(', ')}; only this user can now. For a lake of several users, run convert with --shared-files.`,
    );
  }
  await removeAbandonedFiles(lakeDir);
}

/** The folders of a lake: what is in them belongs to it, and `clean` or `repair` removes what it does not know. */
const LAKE_FOLDERS = ['ledger', 'runs', 'processed', 'catalog', 'damaged', INCOMING];

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

function isLake(dir: string): boolean {
  return existsSync(join(dir, 'ledger', '_tables')) || existsSync(join(dir, 'runs', 'executions'));
}
