import { ObjectDamaged, RunInconsistent } from '../../errors.ts';
import type { Shape } from '../../json-shape.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { damagedDocument } from './damaged-document.ts';
import { isTooDeep } from './json-depth.ts';
import { sealedBytes, sealOf, textSealedHere } from './sealed-json.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** A stored object that was read, with the tag that `putIf` needs. */
interface StoredJson<T> {
  value: T;
  bytes: Uint8Array;
  tag: string;
}

/** A small JSON object on one line, without a seal: engines that query the ledger read one row from each line. */
export function toJsonBytes(value: unknown): Uint8Array {
  try {
    return encoder.encode(`${JSON.stringify(value)}\n`);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new RunInconsistent({
      what: 'a document of the lake would be larger, or nested deeper, than JSON can be written',
      why: cause.message,
      next: 'Look for an object of the lake that was changed by hand, and restore an earlier version of it from the bucket or a backup.',
      cause,
    });
  }
}

/** The value of the object `key`. Fails with `ObjectDamaged` if its bytes are not JSON of this shape. */
export function fromJsonBytes<T>(bytes: Uint8Array, key: string, shape: Shape<T>): T {
  const value = parsed(bytes, key);
  if (sealOf(key, bytes) === 'broken')
    throw damagedDocument(key, 'its bytes are not those that were written');
  // Whoever writes the value again seals it again.
  delete Object(value).seal;
  const misfit = shape(value);
  if (!misfit) return value as T;
  const part = misfit.path === '' ? 'it' : `'${misfit.path.replace(/^\./, '')}'`;
  throw damagedDocument(key, `${part} ${misfit.problem}`);
}

function parsed(bytes: Uint8Array, key: string): unknown {
  if (isTooDeep(bytes)) throw damagedDocument(key, 'it is nested deeper than any document of a lake');
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    // The parser's own error would quote the text.
    throw damagedDocument(key, 'it is not JSON in UTF-8');
  }
}

/** The object `key` with its tag, or undefined if there is none. Fails with `ObjectDamaged` if it is not of this shape. */
export async function findStoredJson<T>(
  store: ObjectStore,
  key: string,
  shape: Shape<T>,
): Promise<StoredJson<T> | undefined> {
  const stored = await store.get(key);
  if (!stored) return undefined;
  const { bytes } = stored;
  // A draft that this process wrote a moment ago, and that only its memory has.
  const text = store.isDraft?.(key)
    ? textSealedHere(key, bytes)
    : store.isDraft && provedText(bytes, key, shape);
  return {
    bytes,
    value: text === undefined ? fromJsonBytes(bytes, key, shape) : JSON.parse(text),
    get tag() {
      return stored.tag;
    },
  };
}

/** Documents that were proved, by their bytes: for each file of a lot the same ones are read, of which the store answers the very same bytes. */
const proved = new WeakMap<Uint8Array, { key: string; shape: unknown; text: string | undefined }>();

/** The text of a document whose very bytes were proved before; undefined at the first time. Fails as `fromJsonBytes` does. */
function provedText<T>(bytes: Uint8Array, key: string, shape: Shape<T>): string | undefined {
  const known = proved.get(bytes);
  if (known?.key !== key || known.shape !== shape) {
    proved.set(bytes, { key, shape, text: undefined });
    return undefined;
  }
  // Whoever is asked for twice is asked for many times.
  known.text ??= JSON.stringify(fromJsonBytes(bytes, key, shape));
  return known.text;
}

/** The value of the object `key`, or undefined if there is none. Fails with `ObjectDamaged` if it is not of this shape. */
export async function findJson<T>(store: ObjectStore, key: string, shape: Shape<T>): Promise<T | undefined> {
  return (await findStoredJson(store, key, shape))?.value;
}

/** An object that an earlier step of the run must have written. Fails with `RunInconsistent` if it is missing, and with `ObjectDamaged` if it is not of this shape. */
export async function readJson<T>(store: ObjectStore, key: string, shape: Shape<T>): Promise<T> {
  const stored = await findStoredJson(store, key, shape);
  if (stored) return stored.value;
  throw new RunInconsistent({
    what: 'an object of this run is missing',
    where: key,
    why: 'An earlier step writes it: it was removed, or the run is past its retention.',
    next: 'Convert the file again with --force.',
  });
}

/** What `read` answers, or undefined if the document is damaged: for those who can do without it, or make it again. */
export async function unlessDamaged<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof ObjectDamaged) return undefined;
    throw error;
  }
}

/** Writes a document with its seal, or a list, which has no key for one. */
export async function writeJson(store: ObjectStore, key: string, value: object): Promise<void> {
  await store.put(key, Array.isArray(value) ? toJsonBytes(value) : sealedBytes(key, value));
}
