/** How the records of a file lie in it. */

const LF = 0x0a;
const CR = 0x0d;
/** Ctrl-Z, which DOS programs put behind the last line. */
const SUBSTITUTE = 0x1a;

/**
 * Terminator of the line that ends at the first line end of `head`: 1 (LF, or what stands for it in EBCDIC) or 2 (CR before it);
 * undefined where there is none.
 */
export function lineTerminatorBytes(head: Uint8Array, lineEndByte = LF): 1 | 2 | undefined {
  const at = head.indexOf(lineEndByte);
  if (at < 0) return undefined;
  return at > 0 && head[at - 1] === CR ? 2 : 1;
}

/**
 * Terminator of fixed-length records, from the bytes behind the first one and the file's size: 0, 1 or 2. A terminator
 * counts only if the size is whole records with it (the last may lack it).
 */
export function fixedTerminatorBytes(head: Uint8Array, lengthBytes: number, sizeBytes: number): 0 | 1 | 2 {
  const whole = (terminatorBytes: number) => {
    const rest = sizeBytes % (lengthBytes + terminatorBytes);
    return rest === 0 || rest >= lengthBytes || rest <= 3;
  };
  if (head[lengthBytes] === LF && whole(1)) return 1;
  if (head[lengthBytes] === CR && head[lengthBytes + 1] === LF && whole(2)) return 2;
  return 0;
}

/** Bytes that may stand behind the last record without being one: line ends and Ctrl-Z. */
export function isFilling(byte: number, lineEndByte = LF): boolean {
  return byte === lineEndByte || byte === CR || byte === SUBSTITUTE;
}

/**
 * Where the last line's terminator ends within `tail`, the last bytes of a file: what follows is remainder. Undefined where
 * `tail` is filling from its first byte on.
 */
export function lastLineEnd(tail: Uint8Array, lineEndByte = LF): number | undefined {
  let content = tail.length;
  while (content > 0 && isFilling(tail[content - 1]!, lineEndByte)) content--;
  if (content === 0) return undefined;
  if (tail[content] === CR && tail[content + 1] === lineEndByte) return content + 2;
  if (tail[content] === lineEndByte) return content + 1;
  // A CR LF cut in half by the end of the file belongs to the line.
  if (tail[content] === CR && content + 1 === tail.length) return content + 1;
  return content;
}

/** Where the line that ends at `end` (behind its terminator) starts within `tail`, or -1 where it starts before. */
export function lastLineStart(tail: Uint8Array, end: number, lineEndByte = LF): number {
  let at = end - 1;
  if (at >= 0 && tail[at] === lineEndByte) at--;
  while (at >= 0 && tail[at] !== lineEndByte) at--;
  return at >= 0 ? at + 1 : -1;
}
