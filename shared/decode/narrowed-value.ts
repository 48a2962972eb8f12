import type { Kernel } from '../kernel/kernel.ts';
import type { Field } from '../layout/field.ts';
import { decodeValue } from './decode-value.ts';
import type { DecodedValue } from './decoded-value.ts';

/** One field of a record in the kernel's memory, as `decodeValue` reads it; a text of a narrowed record, from its UTF-8. */
export function decodeAt(kernel: Kernel, address: number, field: Field): DecodedValue {
  // Everything but text is ASCII, and may look at other places of the record: the codes of other characters fit nothing.
  if (field.positions === 'bytes' || field.type.kind !== 'string')
    return decodeValue(kernel.bytes, address, field);
  const bytes = fileBytesAt(kernel, address, field);
  return decodeValue(bytes, 0, { ...field, startByte: 0, endByte: bytes.length });
}

/** The bytes of a field as they are in the file. */
export function fileBytesAt(
  { bytes, call }: Kernel,
  address: number,
  { startByte, endByte, positions }: Field,
): Uint8Array {
  const held = bytes.slice(address + startByte, address + endByte);
  if (positions === 'bytes' || held.every((byte) => byte < 0x80)) return held;
  const wide: number[] = [];
  for (const [index, byte] of held.entries()) {
    if (byte < 0x80) wide.push(byte);
    else {
      for (let word = call.wordAt(address + startByte + index) >>> 0; word !== 0; word >>>= 8) {
        wide.push(word & 0xff);
      }
    }
  }
  return Uint8Array.from(wide);
}
