import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { guessCodePage } from '../../shared/layout/guess/guess-code-page.ts';
import { guessLayout } from '../../shared/layout/guess/guess-layout.ts';
import { inCharacters } from '../../shared/layout/guess/guess-positions.ts';
import { guessRecords } from '../../shared/layout/guess/guess-records.ts';
import { GuessedRecords } from '../../shared/layout/guess/guessed-records.ts';
import { guessOf } from '../support/guess-of.ts';

const latin1 = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

/** 200 records of a made-up contract: id, name, amount, date. */
function contracts(terminator: string): string {
  return Array.from({ length: 200 }, (_, index) => {
    const id = String(index * 7919 + 1).padStart(10, '0');
    const name = ['ANA SOUZA', 'JOAO', 'MARIA LIMA', 'BIA'][index % 4]!.padEnd(20);
    const amount = String(((index + 1) * 104_729) % 1_000_000).padStart(11, '0');
    const date = `2025${String((index % 12) + 1).padStart(2, '0')}${String((index % 28) + 1).padStart(2, '0')}`;
    return `${id}${name}${amount}${date}${terminator}`;
  }).join('');
}

describe('guesses of records', () => {
  test.each([
    ['lines that end with LF', '\n', 'lines', 49, 1],
    ['lines that end with CR LF', '\r\n', 'lines', 49, 2],
    ['records without terminator', '', 'fixed', 49, 0],
  ])('find %s', (_, terminator, format, lengthBytes, terminatorBytes) => {
    const bytes = latin1(contracts(terminator));
    expect(guessRecords(bytes, bytes.length)).toMatchObject({ format, lengthBytes, terminatorBytes });
  });

  test('give the longest of lines of different lengths', () => {
    const bytes = latin1(['ab', 'abcd', 'abcd', 'abc', ''].join('\n'));
    expect(guessRecords(bytes, bytes.length)).toMatchObject({ format: 'lines', lengthBytes: 4 });
  });

  test.each([
    ['big', true],
    ['big', false],
    ['little', true],
    ['little', false],
  ] as const)('find records after %s-endian descriptors (length includes the descriptor: %s)', (byteOrder, lengthIncludesHeader) => {
    const word = (length: number) =>
      byteOrder === 'big' ? [length >> 8, length & 0xff, 0, 0] : [length & 0xff, length >> 8, 0, 0];
    const described = (body: number[]) => [...word(body.length + (lengthIncludesHeader ? 4 : 0)), ...body];
    const records = [20, 300, 7, 64].map((length) => described(Array.from({ length }, () => 0xc1)));
    const expected = { byteOrder, lengthIncludesHeader, lengthBytes: 300 };
    const rdw = Uint8Array.from(records.flat());
    expect(guessRecords(rdw, rdw.length)).toMatchObject({ format: 'rdw', ...expected });
    const bdw = Uint8Array.from(
      [described(records.slice(0, 2).flat()), described(records.slice(2).flat())].flat(),
    );
    expect(guessRecords(bdw, bdw.length)).toMatchObject({ format: 'bdw', ...expected });
  });

  test('lie within the bytes, whatever they are, or there is no guess', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(100), (head, more) => {
        const guess = guessRecords(head, head.length + more);
        if (!guess) return;
        expect(guess.lengthBytes).toBeGreaterThan(0);
        for (const [index, start] of guess.starts.entries()) {
          expect(start + guess.lengths[index]!).toBeLessThanOrEqual(head.length);
        }
        const { codePage } = guessCodePage(head);
        guessLayout(
          new GuessedRecords(head, guess.starts, guess.lengths, codePage),
          guess.lengthBytes,
          codePage,
          1,
        );
      }),
    );
  });
});

test('UTF-8 lines whose characters have one length are read by characters, others by bytes', () => {
  const name = (index: number) => ['ANA', 'JOSÉ', 'CONCEIÇÃO'][index % 3]!;
  const byCharacters = Array.from(
    { length: 30 },
    (_, index) => `${name(index).padEnd(12)}${String(index * 37).padStart(6, '0')}`,
  );
  const byBytes = byCharacters.map((line, index) => {
    const bytes = Buffer.from(name(index));
    return Buffer.concat([bytes, Buffer.alloc(16 - bytes.length, ' '), Buffer.from(line.slice(12))]);
  });
  const records = (lines: Buffer[]) => {
    const bytes = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));
    const form = guessRecords(bytes, bytes.length)!;
    return new GuessedRecords(bytes, form.starts, form.lengths, 'utf-8');
  };
  expect(inCharacters(records(byBytes))).toBeUndefined();
  const narrowed = inCharacters(records(byCharacters.map((line) => Buffer.from(line))))!;
  expect(new Set(narrowed.lengths)).toEqual(new Set([18]));
  expect(guessLayout(narrowed, 18, 'utf-8', 30).fields).toEqual([
    { name: 'column_1', start: 1, end: 12, type: 'string' },
    { name: 'column_13', start: 13, end: 18, type: 'integer' },
  ]);
});

describe('guesses of lines with damaged records', () => {
  const line = (index: number) => `${String(index).padStart(6, '0')};NAME ${String(index % 7).padEnd(20)};`;
  const damaged = (index: number) =>
    index % 3 === 0
      ? '\0'.repeat(32)
      : index % 3 === 1
        ? `${line(index)}MORE THAN THERE SHOULD BE`
        : '\x01\x02'.repeat(9);

  test.each([
    1, 5, 12,
  ])('%i of 100 records are damaged: they are lines of the usual length all the same', (share) => {
    const text = Array.from(
      { length: 600 },
      (_, index) => `${index % 100 < share ? damaged(index) : line(index)}\n`,
    ).join('');
    const bytes = new TextEncoder().encode(text);
    expect(guessRecords(bytes, bytes.length)).toMatchObject({ format: 'lines', terminatorBytes: 1 });
  });

  test('fixed records of packed numbers that end with LF stay fixed records', () => {
    const records = Array.from({ length: 400 }, (_, index) => [
      0xc1,
      0,
      0x12,
      index % 10 === 3 ? 0x0a : 0x34,
      (index % 10) * 16 + 0x0c,
      0,
      0,
      0x0a,
    ]).flat();
    expect(guessRecords(new Uint8Array(records), records.length)).toMatchObject({
      format: 'fixed',
      lengthBytes: 7,
      terminatorBytes: 1,
    });
  });
});

describe('guesses of code pages', () => {
  test.each([
    ['us-ascii', latin1('plain text 123')],
    ['utf-8', new TextEncoder().encode('José da Conceição')],
    ['iso-8859-1', latin1('José da Conceição')],
    ['windows-1252', latin1('José \x93quoted\x94')],
    ['cp037', Uint8Array.from([0xc1, 0x95, 0x81, 0x40, 0xf1, 0xf2])],
  ])('recognise %s', (codePage, bytes) => expect(guessCodePage(bytes).codePage).toBe(codePage));
});

describe('guesses of columns', () => {
  test('cut where blanks end and where digits begin, and find dates among digits', () => {
    const { fields } = guessOf(contracts('\n'));
    expect(fields).toEqual([
      { name: 'column_1', start: 1, end: 10, type: 'integer' },
      { name: 'column_11', start: 11, end: 30, type: 'string' },
      { name: 'column_31', start: 31, end: 41, type: 'integer' },
      { name: 'column_42', start: 42, end: 49, type: 'date', format: 'yyyyMMdd' },
    ]);
  });

  const file = new URL('../../../shared/data/dtar020/DTAR020.bin', import.meta.url);
  test.skipIf(!existsSync(file))('of DTAR020 match its description', () => {
    const { fields } = guessOf(readFileSync(file));
    expect(fields!.map(({ start, end, usage }) => [start, end, usage])).toEqual([
      [1, 8, undefined],
      [9, 10, 'packed'],
      [11, 14, 'packed'],
      [15, 16, 'packed'],
      [17, 21, 'packed'],
      [22, 27, 'packed'],
    ]);
  });
});
