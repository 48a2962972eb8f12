import type * as z from 'zod';
import { isCode } from '../../local/adapters/file-error.ts';
import { PipelineError, UsageError } from '../../shared/errors.ts';
import { documentProblems } from '../../shared/layout/document-problems.ts';

/** The request that a body holds. Fails with `UsageError`, which names what is missing or wrong. */
export function requested<T>(schema: z.ZodType<T>, body: unknown): T {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  throw new UsageError({ what: documentProblems(schema, read.error, 'the request').join('; ') });
}

/** What the file system says, in words for people: code → clause. */
const WORDS: readonly (readonly [code: string, what: string])[] = [
  ['ENOENT', 'there is no such file or folder'],
  ['ENOTDIR', 'this is a file, and a folder is wanted'],
  ['EISDIR', 'this is a folder, and a file is wanted'],
  ['EACCES', 'this user may not open it'],
  ['EPERM', 'this user may not open it'],
  ['ENAMETOOLONG', 'the name is too long'],
  ['ELOOP', 'its links lead round in a circle'],
  ['ENOSPC', 'the disk is full'],
  ['EROFS', 'nothing can be written there'],
];

/** An error as people are told of it; one that is none of ours is a defect, and says so. */
export function toldError(error: unknown): PipelineError {
  if (error instanceof PipelineError) return error;
  if (isCode(error, 'ERR_INVALID_ARG_VALUE')) return new UsageError({ what: 'no path can hold a NUL' });
  const known = WORDS.find(([code]) => isCode(error, code));
  if (known)
    return new UsageError({
      what: known[1],
      where: String((error as { path?: unknown }).path ?? ''),
      cause: error,
    });
  return new StudioDefect({
    what: `the studio has a defect: ${error instanceof Error ? error.message : String(error)}`,
    cause: error,
  });
}

export class StudioDefect extends PipelineError {
  override readonly name = 'StudioDefect';
  readonly retryable = false;
}
