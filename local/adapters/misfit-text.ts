import type { z } from 'zod';

/** Where a document does not fit its schema, in the words of every other message, and without its content. */
export function misfitText({ issues: [issue] }: z.ZodError): string {
  const path = (issue?.path ?? []).map(String).join('.');
  return path === '' ? 'it is not an object of this kind' : `'${path}' is missing, or not what it should be`;
}
