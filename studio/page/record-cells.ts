/** What stands for a byte that is no visible character. */
const UNSEEN = '·';
const LINE = /^[\p{L}\p{N}\p{P}\p{S} ]$/u;

const tables = new WeakMap<readonly number[], string[]>();

/** One character for each position of a record. Bytes that nobody sees, or that would move what is after them, are a dot. */
export function cellsOf(raw: Uint8Array, characters: readonly number[] | null, isUtf8: boolean): string[] {
  if (isUtf8) return utf8Cells(raw);
  const table = characters ? tableOf(characters) : latinTable();
  return Array.from(raw, (byte) => table[byte] ?? UNSEEN);
}

function tableOf(characters: readonly number[]): string[] {
  const known = tables.get(characters);
  if (known) return known;
  const made = characters.map((unit) => seen(String.fromCharCode(unit)));
  tables.set(characters, made);
  return made;
}

let latin: string[] | undefined;

/** For code pages of several bytes a character: what they have in common is ASCII. */
function latinTable(): string[] {
  latin ??= Array.from({ length: 256 }, (_, byte) =>
    byte < 0x80 ? seen(String.fromCharCode(byte)) : UNSEEN,
  );
  return latin;
}

function seen(character: string): string {
  return LINE.test(character) ? character : UNSEEN;
}

/** A character stands in the cell of its first byte; those of its other bytes are empty. */
function utf8Cells(raw: Uint8Array): string[] {
  const cells = Array.from(raw, () => '');
  for (let at = 0; at < raw.length; ) {
    const first = raw[at]!;
    const count = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
    cells[at] = seen(new TextDecoder().decode(raw.subarray(at, at + count)));
    at += count;
  }
  return cells.map((cell) => cell || '‥');
}

/** The characters of a record of which positions are characters. */
export function characterCells(raw: Uint8Array): string[] {
  return Array.from(new TextDecoder().decode(raw), seen);
}

const HEX = '0123456789ABCDEF';

/** The half bytes of a record under its characters, as a mainframe's editor shows them: `C1` is C above 1. */
export function halfBytes(raw: Uint8Array): { high: string[]; low: string[] } {
  return {
    high: Array.from(raw, (byte) => HEX[byte >> 4]!),
    low: Array.from(raw, (byte) => HEX[byte & 15]!),
  };
}
