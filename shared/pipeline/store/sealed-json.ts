import { crc64Base64Of } from '../../ranges/crc64nvme.ts';

/**
 * The seal of a JSON document: its last key, a checksum of the document's key and of every byte before the seal.
 *
 *     {"layout":"contracts","seal":"rosUhgp5mIg="}
 *      └──────── bytes ───┘ └────── 24 bytes ────┘
 *
 * A bit that changed, bytes that were cut off, or a document that stands under the name of another are then seen by everyone who reads it.
 * Documents of earlier versions have no seal, and lists have none: those are read as they are.
 */
const SEAL_BYTES = 24;
const SUM_AT = 9;
const SUM_BYTES = 12;
const encoder = new TextEncoder();
const nameBytes = new Uint8Array(4096);
const MOST_BYTES_OF_CHARACTER = 3;
/** The bytes that every seal has, and where; so many of them make sure that a seal was meant, although one changed. */
const SEAL_FORM = [...`,"seal":"${' '.repeat(SUM_BYTES)}"}\n`].map((byte) => byte.charCodeAt(0));
const FORM_BYTES = SEAL_BYTES - SUM_BYTES;
const SURE_BYTES = 9;

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
  const bodyBytes = bytes.length - SEAL_BYTES;
  if (bodyBytes < 0) return 'unsealed';
  let alike = 0;
  for (let index = 0; index < SEAL_BYTES; index++) {
    const isSum = index >= SUM_AT && index < SUM_AT + SUM_BYTES;
    if (!isSum && SEAL_FORM[index] === bytes[bodyBytes + index]) alike++;
  }
  if (alike < FORM_BYTES) return alike >= SURE_BYTES ? 'broken' : 'unsealed';
  const sum = sumOf(key, bytes.subarray(0, bodyBytes));
  for (let index = 0; index < SUM_BYTES; index++)
    if (sum.charCodeAt(index) !== bytes[bodyBytes + SUM_AT + index]) return 'broken';
  return 'whole';
}

function sumOf(key: string, body: Uint8Array): string {
  const name = `${sealedName(key)}\n`;
  // A name of an object fits; encoded into memory of its own, it would take as long as a small document to sum.
  if (name.length * MOST_BYTES_OF_CHARACTER > nameBytes.length)
    return crc64Base64Of(encoder.encode(name), body);
  return crc64Base64Of(nameBytes.subarray(0, encoder.encodeInto(name, nameBytes).written), body);
}

/** An earlier version of an entry is kept with the bytes, and so with the seal, that it had as the entry. */
function sealedName(key: string): string {
  if (!key.includes('/_history/')) return key;
  return key.replace(/\/_history\/([^/]+)\/\d+\.json$/, '/$1.json');
}
