/**
 * National text (PIC N): UTF-16, high byte first, two bytes a code unit. Undefined if a surrogate lacks its other half.
 *
 *     00 4A 00 6F 00 E3 00 6F → João      D8 3D DE 00 → U+1F600
 */
export function nationalText(bytes: Uint8Array): string | undefined {
  let text = '';
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    text += String.fromCharCode(bytes[at]! * 256 + bytes[at + 1]!);
  }
  return text.isWellFormed() ? text : undefined;
}
