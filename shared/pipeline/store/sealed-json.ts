import { crc64nvme, crc64ToBase64 } from '../../ranges/crc64nvme.ts';

/**
 * The seal of a JSON document: its last key, a checksum of the document's key and of every byte before the seal.
 *
 *     {"layout":"contracts","seal":"rosUhgp5mIg="}
 *      └──────── bytes ───┘ └────── 24 bytes ────┘
 *
 * A bit that changed, bytes that were cut off, or a document that stands under the name of another are then seen by everyone who reads it.
 * Documents of earlier versions have no seal, and lists have none: those are read as they are.
 */
const SEAL = /^,"seal":"([A-Za-z0-9+/]{11}=)"\}\n$/;
const SEAL_BYTES = 24;
/** The bytes that every seal has, and where; so many of them make sure that a seal was meant, although one changed. */
const SEAL_FORM = [...',"seal":"', ...Array.from({ length: 12 }, () => undefined), ...'"}\n'];
const SURE_BYTES = 9;

const encoder = new TextEncoder();
const latin1 = new TextDecoder('latin1');

/** The documents that this process sealed, by their bytes. */
const sealed = new WeakMap<Uint8Array, { key: string; text: string }>();

/** The text of a document of this key, if these very bytes, not only the same, were sealed here: then nothing need be proved. */
export function textSealedHere(key: string, bytes: Uint8Array): string | undefined {
  const known = sealed.get(bytes);
  return known?.key === key ? known.text : undefined;
}

/** A JSON document with its seal; `indent` writes it for people. */
export function sealedBytes(key: string, value: object, indent?: number): Uint8Array {
  const text = JSON.stringify(value, null, indent);
  const bytes = withSeal(key, text);
  sealed.set(bytes, { key, text });
  return bytes;
}

function withSeal(key: string, text: string): Uint8Array {
  // Without the brace that ends it.
  const body = encoder.encode(text.replace(/\n?\}$/, ''));
  const bytes = new Uint8Array(body.length + SEAL_BYTES);
  bytes.set(body);
  encoder.encodeInto(`,"seal":"${sumOf(key, body)}"}\n`, bytes.subarray(body.length));
  return bytes;
}

/** Whether the bytes are those that were written as `key`; `unsealed` if nobody can say. */
export function sealOf(key: string, bytes: Uint8Array): 'whole' | 'broken' | 'unsealed' {
  const tail = latin1.decode(bytes.subarray(-SEAL_BYTES));
  const stated = SEAL.exec(tail)?.[1];
  if (stated !== undefined) {
    return stated === sumOf(key, bytes.subarray(0, bytes.length - SEAL_BYTES)) ? 'whole' : 'broken';
  }
  const alike = SEAL_FORM.filter((byte, index) => byte !== undefined && byte === tail[index]).length;
  return alike >= SURE_BYTES ? 'broken' : 'unsealed';
}

function sumOf(key: string, body: Uint8Array): string {
  return crc64ToBase64(crc64nvme(body, crc64nvme(encoder.encode(`${sealedName(key)}\n`))));
}

/** An earlier version of an entry is kept with the bytes, and so with the seal, that it had as the entry. */
function sealedName(key: string): string {
  return key.replace(/\/_history\/([^/]+)\/\d+\.json$/, '/$1.json');
}
