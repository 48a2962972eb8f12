import type { z } from 'zod';

/** Names the first key of a document that breaks its schema. zod's own message could quote the document. */
export function misfitText({ issues: [issue] }: z.ZodError): string {
  const path = (issue?.path ?? []).map(String).join('.');
  return path === '' ? 'it is not an object of this kind' : `'${path}' is missing, or not what it should be`;
}
