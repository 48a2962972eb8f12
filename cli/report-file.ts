import { constants } from 'node:fs';
import { access, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isCode } from '../local/adapters/file-error.ts';
import { PRIVATE } from '../local/adapters/file-modes.ts';
import { OutputUnwritable } from '../shared/errors.ts';
import { usageError } from '../terminal/command-line.ts';

const PAGE_START = '<!doctype html>';

/** Fails with `UsageError` if a report would take the place of a file that is no page, and with `OutputUnwritable` if its folder takes none. */
export async function requireReportPlace(path: string, flag: '--out' | '--report'): Promise<void> {
  if (!/\.html?$/i.test(path)) {
    throw usageError(
      `${flag} '${path}' does not end with .html`,
      'A report is a page for a browser: give it such a name',
    );
  }
  await access(dirname(path), constants.W_OK | constants.X_OK).catch((error: unknown) => {
    throw unwritable(path, error);
  });
  const there = await readFile(path).catch((error: unknown) => {
    if (isCode(error, 'ENOENT')) return undefined;
    throw unwritable(path, error);
  });
  if (
    there === undefined ||
    there.subarray(0, PAGE_START.length).toString('latin1').toLowerCase() === PAGE_START
  )
    return;
  throw usageError(`${path} is there already, and is no page`, 'Name another file');
}

/** Writes a page whole or not at all. It is as private as a lake: only this user may read it. */
export async function writeReportFile(path: string, page: string): Promise<void> {
  const unfinished = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(unfinished, 'w', PRIVATE.file);
    try {
      await file.writeFile(page);
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (cause) {
    await rm(unfinished, { force: true });
    throw unwritable(path, cause);
  }
}

function unwritable(where: string, cause: unknown): OutputUnwritable {
  return new OutputUnwritable({
    what: 'the report cannot be written',
    where,
    why: (cause as Error).message.replace(/\.\d+\.tmp/g, ''),
    next: 'Name a file in a folder that is there and that you may write to.',
    cause,
  });
}
