import { constants, existsSync } from 'node:fs';
import { access, lstat, mkdir, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isCode, statOf } from '../local/adapters/file-error.ts';
import { closeToOthers, PRIVATE, shareLake } from '../local/adapters/file-modes.ts';
import { removeAbandonedFiles } from '../local/adapters/unfinished-files.ts';
import { OutputUnwritable } from '../shared/errors.ts';
import { warn } from '../terminal/print.ts';
import { refuseWithinLake } from './lake-folder.ts';

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
  for (const why of await removeAbandonedFiles(lakeDir)) warn(`left over from another command: ${why}`);
}

/** Fails at once, with a sentence, if the lake cannot be made or written there. Leaves no folder behind that was not there. */
export async function requireWritable(lakeDir: string): Promise<void> {
  const [itself, target] = await Promise.all([lstat(lakeDir).catch(() => undefined), statOf(lakeDir)]);
  const cannot = (why: string, cause?: unknown) =>
    new OutputUnwritable({
      what: 'the lake cannot be written here',
      where: lakeDir,
      why,
      next: 'Name a folder that is yours to write, or one that can be made, with --out.',
      cause,
    });
  if (itself?.isSymbolicLink() && !target) throw cannot('It is a link to a place that is not there.');
  if (target && !target.isDirectory()) throw cannot('It is there, and is not a folder.');
  const missing: string[] = [];
  for (let at = lakeDir; !existsSync(at) && dirname(at) !== at; at = dirname(at)) missing.unshift(at);
  try {
    // One by one: of folders that cannot be there, as in /proc, a recursive mkdir never ends.
    for (const folder of missing) await mkdir(folder, PRIVATE.folder);
    await access(lakeDir, constants.W_OK | constants.X_OK);
    // Nothing is there before the first file is written. A folder that somebody has filled meanwhile stays.
    for (const folder of missing.reverse()) await rmdir(folder);
  } catch (cause) {
    if (isCode(cause, 'ENOTEMPTY', 'EEXIST')) return;
    throw cannot(`${(cause as Error).message}.`, cause);
  }
}
