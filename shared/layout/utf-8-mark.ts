/** The byte-order mark of UTF-8, which programs on Windows write before the first character. */
const UTF_8_MARK = [0xef, 0xbb, 0xbf];

/** Length of the mark that the bytes begin with; 0 if they begin with none. */
export function utf8MarkBytes(bytes: Uint8Array): number {
  return UTF_8_MARK.every((byte, index) => bytes[index] === byte) ? UTF_8_MARK.length : 0;
}
