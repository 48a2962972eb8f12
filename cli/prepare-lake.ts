import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { closeToOthers, shareLake } from '../local/adapters/file-modes.ts';
import { removeAbandonedFiles } from '../local/adapters/unfinished-files.ts';
import { warn } from '../terminal/print.ts';

/**
 * The first step of each command that fills or cleans a lake: decides who may read the lake, and removes the unfinished files of processes
 * that were killed.
 */
export async function prepareLake(lakeDir: string, isShared = false): Promise<void> {
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
