import { createHash } from 'node:crypto';
import { fileNameOf } from './name-pattern.ts';

/** Names that Step Functions allows for an execution. */
export const EXECUTION_NAME = /^[A-Za-z0-9_-]{1,80}$/;
const READABLE_CHARACTERS = 50;

/**
 * Name of the execution that an arrival starts: the same for the same version of the same key, so that a second event starts nothing.
 * `because` makes another name for a start with another reason, such as the arrival of a certain control file.
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
