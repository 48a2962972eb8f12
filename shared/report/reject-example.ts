import { partOf } from '../decode/characters.ts';
import { fieldNamed, placedText } from '../decode/shown-record.ts';
import type { Usage } from '../layout/field.ts';
import { datasetsOf, type Layout } from '../layout/layout.ts';
import type { RejectExample } from './night-facts.ts';

/** A rejected record with its bytes. */
interface RejectedBytes {
  sourceKey: string;
  byteOffset: number;
  field: string | null;
  raw: Uint8Array;
}

/** As many as one reads at a glance. */
const MOST_BYTES = 64;

/**
 * As much of a rejected record as a report may show. By default that is the shape of its text, which tells a wrong position from a wrong
 * value: `12A4 X` → `99A9 A`. Of a field about a person there is never anything; nor of a record as a whole, if some field of its layout is
 * about one, because nobody knows where that field is in it.
 */
export function rejectExample(
  layout: Layout,
  { sourceKey, byteOffset, field: name, raw }: RejectedBytes,
  areShown: boolean,
): RejectExample {
  const place = { sourceKey, byteOffset, lengthBytes: raw.length };
  const field = fieldNamed(layout, name);
  const isPersonal = field
    ? isAboutPerson(field)
    : datasetsOf(layout).some(({ fields }) => fields.some(isAboutPerson));
  const positions = field && { from: field.startByte + 1, to: field.endByte };
  if (isPersonal) return { ...place, ...(positions && { positions }), why: 'personal' };
  const bytes = (field ? partOf(raw, field) : raw).subarray(0, MOST_BYTES);
  const text = placedText(bytes, field?.encoding ?? layout.encoding);
  return {
    ...place,
    positions: positions ?? { from: 1, to: Math.min(raw.length, MOST_BYTES) },
    ...(areShown
      ? { value: { text, hex: hexText(bytes) }, why: 'shown' }
      : { value: { text: shapeOf(text, bytes, field?.usage ?? 'display') }, why: 'shape' }),
  };
}

function isAboutPerson({ personal }: { personal: string | undefined }): boolean {
  return personal !== undefined && personal !== 'nothing-personal';
}

function hexText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

/**
 * Digits become 9, letters A; blanks and signs stay; anything else is a point. Of a packed number the half bytes: digits become 9, and what
 * is a sign, or wrong, stays: `99 99 9c`.
 */
function shapeOf(text: string, bytes: Uint8Array, usage: Usage): string {
  if (usage === 'packed') return hexText(bytes).replace(/\d/g, '9');
  if (usage !== 'display') return '·'.repeat(bytes.length);
  return text
    .replace(/\p{N}/gu, '9')
    .replace(/\p{L}/gu, 'A')
    .replace(/[^9A +,.-]/gu, '·');
}
