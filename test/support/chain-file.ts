import { bdwChain, type ChainShape, lengthFieldChain, rdwChain } from '../../shared/ranges/record-chain.ts';

/** A format of variable records: its shape, and an encoder that does not use the shape. */
export interface ChainFormat {
  name: string;
  shape: ChainShape;
  /** The fewest bytes that a record's data may have. */
  minimumDataBytes: number;
  /** `data` with what makes it a record; `data` itself holds the length if that is a field. */
  record(data: Uint8Array): Uint8Array;
  /** Several records as a block, if the format has blocks. */
  block?(records: Uint8Array[]): Uint8Array;
}

const word = (bytes: number[], data: Uint8Array) => Uint8Array.from([...bytes, ...data]);
const high = (length: number) => length >> 8;
const low = (length: number) => length & 0xff;
const rdw = (data: Uint8Array) => word([high(data.length + 4), low(data.length + 4), 0, 0], data);

/** Returns a copy of `data` with `digits` written over it from byte `at` on. */
function withLength(data: Uint8Array, at: number, digits: number[]): Uint8Array {
  const record = data.slice();
  record.set(digits, at);
  return record;
}

export const CHAIN_FORMATS: ChainFormat[] = [
  { name: 'rdw', shape: rdwChain(), minimumDataBytes: 0, record: rdw },
  {
    name: 'rdw little-endian, not counting itself',
    shape: rdwChain({ byteOrder: 'little-endian', countsItself: false }),
    minimumDataBytes: 0,
    record: (data) => word([low(data.length), high(data.length), 0, 0], data),
  },
  {
    name: 'rdw swapped whole',
    shape: rdwChain({ byteOrder: 'little-endian', half: 'second' }, 32_756),
    minimumDataBytes: 0,
    record: (data) => word([0, 0, low(data.length + 4), high(data.length + 4)], data),
  },
  {
    name: 'bdw',
    shape: bdwChain(),
    minimumDataBytes: 0,
    record: rdw,
    block: (records) => {
      const data = Buffer.concat(records);
      return word([high(data.length + 4), low(data.length + 4), 0, 0], data);
    },
  },
  {
    name: 'bdw of large blocks, not counting itself, around little-endian rdw',
    shape: bdwChain({ countsItself: false }, { byteOrder: 'little-endian' }),
    minimumDataBytes: 0,
    record: (data) => word([low(data.length + 4), high(data.length + 4), 0, 0], data),
    block: (records) => {
      const data = Buffer.concat(records);
      return word([0x80, data.length >> 16, high(data.length) & 0xff, low(data.length)], data);
    },
  },
  {
    name: 'bdw swapped whole, of large blocks',
    shape: bdwChain({ byteOrder: 'little-endian', half: 'second' }),
    minimumDataBytes: 0,
    record: rdw,
    block: (records) => {
      const data = Buffer.concat(records);
      const length = data.length + 4;
      return word([low(length), high(length) & 0xff, length >> 16, 0x80], data);
    },
  },
  {
    name: 'length in a binary field',
    shape: lengthFieldChain({ fieldAtBytes: 3, fieldBytes: 4, coding: 'big-endian', maximumBytes: 70_000 }),
    minimumDataBytes: 7,
    record: (data) => withLength(data, 3, [0, data.length >> 16, high(data.length) & 0xff, low(data.length)]),
  },
  {
    name: 'length in EBCDIC digits, without the key before it',
    shape: lengthFieldChain({
      fieldAtBytes: 2,
      fieldBytes: 5,
      coding: 'digits',
      addedBytes: 7,
      maximumBytes: 70_000,
    }),
    minimumDataBytes: 7,
    record: (data) =>
      withLength(
        data,
        2,
        [...String(data.length - 7).padStart(5, '0')].map((digit) => 0xf0 + Number(digit)),
      ),
  },
  {
    name: 'length in ASCII digits',
    shape: lengthFieldChain({ fieldAtBytes: 0, fieldBytes: 5, coding: 'digits', maximumBytes: 70_000 }),
    minimumDataBytes: 5,
    record: (data) => withLength(data, 0, [...Buffer.from(String(data.length).padStart(5, '0'))]),
  },
];

/** A file in a format, and what a reader must find in it. */
export interface ChainFile {
  bytes: Uint8Array;
  /** The bytes at which a range may start. */
  links: number[];
  records: { startByte: number; data: Uint8Array }[];
}

/** Puts records into a file after `headerBytes` of something else; `blockSizes` says in turn how many records a block has. */
export function chainFile(
  format: ChainFormat,
  data: Uint8Array[],
  headerBytes = 0,
  blockSizes = [3],
): ChainFile {
  const pieces: Uint8Array[] = [new Uint8Array(headerBytes).fill(0x5a)];
  const links: number[] = [];
  const records: ChainFile['records'] = [];
  let at = headerBytes;
  const encoded = data.map((own) => format.record(own));
  const prefixBytes = format.shape.recordPrefixBytes;
  for (let from = 0, turn = 0; from < encoded.length; turn++) {
    const count = format.block ? Math.max(1, blockSizes[turn % blockSizes.length] ?? 1) : 1;
    const group = encoded.slice(from, from + count);
    links.push(at);
    let recordAt = at + (format.block ? 4 : 0);
    for (const record of group) {
      records.push({ startByte: recordAt, data: record.subarray(prefixBytes) });
      recordAt += record.length;
    }
    const piece = format.block ? format.block(group) : Buffer.concat(group);
    pieces.push(piece);
    at += piece.length;
    from += group.length;
  }
  return { bytes: new Uint8Array(Buffer.concat(pieces)), links, records };
}
