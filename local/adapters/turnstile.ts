import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from '../../shared/errors.ts';
import { isCode } from './file-error.ts';
import { processState, THIS_PROCESS } from './local-process.ts';

const WAIT_MS = 5;
/** A file that is seen this long in the turnstile was left there, or its writer is too slow: it is removed, and the writer tries again. */
const STANDS_FOR_MS = 10_000;
const GIVE_UP_AFTER_MS = 120_000;

interface Turn {
  /** The folder that holds the one file whose turn it is. */
  turnstile: string;
  folderMode: number;
  /** Makes the finished file that is to take the place. */
  write(path: string): Promise<void>;
  /** Called while the file stands in the turnstile: throws if it must not take its place. */
  check(): Promise<void>;
  /** Renames the file to its place. */
  place(path: string): Promise<void>;
  standsForMs?: number;
}

/**
 * Lets one writer at a time, of all processes, pid namespaces and hosts on a folder, check what stands and replace it.
 *
 * ```
 *   <name>.turn/            a folder with at most one file
 *     <process>-<uuid>      the new bytes, which are also the proof whose turn it is
 * ```
 * A folder can be renamed onto an empty one, never onto one that holds a file: so the file system decides who enters. The file leaves by
 * the rename to its place, which is at once the replacement and the end of the turn. A writer that was thought dead had its file removed
 * before anybody else entered, so its rename fails: however slow it is, and whatever its clock says, it overwrites nothing.
 */
export async function inTurn(turn: Turn): Promise<void> {
  const since = performance.now();
  const watch = new Watch(turn);
  while (true) {
    const name = `${THIS_PROCESS}-${randomUUID()}`;
    if (await entered(turn, name)) {
      if (await hasPlaced(turn, join(turn.turnstile, name))) return;
    } else await watch.look();
    if (performance.now() - since > GIVE_UP_AFTER_MS) throw unavailable(turn.turnstile);
    await sleep(WAIT_MS * (0.5 + Math.random()));
  }
}

/** Moves the file into the turnstile. Answers false if another is there. */
async function entered({ turnstile, folderMode, write }: Turn, name: string): Promise<boolean> {
  // Most waiting ends here, without a write.
  if ((await standing(turnstile)).length > 0) return false;
  const mine = join(dirname(turnstile), name);
  try {
    await fs.mkdir(mine, { mode: folderMode });
    await write(join(mine, name));
    await fs.rename(mine, turnstile);
    return true;
  } catch (error) {
    if (isCode(error, 'ENOTEMPTY', 'EEXIST')) return false;
    throw error;
  } finally {
    await fs.rm(mine, { recursive: true, force: true });
  }
}

/** False if somebody removed the file from the turnstile, so that nothing was replaced. */
async function hasPlaced({ turnstile, check, place }: Turn, path: string): Promise<boolean> {
  try {
    await check();
    return await place(path).then(
      () => true,
      async (error) => {
        const removed = !(await fs.stat(path).catch(() => undefined));
        if (removed && isCode(error, 'ENOENT')) return false;
        throw error;
      },
    );
  } finally {
    // Nobody else's file has this name, and a folder with another file stays.
    await fs.rm(path, { force: true });
    await fs.rmdir(turnstile).catch(() => undefined);
  }
}

/** Removes a file from the turnstile if its process is gone, or if this waiter has seen it there for a while by its own stop watch. */
class Watch {
  private readonly turn: Turn;
  private seen = '';
  private since = 0;

  constructor(turn: Turn) {
    this.turn = turn;
  }

  async look(): Promise<void> {
    const { turnstile, standsForMs = STANDS_FOR_MS } = this.turn;
    const [name = ''] = await standing(turnstile);
    if (name !== this.seen) {
      this.seen = name;
      this.since = performance.now();
    }
    if (name === '') return;
    const left = processState(name) === 'gone' || performance.now() - this.since > standsForMs;
    if (left) await fs.rm(join(turnstile, name), { force: true });
  }
}

function standing(turnstile: string): Promise<string[]> {
  return fs.readdir(turnstile).catch((error) => {
    if (isCode(error, 'ENOENT')) return [];
    throw error;
  });
}

function unavailable(turnstile: string): StoreUnavailable {
  return new StoreUnavailable({
    what: 'it was not this process’s turn to replace a small file for two minutes',
    where: turnstile,
    why: 'Other processes on the folder replace it all the time, or its file system is too slow.',
    next: 'Run it again once they have finished.',
  });
}
