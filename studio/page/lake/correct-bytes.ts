/** The bytes of a record after its characters were edited. A character that was not changed keeps its byte, seen or not. */
export function correctedBytes(
  raw: Uint8Array,
  shown: readonly string[],
  edited: string,
  characters: readonly number[] | null,
): Uint8Array {
  const typed = [...edited];
  const bytes = typed.map((character, index) => {
    const byte = raw[index];
    if (byte !== undefined && shown[index] === character) return byte;
    const code = byteOf(character, characters);
    if (code === undefined) throw new RangeError(`'${character}' is not in the code page of the file`);
    return code;
  });
  return Uint8Array.from(bytes);
}

function byteOf(character: string, characters: readonly number[] | null): number | undefined {
  const unit = character.codePointAt(0) ?? 0;
  if (characters === null) return unit < 0x80 ? unit : undefined;
  const byte = characters.indexOf(unit);
  return byte < 0 ? undefined : byte;
}

export function bytesOfHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
