import { gunzipSync as gunzip } from 'fflate';

/** What recognising a compressed file uses of `node:zlib`, for a browser. */
export const constants = { Z_SYNC_FLUSH: 2 };

export function gunzipSync(bytes: Uint8Array): Uint8Array {
  return gunzip(bytes);
}

/** CRC-32 of ISO 3309, as zlib has it. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb8_8320 : 0);
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}

/** The rest is for reading compressed files, which a page leaves to the browser and to the server. */
export const createGunzip = notHere;
export const createInflateRaw = notHere;
export const createZstdDecompress = notHere;

function notHere(): never {
  throw new Error('compressed streams are not read in a page');
}
