import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import {
  ObjectClosed,
  ObjectDamaged,
  ObjectNotFound,
  OutputUnwritable,
  PreconditionFailed,
  SourceChanged,
  StoreUnavailable,
  UsageError,
} from '../../shared/errors.ts';

/** Codes that mean: no object has this name. A name too long for the file system cannot be an object's either. */
export const NOT_THERE = ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'];

/** The code of a file system error, such as ENOENT; empty if it has none. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

export function isCode(error: unknown, ...codes: string[]): boolean {
  return codes.includes(codeOf(error));
}

export function notFound(path: string, cause?: unknown): ObjectNotFound {
  return new ObjectNotFound({
    what: isCode(cause, 'EISDIR') ? 'this is a directory, not a file' : 'there is no such file',
    where: path,
    next: 'Check the path.',
    cause,
  });
}

export function changed(path: string): SourceChanged {
  return new SourceChanged({
    what: 'the file changed while it was read',
    where: path,
    why: 'Its size, time or inode is not what it was when the run began.',
    next: 'Run it again once the file is completely written; nothing of this run was published.',
  });
}

/** A file that was there when the run began. */
export function wentAway(path: string, cause?: unknown): SourceChanged {
  return new SourceChanged({
    what: 'the file went away while it was read',
    where: path,
    why: 'It was removed, moved or renamed after the run began.',
    next: 'Bring it back and run the same command again; nothing of this run was published.',
    cause,
  });
}

/** The bytes are not those that were written: callers know what made them, and say how to make them again. */
export function damaged(where: string): ObjectDamaged {
  return new ObjectDamaged({
    what: 'the bytes do not have the checksum that was taken when they were written',
    where,
  });
}

export function preconditionFailed(key: string, why: string): PreconditionFailed {
  return new PreconditionFailed({ what: 'the object was not written', where: key, why });
}

/** The process, or the whole machine, has as many files open as it may. */
function tooManyFiles(cause: unknown, path: string): StoreUnavailable {
  return new StoreUnavailable({
    what: 'this could not be opened, because too many files are open',
    where: path,
    why: isCode(cause, 'EMFILE')
      ? 'This process may not have more of them (ulimit -n).'
      : 'This machine may not have more of them.',
    next: 'Raise the limit, for example with ulimit -n 4096, or give fewer --workers, then run it again: what is finished is kept.',
    cause,
  });
}

const TOO_MANY_FILES = ['EMFILE', 'ENFILE'];

/** The error to throw for one that the file system gave on reading; it says what to do, if that is known. */
export function unreadable(error: unknown, path: string): unknown {
  if (isCode(error, ...TOO_MANY_FILES)) return tooManyFiles(error, path);
  return isCode(error, ...DENIED) ? new ObjectClosed(deniedTo(path, error, SHARED_LAKE)) : error;
}

const DENIED = ['EACCES', 'EPERM'];

const SHARED_LAKE = 'A lake of several users is made with convert --shared-files.';

function deniedTo(where: string, cause: unknown, more?: string) {
  return {
    what: 'this cannot be read',
    where,
    why: 'Permission was denied.',
    next: ['Give this user read permission.', more].filter(Boolean).join(' '),
    cause,
  };
}

/** The file or folder at a path that a person gave, or undefined if there is none. Fails with `UsageError` if this user may not look. */
export async function statOf(path: string): Promise<Stats | undefined> {
  return stat(path).catch((error) => {
    if (isCode(error, ...NOT_THERE)) return undefined;
    throw closed(error, path);
  });
}

/** The error to throw for one that the file system gave on reading what a person named. */
export function closed(error: unknown, path: string): unknown {
  return isCode(error, ...DENIED) ? new UsageError(deniedTo(path, error)) : unreadable(error, path);
}

const WRITE_CODES: Record<string, [why: string, next: string]> = {
  EACCES: ['Permission was denied.', 'Give this user write permission, or name another folder.'],
  EPERM: ['Permission was denied.', 'Give this user write permission, or name another folder.'],
  EROFS: ['The file system is read-only.', 'Name another folder.'],
  ENOSPC: ['The disk is full.', 'Free some space, then run it again: finished parts are kept.'],
  EDQUOT: ['The disk quota is used up.', 'Free some space, then run it again: finished parts are kept.'],
  EFBIG: [
    'The file may not become larger (ulimit -f, or the file system).',
    'Raise the limit, then run it again.',
  ],
  EIO: [
    'The disk, or the network to it, has failed.',
    'Look at the disk (dmesg), then run it again: finished parts are kept.',
  ],
  ESTALE: [
    'The server of this file system knows the file no more.',
    'Mount it again, then run it again: finished parts are kept.',
  ],
  ENOTDIR: ['Part of the path is a file.', 'Name a folder.'],
  EEXIST: ['Part of the path is a file, or a link that leads nowhere.', 'Name a folder.'],
  EISDIR: ['A folder has that name.', 'Name another folder, or remove it.'],
  ENAMETOOLONG: ['The name is too long for this file system.', 'Use a shorter folder.'],
};

/** The error to throw for one that the file system gave on writing; it says what to do, if that is known. */
export function unwritable(error: unknown, path: string): unknown {
  if (isCode(error, ...TOO_MANY_FILES)) return tooManyFiles(error, path);
  const known = WRITE_CODES[codeOf(error)];
  if (!known) return error;
  const [why, next] = known;
  return new OutputUnwritable({ what: 'this cannot be written', where: path, why, next, cause: error });
}

/** The error to throw for one that the file system gave on removing a file, or a folder with all that is in it. */
export function unremovable(error: unknown, path: string): unknown {
  if (!isCode(error, ...DENIED, 'EROFS', 'EBUSY', 'ENOTEMPTY')) return unwritable(error, path);
  return new OutputUnwritable({
    what: 'this cannot be removed',
    where: path,
    why: isCode(error, ...DENIED)
      ? 'Permission was denied, for it or for a folder in it or above it.'
      : (WRITE_CODES[codeOf(error)]?.[0] ?? 'Somebody uses it, or writes to it.'),
    next: `Make it yours to remove, for example with chmod -R u+rwX, or as the user who made it; then run the command again.`,
    cause: error,
  });
}
