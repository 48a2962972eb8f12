import { expect, test } from 'vitest';
import {
  findFixedTerminator,
  findLastLineEnd,
  findLastLineStart,
  findLineTerminator,
} from '../../shared/ranges/terminators.ts';

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

test('fixed records have a terminator only if all of it is there', () => {
  const of = (text: string) => findFixedTerminator(Buffer.from(text), 4, text.length * 2);
  expect(['AAAA\n', 'AAAA\r\n', 'AAAA\rA', 'AAAAA\n', 'AAAAAA'].map(of)).toEqual([1, 2, 0, 0, 0]);
});

test('lines end with LF or CR LF as the first one does', () => {
  const of = (text: string) => findLineTerminator(Buffer.from(text));
  expect(['A\nB\r\n', 'A\r\nB\n', '\n', '\r\n', 'A\rB\n', 'A\r', ''].map(of)).toEqual([
    1,
    2,
    1,
    2,
    1,
    undefined,
    undefined,
  ]);
});

test('the last line lies between the line end before it and its own, as far as it is there', () => {
  const of = (text: string) => {
    const tail = Buffer.from(text);
    const end = findLastLineEnd(tail);
    return [end === undefined ? undefined : findLastLineStart(tail, end), end];
  };
  expect(of('A\nBB\n')).toEqual([2, 5]);
  expect(of('\nBB\n')).toEqual([1, 4]);
  expect(of('A\nB')).toEqual([2, 3]);
  expect(of('A\r\nB')).toEqual([3, 4]);
  expect(of('AA\n')).toEqual([undefined, 3]);
  expect(of('A')).toEqual([undefined, 1]);
  // A file that ends within CR LF, and one in which CR is no half of a line end.
  expect(of('A\nBB\r')).toEqual([2, 5]);
  expect(of('A\nBB\r\x1a')).toEqual([2, 4]);
  expect(of('A\nBB\x1a')).toEqual([2, 4]);
  expect(of('A\nBB\x1a\x1a')).toEqual([2, 4]);
  for (const text of ['', '\n', '\x1a', '\r\n\x1a\n']) expect(of(text)).toEqual([undefined, undefined]);
});
