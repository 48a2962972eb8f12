import { LayoutInvalid } from '../errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { CHARACTER_SLOT_BYTES, READ_MARGIN_BYTES } from '../kernel/shapes.ts';

/** Records will be narrowed to `byteCount` bytes from `address` on: gives them room for the characters that find no code. */
export function addNarrowedArea(kernel: Kernel, address: number, byteCount: number): void {
  const shadow = kernel.allocate(byteCount * CHARACTER_SLOT_BYTES);
  kernel.call.addShadow(address, address + byteCount, shadow);
}

/** Begins to narrow the records of a file, to an area of `byteCount` bytes: characters get their codes anew. */
export function beginNarrowing(kernel: Kernel, address: number, byteCount: number): void {
  kernel.call.beginCharacterPage();
  addNarrowedArea(kernel, address, byteCount);
}

/** Narrows a record that is not in the batch to `length` characters at `address`, in such an area; returns how many it has. */
export function placeNarrowed(
  kernel: Kernel,
  record: Uint8Array,
  address: number,
  length: number,
  spaceByte: number,
): number {
  const roomBytes = record.length + READ_MARGIN_BYTES;
  const from = kernel.allocate(roomBytes);
  kernel.bytes.set(record, from);
  const found = kernel.call.narrowRecord(from, from + record.length, address, length, spaceByte);
  kernel.release(from, roomBytes);
  // The splitter takes no header and no parent that is ill-formed or too long.
  if (found < 0 || found > length)
    throw new LayoutInvalid({ what: 'a record outside the range is not one of UTF-8' });
  return found;
}
