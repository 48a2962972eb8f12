import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { unremovable, unwritable } from './file-error.ts';
import { PRIVATE } from './file-modes.ts';
import { processState, THIS_PROCESS } from './local-process.ts';

/** Folder of unfinished files; their names begin with the process's, so that a later run can remove those of a killed one. */
export const INCOMING = '.incoming';

/** After this time without any change, an unfinished file of another host or pid namespace is taken for left behind. */
const OTHERS_AFTER_MS = 12 * 60 * 60 * 1000;

/** Ending of the folders below it in which writers take turns. */
export const TURNSTILE = '.turn';

/** A name for an unfinished file of this process. */
export function unfinishedName(): string {
  return `${THIS_PROCESS}-${randomUUID()}`;
}

/**
 * Removes the unfinished files of processes that no longer run. `own` removes those of this process too: its threads were stopped and
 * left theirs. Whether a process of another host or pid namespace runs cannot be seen; its files go once they are `othersAfterMs` old.
 *
 * They are in nobody's way: one that may not be removed is no error. Answers why it stays.
 */
export async function removeAbandonedFiles(
  rootDir: string,
  { own = false, othersAfterMs = OTHERS_AFTER_MS } = {},
): Promise<string[]> {
  const folder = join(rootDir, INCOMING);
  const left: string[] = [];
  const remove = (path: string) =>
    fs.rm(path, { recursive: true, force: true }).catch((error) => {
      left.push(String((unremovable(error, path) as Error).message));
    });
  const names = await fs.readdir(folder).catch(() => []);
  const unknown: string[] = [];
  for (const name of names) {
    const state = processState(name);
    if (name.endsWith(TURNSTILE)) await emptyTurnstile(join(folder, name), remove);
    else if (state === 'gone' || (own && name.startsWith(`${THIS_PROCESS}-`)))
      await remove(join(folder, name));
    else if (state === 'unknown') unknown.push(name);
  }
  if (unknown.length === 0) return left;
  const now = await clockOf(folder);
  for (const name of unknown) {
    const stats = await fs.lstat(join(folder, name)).catch(() => undefined);
    if (stats && now - stats.ctimeMs >= othersAfterMs) await remove(join(folder, name));
  }
  return left;
}

/** A turnstile holds the file of the writer whose turn it is. The next writer removes one of another host that was left there. */
async function emptyTurnstile(turnstile: string, remove: (path: string) => Promise<void>): Promise<void> {
  for (const name of await fs.readdir(turnstile).catch(() => [])) {
    if (processState(name) === 'gone') await remove(join(turnstile, name));
  }
  await fs.rmdir(turnstile).catch(() => undefined);
}

/** The time by the clock that stamps the files of a folder: on a network file system it is the server's, not this host's. */
async function clockOf(folder: string): Promise<number> {
  const probe = join(folder, unfinishedName());
  try {
    await fs.writeFile(probe, '', { mode: PRIVATE.file });
    return (await fs.lstat(probe)).ctimeMs;
  } catch (error) {
    throw unwritable(error, probe);
  } finally {
    await fs.rm(probe, { force: true });
  }
}
