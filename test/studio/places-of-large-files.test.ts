import { expect, test } from 'vitest';
import { Workbench } from '../../studio/engine/workbench.ts';

/** A file that is too large to be followed from its start each time, with records whose offsets are known. */
interface LargeFile {
  name: string;
  record: object;
  bytes: Uint8Array;
  /** Of the records' own bytes. */
  offsets: number[];
}

const RECORDS = 60_000;

function build(
  name: string,
  record: object,
  pieceOf: (data: Buffer, index: number) => { piece: Buffer; dataAt: number },
): LargeFile {
  const pieces: Buffer[] = [];
  const offsets: number[] = [];
  let at = 0;
  for (let index = 0; index < RECORDS; index++) {
    const data = Buffer.from(
      `${String(index).padStart(8, '0')}${'AB 12 '.repeat(index % 7)}`.padEnd(40 + (index % 23), 'x'),
    );
    const { piece, dataAt } = pieceOf(data, index);
    offsets.push(at + dataAt);
    pieces.push(piece);
    at += piece.length;
  }
  return { name, record, bytes: new Uint8Array(Buffer.concat(pieces)), offsets };
}

function word(length: number): Buffer {
  return Buffer.from([length >> 8, length & 255, 0, 0]);
}

/** Blocks of ten records each. */
function blocked(): LargeFile {
  const pieces: Buffer[] = [];
  const offsets: number[] = [];
  let at = 0;
  for (let index = 0; index < RECORDS; index += 10) {
    const records = Array.from({ length: 10 }, (_, inner) =>
      Buffer.from(`${String(index + inner).padStart(8, '0')}`.padEnd(40 + ((index + inner) % 23), 'x')),
    );
    const size = records.reduce((sum, data) => sum + data.length + 4, 4);
    pieces.push(word(size));
    at += 4;
    for (const data of records) {
      pieces.push(word(data.length + 4), data);
      offsets.push(at + 4);
      at += data.length + 4;
    }
  }
  return {
    name: 'VB',
    record: { format: 'bdw', length: 70 },
    bytes: new Uint8Array(Buffer.concat(pieces)),
    offsets,
  };
}

const FILES = [
  build('lines', { format: 'lines', length: 70, short: 'pad' }, (data) => ({
    piece: Buffer.concat([data, Buffer.from('\n')]),
    dataAt: 0,
  })),
  build('fixed', { format: 'fixed', length: 64 }, (data) => ({
    piece: Buffer.from(data.toString('latin1').padEnd(64)),
    dataAt: 0,
  })),
  build('V', { format: 'rdw', length: 70 }, (data) => ({
    piece: Buffer.concat([word(data.length + 4), data]),
    dataAt: 4,
  })),
  blocked(),
];

/** Far less than the file: what a few windows hold. */
const MOST_READ_BYTES = 1_500_000;

test.each(FILES)('$name: any place of a large file is shown by reading a little of it', async ({
  record,
  bytes,
  offsets,
}) => {
  let readBytes = 0;
  const bench = new Workbench();
  bench.open({
    name: 'large',
    sizeBytes: bytes.length,
    read: async ({ startByte, endByte }) => {
      readBytes += endByte - startByte;
      return bytes.slice(startByte, endByte);
    },
  });
  const layout = {
    name: 'large',
    encoding: 'us-ascii',
    record,
    fields: [{ name: 'id', start: 1, end: 8, type: 'integer' }],
  };
  const { problems } = await bench.setLayout(JSON.stringify(layout), {});
  expect(problems).toEqual([]);
  const indexOf = new Map(offsets.map((offset, index) => [offset, index]));
  const contiguous = (shown: { byteOffset: number; fields: { value: string | null }[] }[]) => {
    const first = indexOf.get(shown[0]?.byteOffset ?? -1);
    expect(first).toBeDefined();
    for (const [step, { byteOffset, fields }] of shown.entries()) {
      expect(indexOf.get(byteOffset)).toBe((first ?? 0) + step);
      expect(fields[0]?.value).toBe(String((first ?? 0) + step));
    }
    return first ?? 0;
  };
  for (const share of [0, 0.1, 0.37, 0.5, 0.73, 0.99]) {
    const byte = Math.floor(bytes.length * share);
    readBytes = 0;
    const { records } = await bench.records({ kind: 'byte', byte }, 60);
    const first = contiguous(records);
    // Near the place: of blocks, the one that has it.
    expect(Math.abs((offsets[first] ?? 0) - byte)).toBeLessThan(300_000);
    const [shown] = records;
    if (shown && first > 100) {
      const { records: before } = await bench.recordsBefore(shown.place, 60);
      expect(contiguous(before) + before.length).toBe(first);
      expect(before.length).toBeGreaterThanOrEqual(10);
    }
    if (share >= 0.7) expect(readBytes).toBeLessThan(MOST_READ_BYTES);
  }
  const { records: last } = await bench.records({ kind: 'last', count: 30 }, 200);
  expect(last.at(-1)?.byteOffset).toBe(offsets.at(-1));
  readBytes = 0;
  const { types, verdict } = await bench.sample();
  expect(types[0]?.columns[0]).toMatchObject({ name: 'id', least: '0', invalid: {} });
  expect(verdict?.rejected).toBe(0);
});
