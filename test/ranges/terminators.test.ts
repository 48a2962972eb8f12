import { expect, test } from 'vitest';
import { findFixedTerminator, findLastLineEnd } from '../../shared/ranges/terminators.ts';

test.each([
  ['LF', 'AAAAAAAA\n', 1],
  ['CR LF', 'AAAAAAAA\r\n', 2],
])('%s after fixed records is found with up to three filling bytes after the last one', (_, record, found) => {
  const head = Buffer.from(record);
  const size = (fillingBytes: number) => head.length * 3 + fillingBytes;
  for (const filling of [0, 1, 2, 3]) expect(findFixedTerminator(head, 8, size(filling))).toBe(found);
  expect(findFixedTerminator(head, 8, size(4))).toBe(0);
  // The last record may lack its terminator.
  expect(findFixedTerminator(head, 8, size(8))).toBe(found);
});

test.each([
  '\n',
  '\r\n',
  '\r\r\n',
])('the last line ends with %j as those before it, whatever follows', (end) => {
  const line = Buffer.from(`AB${end}`);
  for (const filling of ['', '\n', '\r\n\x1a', '\x1a']) {
    expect(findLastLineEnd(Buffer.concat([line, Buffer.from(filling)]))).toBe(line.length);
  }
});
