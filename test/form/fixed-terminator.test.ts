import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fixedTerminator } from '../../shared/form/fixed-terminator.ts';
import { type FormSample, windowRanges } from '../../shared/form/form-sample.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';

const layoutOf = (lengthBytes: number, type: string, terminator?: string) =>
  readLayout(
    JSON.stringify({
      name: 'fixed',
      encoding: 'iso-8859-1',
      record: { format: 'fixed', length: lengthBytes, ...(terminator && { terminator }) },
      fields: [{ name: 'f', start: 1, end: lengthBytes, type }],
    }),
    'fixed.json',
  );

const sampleOf = (bytes: Uint8Array): FormSample => ({
  sizeBytes: bytes.length,
  windows: windowRanges(bytes.length).map(({ startByte, endByte }) => ({
    startByte,
    bytes: bytes.subarray(startByte, endByte),
  })),
});

const ENDS = [[], [0x0a], [0x0d, 0x0a]];
const find = (bytes: Uint8Array, type: string, lengthBytes: number, terminator?: string) =>
  fixedTerminator(sampleOf(bytes), layoutOf(lengthBytes, type, terminator), {
    startByte: 0,
    endByte: bytes.length,
  });

/** Records cut by a reader that knows nothing but the length of a record and of its terminator. */
function cut(bytes: Uint8Array, lengthBytes: number, terminatorBytes: number): string[] {
  const records: string[] = [];
  for (let at = 0; at + lengthBytes <= bytes.length; at += lengthBytes + terminatorBytes) {
    records.push(Buffer.from(bytes.subarray(at, at + lengthBytes)).toString('hex'));
  }
  return records;
}

const file = (byte: fc.Arbitrary<number>, first: fc.Arbitrary<number>) =>
  fc.integer({ min: 4, max: 20 }).chain((lengthBytes) =>
    fc.record({
      lengthBytes: fc.constant(lengthBytes),
      records: fc.array(
        fc
          .tuple(first, fc.array(byte, { minLength: lengthBytes - 1, maxLength: lengthBytes - 1 }))
          .map(([one, others]) => [one, ...others]),
        { minLength: 1, maxLength: 60 },
      ),
      end: fc.constantFrom(...ENDS),
      lastHasEnd: fc.boolean(),
    }),
  );

function checkFile(
  type: string,
  {
    lengthBytes,
    records,
    end,
    lastHasEnd,
  }: { lengthBytes: number; records: number[][]; end: number[]; lastHasEnd: boolean },
): void {
  const whole = records.flatMap((record) => [...record, ...end]);
  const bytes = Uint8Array.from(lastHasEnd ? whole : whole.slice(0, whole.length - end.length));
  const found = find(bytes, type, lengthBytes);
  // What cannot be decided is asked for; what is decided is right.
  if ('unclear' in found) return;
  expect(cut(bytes, lengthBytes, found.terminatorBytes)).toEqual(
    records.map((record) => Buffer.from(record).toString('hex')),
  );
}

describe('the terminator of fixed records', () => {
  test('is found for binary records that begin with 0A or 0D, or is asked for', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    const first = fc.constantFrom(0x0a, 0x0d, 0x0a, 0x00);
    fc.assert(
      fc.property(file(byte, first), (it) => checkFile('binary', it)),
      { numRuns: 3000 },
    );
  });

  test('is found for text', () => {
    const letter = fc.integer({ min: 0x20, max: 0x7e });
    fc.assert(
      fc.property(file(letter, letter), (it) => checkFile('string', it)),
      { numRuns: 2000 },
    );
  });

  test('is what the layout says, and a file without it is refused', () => {
    const bytes = Buffer.from('AAAA\nBBBB\nCCCC\n');
    expect(find(bytes, 'binary', 4, 'lf')).toMatchObject({ terminatorBytes: 1 });
    expect(find(bytes, 'binary', 5, 'none')).toMatchObject({ terminatorBytes: 0 });
    expect(find(bytes, 'binary', 4, 'crlf')).toHaveProperty(
      'unclear.what',
      expect.stringContaining('0 of 2'),
    );
  });

  test('is asked for if some ends have it and others do not, and the size fits both', () => {
    const records = Array.from({ length: 12 }, (_, index) =>
      index < 8 ? 'ABCDEFGHIJKL\n' : 'ABCDEFGHIJKLM',
    );
    const found = find(Buffer.from(records.join('')), 'string', 12);
    expect(found).toHaveProperty('unclear.next', expect.stringContaining('"terminator": "lf"'));
  });

  test.each(['\n', '\r\n', '\r\n\x1a'])('is asked for likewise if %j follows the last record', (filling) => {
    const records = Array.from({ length: 12 }, (_, index) =>
      index < 8 ? 'ABCDEFGHIJKL\n' : 'ABCDEFGHIJKLM',
    );
    const found = find(Buffer.from(records.join('') + filling), 'string', 12);
    expect(found).toHaveProperty('unclear.next', expect.stringContaining('"terminator": "lf"'));
  });
});
