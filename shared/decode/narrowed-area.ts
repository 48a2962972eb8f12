import type { Kernel } from '../kernel/kernel.ts';
import { CHARACTER_SLOT_BYTES } from '../kernel/shapes.ts';

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
