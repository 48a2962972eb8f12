import { createHash } from 'node:crypto';
import type { StoredObject } from '../../shared/ports/object-store.ts';

/** The bytes of a file as an object. Most readers write nothing and need no tag: it is worked out when it is asked for. */
export function storedObject(bytes: Uint8Array): StoredObject {
  return {
    bytes,
    get tag() {
      return tagOf(bytes);
    },
  };
}

/** The tag of an object is what is in it. */
export function tagOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
