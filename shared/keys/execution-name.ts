import { createHash } from 'node:crypto';
import { fileNameOf } from './name-pattern.ts';

/** What Step Functions takes as the name of an execution. */
export const EXECUTION_NAME = /^[A-Za-z0-9_-]{1,80}$/;
const READABLE_CHARACTERS = 50;

/**
 * Name of the execution that an arrival starts: the same for the same version of the same key, so that a second event starts nothing.
 * `because` sets apart a start for another reason, e.g. the control file of that version having come.
 */
export function executionNameOf(sourceKey: string, version: string, because = ''): string {
  const readable = fileNameOf(sourceKey)
    .replace(/[^A-Za-z0-9_-]/g, '_')
    .slice(0, READABLE_CHARACTERS);
  const hash = createHash('sha256')
    .update(JSON.stringify([sourceKey, version, because]))
    .digest('hex');
  return `${readable}-${hash.slice(0, 24)}`;
}
