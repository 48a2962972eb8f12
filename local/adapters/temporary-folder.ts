import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OutputUnwritable } from '../../shared/errors.ts';

/**
 * A new folder below the system's temporary one, which only this user may enter (0700); its name begins with `prefix`. Fails with
 * `OutputUnwritable` if none can be made there.
 */
export async function temporaryFolder(prefix: string): Promise<string> {
  return mkdtemp(join(tmpdir(), prefix)).catch((cause: Error) => {
    throw new OutputUnwritable({
      what: 'the temporary folder cannot be used',
      where: tmpdir(),
      why: `${cause.message}.`,
      next: 'Give one that is there, has room and is yours to write, with TMPDIR=FOLDER before the command.',
      cause,
    });
  });
}
