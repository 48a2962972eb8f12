/** How the records of a file lie in it. */

const LF = 0x0a;
const CR = 0x0d;
/** Ctrl-Z, which DOS programs write after the last line. */
const SUBSTITUTE = 0x1a;

/**
 * Length of the terminator at the first line end of `head`: 1 (LF, or the line end of EBCDIC) or 2 (CR before it); undefined if
 * `head` has no line end.
 */
export function findLineTerminator(head: Uint8Array, lineEndByte = LF): 1 | 2 | undefined {
  const at = head.indexOf(lineEndByte);
  if (at < 0) return undefined;
  return head[at - 1] === CR ? 2 : 1;
}

/**
 * Length of the terminator of fixed-length records, from the bytes after the first record and the file's size: 0, 1 or 2. A
 * terminator counts only if the file is whole records with it; the last record may lack it.
 */
export function findFixedTerminator(head: Uint8Array, lengthBytes: number, sizeBytes: number): 0 | 1 | 2 {
  const whole = (terminatorBytes: number) => {
    const rest = sizeBytes % (lengthBytes + terminatorBytes);
    return rest >= lengthBytes || rest <= 3;
  };
  if (head[lengthBytes] === LF && whole(1)) return 1;
  if (head[lengthBytes] === CR && head[lengthBytes + 1] === LF && whole(2)) return 2;
  return 0;
}

/** True for bytes that may follow the last record without being a record: line ends and Ctrl-Z. */
export function isFilling(byte: number | undefined, lineEndByte = LF): boolean {
  return byte === lineEndByte || byte === CR || byte === SUBSTITUTE;
}

/**
 * Offset in `tail`, the last bytes of a file, at which the last line's terminator ends; what follows is remainder. Undefined if
 * `tail` is nothing but filling.
 */
export function findLastLineEnd(tail: Uint8Array, lineEndByte = LF): number | undefined {
  let content = tail.length;
  while (isFilling(tail[content - 1], lineEndByte)) content--;
  if (content === 0) return undefined;
  let end = content;
  while (tail[end] === CR) end++;
  // CR CR LF ends the last line as it ends those before it: the first CR belongs to the record.
  if (tail[end] === lineEndByte) return end + 1;
  // If the file ends in the middle of a CR LF, the CR belongs to the line.
  if (tail[content] === CR && content + 1 === tail.length) return content + 1;
  return content;
}

/** Offset in `tail` at which the line starts whose terminator ends at `end`; undefined if it starts before `tail`. */
export function findLastLineStart(tail: Uint8Array, end: number, lineEndByte = LF): number | undefined {
  const before = tail.subarray(0, end - 1).lastIndexOf(lineEndByte);
  return before < 0 ? undefined : before + 1;
}
