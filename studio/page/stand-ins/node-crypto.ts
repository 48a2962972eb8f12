import { sha256 } from '@noble/hashes/sha2.js';

/** What the code of layouts uses of `node:crypto`, for a browser. */
export function createHash(_algorithm: 'sha256') {
  const hash = sha256.create();
  const digester = {
    update(data: string | Uint8Array) {
      hash.update(typeof data === 'string' ? new TextEncoder().encode(data) : data);
      return digester;
    },
    digest(encoding: BufferEncoding): string {
      return Buffer.from(hash.digest()).toString(encoding);
    },
  };
  return digester;
}
