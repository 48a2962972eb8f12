import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RecordExtractor } from '../../shared/decode/record-extractor.ts';
import type { RecordShape } from '../../shared/decode/record-shape.ts';
import { Kernel } from '../../shared/kernel/kernel.ts';
import {
  RECORD_BLANK,
  RECORD_OK,
  RECORD_TERMINATOR_MISSING,
  RECORD_TOO_LONG,
  RECORD_TOO_SHORT,
} from '../../shared/kernel/shapes.ts';
import { nextRecord, startWalk } from '../../shared/ranges/record-chain-walk.ts';
import { CHAIN_FORMATS, chainFile } from '../support/chain-file.ts';
import { expectSameRows } from '../support/first-difference.ts';

/** A record as a test sees it: its place in the file, its outcome, and the bytes that the kernel would decode. */
interface Found {
  offset: number;
  length: number;
  outcome: number;
  raw: string;
  decodable: string;
}

const ASCII = { positions: 'bytes' as const, lineEndByte: 0x0a, spaceByte: 0x20 };
const FIRST_BYTE = 1_000_003;
const kernel = new Kernel();
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

/** Pushes `file` in chunks of the given sizes, over and over, and collects what is found. */
function extractAll(shape: RecordShape, file: Uint8Array, chunkSizes: number[], lazy = false) {
  kernel.reset();
  const extractor = new RecordExtractor(kernel, shape, FIRST_BYTE);
  const found: Found[] = [];
  const drain = (atEnd: boolean) => {
    while (extractor.extract(atEnd) > 0) {
      for (let record = 0; record < extractor.recordCount; record++) {
        const outcome = extractor.outcomeOf(record);
        const start = extractor.startOf(record);
        found.push({
          offset: extractor.byteOffsetOf(record) - FIRST_BYTE,
          length: extractor.rawLengthOf(record),
          outcome,
          raw: text(extractor.rawBytesOf(record)),
          decodable:
            outcome === RECORD_OK ? text(kernel.bytes.subarray(start, start + shape.lengthBytes)) : '',
        });
      }
    }
  };
  let at = 0;
  for (let turn = 0; at < file.length; turn++) {
    const chunk = file.subarray(at, at + chunkSizes[turn % chunkSizes.length]!);
    for (let from = 0; from < chunk.length; ) {
      // Every second chunk is read into the kernel's own memory.
      const room = turn % 2 ? extractor.room().subarray(0, chunk.length - from) : undefined;
      room?.set(chunk.subarray(from, from + room.length));
      const taken = room ? extractor.push(room, 0) : extractor.push(chunk, from);
      expect(taken).toBeGreaterThan(0);
      from += taken;
      if (!lazy || extractor.isFull) drain(false);
    }
    at += chunk.length;
  }
  drain(true);
  return {
    found,
    unfinishedBytes: extractor.unfinishedBytes,
    endByte: extractor.consumedEndByte - FIRST_BYTE,
    isBroken: extractor.isBroken,
  };
}

/** The records that `file` holds, found by splitting its text at line ends. */
function splitLines(shape: RecordShape, file: string): Found[] {
  const lines = file.split('\n');
  if (lines.at(-1) === '') lines.pop();
  let offset = 0;
  return lines.map((line, index) => {
    const terminated = index < lines.length - 1 || file.endsWith('\n');
    const raw = line.endsWith('\r') && (terminated || shape.terminatorBytes === 2) ? line.slice(0, -1) : line;
    const short = shape.short === 'pad' ? RECORD_OK : RECORD_TOO_SHORT;
    let outcome = short;
    if (raw.length === shape.lengthBytes) outcome = RECORD_OK;
    else if (raw.length > shape.lengthBytes) outcome = RECORD_TOO_LONG;
    else if (raw.length === 0) outcome = RECORD_BLANK;
    const decodable = outcome === RECORD_OK ? raw.padEnd(shape.lengthBytes) : '';
    const record = { offset, length: raw.length, outcome, raw, decodable };
    offset += line.length + 1;
    return record;
  });
}

const chunkSizesOf = (fileLength: number) =>
  fc.oneof<fc.Arbitrary<number[]>[]>(
    fc.constant([1]),
    fc.constant([Math.max(fileLength, 1)]),
    fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
  );

describe('records that are lines', () => {
  const content = (length: number) =>
    fc
      .array(fc.constantFrom('a', 'b', ' ', '\r', '0', '\xe9'), { minLength: length, maxLength: length })
      .map((characters) => characters.join(''));
  const file = fc.record({
    lengthBytes: fc.integer({ min: 1, max: 12 }),
    terminators: fc.constantFrom(['\n'], ['\r\n'], ['\n', '\r\n']),
    // Lengths relative to the record's: mostly exact, else blank, short or long.
    lines: fc.array(
      fc.record({ by: fc.constantFrom(0, 0, 0, -99, -1, -3, 1, 7), seed: fc.nat(1), body: content(24) }),
      { maxLength: 25 },
    ),
    lastTerminator: fc.constantFrom('keep', 'none', 'half'),
    short: fc.constantFrom('pad' as const, 'reject' as const),
    terminatorBytes: fc.constantFrom(1, 2),
  });

  test('are those that splitting the text gives, however the bytes are pushed', () => {
    fc.assert(
      fc.property(
        file.chain((shape) => fc.tuple(fc.constant(shape), chunkSizesOf(60), fc.boolean())),
        ([{ lengthBytes, terminators, lines, lastTerminator, short, terminatorBytes }, sizes, lazy]) => {
          let bytes = lines
            .map(({ by, seed, body }, index) => {
              const terminator = terminators[(index + seed) % terminators.length]!;
              return body.slice(0, Math.max(0, lengthBytes + by)) + terminator;
            })
            .join('');
          if (lastTerminator === 'none') bytes = bytes.replace(/\r?\n$/, '');
          if (lastTerminator === 'half') bytes = bytes.replace(/\n$/, '');
          const shape: RecordShape = { ...ASCII, format: 'lines', lengthBytes, terminatorBytes, short };
          const input = new Uint8Array(Buffer.from(bytes, 'latin1'));
          const { found, unfinishedBytes, endByte } = extractAll(shape, input, sizes, lazy);
          expect(found).toEqual(splitLines(shape, bytes));
          expect([unfinishedBytes, endByte]).toEqual([0, input.length]);
          accountForEveryByte(found, bytes);
        },
      ),
      { numRuns: 400 },
    );
  });

  test.each([
    ['pad' as const, 60_000, 7],
    ['reject' as const, 60_000, 7],
    // Far more padded copies than fit into one batch.
    ['pad' as const, 9_000, 400],
  ])('may be cut into batches anywhere: %s, %i lines of up to %i bytes', (short, lineCount, lengthBytes) => {
    let bytes = '';
    for (let line = 0; line < lineCount; line++) {
      const length = line % 3 === 0 ? lengthBytes : (line * 31) % (lengthBytes + 2);
      bytes += String(line).padEnd(length, 'x').slice(0, length) + (line % 5 === 0 ? '\r\n' : '\n');
    }
    const shape: RecordShape = { ...ASCII, format: 'lines', lengthBytes, terminatorBytes: 1, short };
    const input = new Uint8Array(Buffer.from(bytes, 'latin1'));
    const expected = JSON.stringify(splitLines(shape, bytes));
    for (const sizes of [[input.length], [65_536], [524_288], [524_287, 3]]) {
      for (const lazy of [true, false]) {
        const { found, unfinishedBytes } = extractAll(shape, input, sizes, lazy);
        expect(JSON.stringify(found) === expected).toBe(true);
        expect(unfinishedBytes).toBe(0);
      }
    }
  });

  test('fit into a batch: a longer line fills the buffer and is not a record', () => {
    const shape: RecordShape = {
      ...ASCII,
      format: 'lines',
      lengthBytes: 10,
      terminatorBytes: 1,
      short: 'pad',
    };
    const extractor = new RecordExtractor(new Kernel(), shape, 0);
    const chunk = new Uint8Array(600_000).fill(0x61);
    expect(extractor.push(chunk, 0)).toBe(524_288);
    expect([extractor.isFull, extractor.extract(false), extractor.unfinishedBytes]).toEqual([
      true,
      0,
      524_288,
    ]);
  });
});

describe('records of fixed length', () => {
  test.each([
    [0, ''],
    [1, '\n'],
    [2, '\r\n'],
  ])('may have %i bytes of terminator, also missing or wrong', (terminatorBytes, terminator) => {
    const wrong = ['\r', 'zz', '\n\r', '\r\r', 'z\n'].map((bytes) => bytes.slice(-terminatorBytes || 2));
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.array(
          fc.record({
            body: fc.string({ unit: fc.constantFrom('a', '\n', '\r', ' ', '7'), minLength: 9, maxLength: 9 }),
            end: fc.constantFrom('', '', '', ...wrong),
          }),
          { maxLength: 25 },
        ),
        fc.integer({ min: 0, max: terminatorBytes }),
        chunkSizesOf(60),
        fc.boolean(),
        (lengthBytes, records, cut, sizes, lazy) => {
          const stride = lengthBytes + terminatorBytes;
          let bytes = records
            .map(({ body, end }) =>
              (body.slice(0, lengthBytes) + (end || terminator)).slice(0, stride).padEnd(stride, '\r'),
            )
            .join('');
          if (cut > 0) bytes = bytes.slice(0, -cut);
          const shape: RecordShape = {
            ...ASCII,
            format: 'fixed',
            lengthBytes,
            terminatorBytes,
            short: 'reject',
          };
          const input = new Uint8Array(Buffer.from(bytes, 'latin1'));
          const { found, unfinishedBytes, endByte } = extractAll(shape, input, sizes, lazy);
          const expected = records.map((_, index) => {
            const raw = bytes.slice(index * stride, index * stride + lengthBytes);
            const end = bytes.slice(index * stride + lengthBytes, (index + 1) * stride);
            const cutOff = end.length < terminatorBytes;
            const outcome = cutOff || end === terminator ? RECORD_OK : RECORD_TERMINATOR_MISSING;
            const decodable = outcome === RECORD_OK ? raw : '';
            return { offset: index * stride, length: lengthBytes, outcome, raw, decodable };
          });
          expectSameRows(found, expected);
          expect([unfinishedBytes, endByte]).toEqual([0, input.length]);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('stay unfinished until they are whole', () => {
    const shape: RecordShape = {
      ...ASCII,
      format: 'fixed',
      lengthBytes: 4,
      terminatorBytes: 0,
      short: 'reject',
    };
    const { found, unfinishedBytes, endByte } = extractAll(shape, new Uint8Array(11).fill(0x61), [3]);
    expect(found.map(({ offset }) => offset)).toEqual([0, 4]);
    expect([unfinishedBytes, endByte]).toEqual([3, 8]);
  });

  test('may be longer than a batch', () => {
    const shape: RecordShape = {
      ...ASCII,
      format: 'fixed',
      lengthBytes: 1_048_576,
      terminatorBytes: 1,
      short: 'reject',
    };
    const file = new Uint8Array(3 * 1_048_577).fill(0x61);
    for (let record = 1; record <= 3; record++) file[record * 1_048_577 - 1] = 0x0a;
    const { found } = extractAll(shape, file, [700_000], true);
    expect(found.map(({ offset, outcome }) => [offset, outcome])).toEqual([
      [0, RECORD_OK],
      [1_048_577, RECORD_OK],
      [2_097_154, RECORD_OK],
    ]);
  });
});

/** Expects a line end and nothing else between one record and the next. */
function accountForEveryByte(found: Found[], bytes: string): void {
  let at = 0;
  for (const { offset, length, raw } of found) {
    expect(offset).toBe(at);
    expect(bytes.slice(offset, offset + length)).toBe(raw);
    at = offset + length;
    const terminator = /^(\r?\n|\r$)/.exec(bytes.slice(at, at + 2))?.[0] ?? '';
    at += terminator.length;
  }
  expect(at).toBe(bytes.length);
}

describe('records that say their own length', () => {
  const format = fc.constantFrom(...CHAIN_FORMATS);
  const data = (minimum: number) =>
    fc.array(fc.uint8Array({ minLength: minimum, maxLength: 40 }), { minLength: 1, maxLength: 30 });

  test('break the chain if a block ends with less than a record descriptor word', () => {
    const shape = CHAIN_FORMATS.find(({ name }) => name === 'bdw')!.shape;
    const block = [0, 10, 0, 0, ...[0, 5, 0, 0, 0x61]];
    const recordOf = { ...ASCII, format: 'rdw' as const, lengthBytes: 24, terminatorBytes: 0 };
    const { found, isBroken } = extractAll(
      { ...recordOf, short: 'pad', chain: shape },
      Uint8Array.from(block),
      [1],
    );
    expect(found.map(({ raw }) => raw)).toEqual(['a']);
    expect(isBroken).toBe(true);
  });

  test.each([
    ['as written', false],
    ['with some bytes changed', true],
  ])('are those found by following the chain, in batches that end anywhere: %s', (_, isHostile) => {
    fc.assert(
      fc.property(
        format.chain((each) => fc.tuple(fc.constant(each), data(each.minimumDataBytes), fc.array(fc.nat(4)))),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 5 }),
        fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { minLength: 1, maxLength: 3 }),
        fc.constantFrom('pad' as const, 'reject' as const),
        ([{ shape, ...encoding }, records, blockSizes], sizes, changes, short) => {
          const { bytes } = chainFile({ shape, ...encoding }, records, 0, [...blockSizes, 2]);
          if (isHostile) for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
          const recordOf = { ...ASCII, format: 'rdw' as const, lengthBytes: 24, terminatorBytes: 0, short };
          const { found, isBroken } = extractAll({ ...recordOf, chain: shape }, bytes, sizes);
          const walk = startWalk(0);
          // The extractor gets the file piece by piece, so a file that is cut off is not a broken chain to it.
          const endByte = isHostile ? 2 ** 40 : bytes.length;
          const followed: [number, number][] = [];
          for (let next = nextRecord(walk, bytes, 0, shape, endByte); next; ) {
            followed.push([next.range.endByte - next.bytes.length, next.bytes.length]);
            next = nextRecord(walk, bytes, 0, shape, endByte);
          }
          expect(found.map(({ offset, length }) => [offset, length])).toEqual(followed);
          expect(isBroken).toBe(walk.problem !== null);
          for (const { offset, length, raw, outcome, decodable } of found) {
            expect(raw).toBe(text(bytes.subarray(offset, offset + length)));
            if (outcome === RECORD_OK) expect(decodable).toBe(raw.padEnd(24));
            else if (length > 24) expect(outcome).toBe(RECORD_TOO_LONG);
            else expect(outcome).toBe(length === 0 ? RECORD_BLANK : RECORD_TOO_SHORT);
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});
