import { writeSync } from 'node:fs';
import type { Writable } from 'node:stream';

/**
 * What becomes of what a command prints. A reader that has seen enough, as `head` has, is no failure: a command that only answers stops, and one
 * that does something does it to the end. What a full disk did not take is a failure of every command, and is told once, at the end.
 */

/** The command stops because nobody takes what it prints. It is no failure by itself: `endProcess` says whether something was lost. */
export class OutputEnded extends Error {
  override readonly name = 'OutputEnded';
}

interface StreamFate {
  isUnread: boolean;
  loss: NodeJS.ErrnoException | undefined;
}

const fates = new Map<Writable, StreamFate>();
let goesOn = false;
const unreadListeners = new Set<() => void>();

/** Looks at both streams from now on. Once for a process. */
export function watchOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    if (fates.has(stream)) continue;
    const fate: StreamFate = { isUnread: false, loss: undefined };
    fates.set(stream, fate);
    writeWhole(stream);
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') fate.loss ??= error;
      else if (!fate.isUnread) {
        fate.isUnread = true;
        if (stream === process.stdout) for (const tell of unreadListeners) tell();
      }
    });
  }
}

/** Says whether the command that runs now does its work although nobody takes what it prints. */
export function worksUnread(isTrue: boolean): void {
  goesOn = isTrue;
  unreadListeners.clear();
}

/** Calls once if the reader of standard output goes away: a service goes on, and says so. */
export function whenUnread(tell: () => void): void {
  unreadListeners.add(tell);
}

/** True if a line may be printed. Throws `OutputEnded` if nobody takes it, and the command is only there to print. */
export function isTaken(stream: Writable): boolean {
  const fate = fates.get(stream);
  const isEnded = fate !== undefined && (fate.isUnread || fate.loss !== undefined);
  if (isEnded && !goesOn && stream === process.stdout) throw new OutputEnded();
  // A disk may have room again; a reader does not come back.
  return fate?.isUnread !== true;
}

/** Why not all of what was printed to a stream was written; undefined if it was, or if its reader had seen enough. */
export function lossOf(stream: Writable): NodeJS.ErrnoException | undefined {
  return fates.get(stream)?.loss;
}

/**
 * Node writes to a file with one call, and takes no notice if the disk had room for a part only: the rest would be missing, with exit code 0
 * (lib/internal/fs/sync_write_stream.js). This writes on until all is there, or until the file system says why it is not.
 */
function writeWhole(stream: Writable): void {
  if (stream.constructor.name !== 'SyncWriteStream' || !('fd' in stream)) return;
  const fd = Number(stream.fd);
  stream._write = (chunk: Uint8Array, _encoding, done) => {
    try {
      for (let at = 0; at < chunk.length; ) at += writeSync(fd, chunk, at);
    } catch (error) {
      return done(error as Error);
    }
    done();
  };
}
