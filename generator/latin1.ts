/** A text's ISO-8859-1 bytes. Throws on a character that the code page does not have: our tables have none. */
export function latin1Bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => {
    const code = character.charCodeAt(0);
    if (code > 0xff || character.length > 1) throw new RangeError(`'${text}' is not ISO-8859-1`);
    return code;
  });
}

/** Writes `text` from `at`, cut at `endByte` as a mainframe would; returns the offset after it. */
export function writeText(out: Uint8Array, at: number, endByte: number, text: Uint8Array): number {
  const end = Math.min(endByte, at + text.length);
  for (let from = 0, to = at; to < end; from++, to++) out[to] = text[from]!;
  return end;
}

/** Writes `value` (an integer from 0) as `width` digits with leading zeros. */
export function writeDigits(out: Uint8Array, at: number, width: number, value: number): void {
  let rest = value;
  for (let to = at + width - 1; to >= at; to--) {
    const next = Math.floor(rest / 10);
    out[to] = 0x30 + (rest - next * 10);
    rest = next;
  }
}
