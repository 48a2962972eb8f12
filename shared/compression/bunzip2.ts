import { BitReader, CompressedDataBad } from './bit-reader.ts';

/**
 * Decompresses bzip2: streams of blocks, each of them a run-length code, sorted by what follows each byte (Burrows and Wheeler), moved to
 * the front, and in up to six Huffman codes.
 *
 *     "BZh9" ┬ 31 41 59 26 53 59, CRC, block ┬ … ┬ 17 72 45 38 50 90, CRC of all blocks ┬ zero bits to a whole byte
 *
 * Written from the description in the source of bzip2 1.0.8 and of Rob Landley's micro-bunzip; test/compression compares it with the
 * bzip2 command. The only streaming library that is kept up needs to know the size of the output, and reads its code from a file.
 */
const BLOCK_UNIT_BYTES = 100_000;
/** No compressed block is longer: 900,000 symbols of 20 bits, and its tables. */
const MOST_BLOCK_BYTES = 2_400_000;
const OUTPUT_BYTES = 256 * 1024;
const MAGIC_BITS = { block: [0x314159, 0x265359], end: [0x177245, 0x385090] } as const;
const GROUP_SYMBOLS = 50;
const MOST_CODE_BITS = 20;
const RUN_A = 0;
const RUN_B = 1;

/** The decompressed bytes of a whole file, piece by piece, in bounded memory. Fails with `CompressedDataBad` at the first damage. */
export async function* bunzip2(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const input = new Input(chunks);
  do {
    yield* streamOf(input);
  } while (await input.hasMore());
}

/** The bytes not decoded yet, with the bit at which the next block begins. */
class Input {
  bit = 0;
  bytes: Uint8Array = new Uint8Array();
  private readonly source: AsyncIterator<Uint8Array>;
  private isEnd = false;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.source = chunks[Symbol.asyncIterator]();
  }

  /** Drops what was decoded, and reads until a whole block is there, or the end of the file. */
  async fill(): Promise<void> {
    const used = this.bit >> 3;
    if (this.isEnd || this.bytes.length - used >= MOST_BLOCK_BYTES) return;
    const pieces = [this.bytes.subarray(used)];
    let length = this.bytes.length - used;
    while (length < 2 * MOST_BLOCK_BYTES) {
      const next = await this.source.next();
      if (next.done) {
        this.isEnd = true;
        break;
      }
      pieces.push(next.value.slice());
      length += next.value.length;
    }
    this.bytes = new Uint8Array(Buffer.concat(pieces));
    this.bit &= 7;
  }

  async hasMore(): Promise<boolean> {
    await this.fill();
    return this.bit >> 3 < this.bytes.length;
  }

  reader(): BitReader {
    const reader = new BitReader(this.bytes, this.bit >> 3);
    reader.bits(this.bit & 7);
    return reader;
  }
}

async function* streamOf(input: Input): AsyncIterable<Uint8Array> {
  await input.fill();
  const head = input.reader();
  const [magic, level] = [head.bits(24), head.bits(8) - 0x30];
  if (magic !== 0x425a68 || level < 1 || level > 9) throw new CompressedDataBad('something else follows');
  input.bit = head.bitOffset;
  const block = new BlockDecoder(level * BLOCK_UNIT_BYTES);
  let streamCrc = 0;
  for (;;) {
    await input.fill();
    const reader = input.reader();
    const [first, second, crc] = [reader.bits(24), reader.bits(24), reader.word()];
    if (first === MAGIC_BITS.end[0] && second === MAGIC_BITS.end[1]) {
      if (crc !== streamCrc >>> 0) throw new CompressedDataBad('its checksum is another');
      input.bit = Math.ceil(reader.bitOffset / 8) * 8;
      return;
    }
    if (first !== MAGIC_BITS.block[0] || second !== MAGIC_BITS.block[1]) {
      throw new CompressedDataBad('it has no block where one must begin');
    }
    block.read(reader);
    input.bit = reader.bitOffset;
    yield* block.output(crc);
    streamCrc = ((streamCrc << 1) | (streamCrc >>> 31)) ^ crc;
  }
}

/** A Huffman code: the symbols in the order of their codes, and per length the last code and where its symbols begin. */
interface Code {
  limits: Int32Array;
  bases: Int32Array;
  symbols: Uint16Array;
  leastBits: number;
}

class BlockDecoder {
  /** Before `output`, the sorted bytes; then, above them, the place of each byte's successor. */
  private readonly sorted: Uint32Array;
  private length = 0;
  private first = 0;

  constructor(mostBytes: number) {
    this.sorted = new Uint32Array(mostBytes);
  }

  read(reader: BitReader): void {
    if (reader.bits(1) === 1)
      throw new CompressedDataBad('it was written by bzip2 0.9, whose blocks are not read');
    const origin = reader.bits(24);
    const alphabet = readAlphabet(reader);
    const symbolCount = alphabet.length + 2;
    const codeCount = reader.bits(3);
    const selectorCount = reader.bits(15);
    if (codeCount < 2 || codeCount > 6 || selectorCount < 1) throw bad();
    const selectors = readSelectors(reader, codeCount, selectorCount);
    const codes = Array.from({ length: codeCount }, () => readCode(reader, symbolCount));
    this.length = this.readSymbols(reader, alphabet, selectors, codes);
    if (origin >= this.length) throw bad();
    this.link(origin);
  }

  /** Undoes Huffman, run lengths of the front byte, and the moves to the front. */
  private readSymbols(reader: BitReader, front: Uint8Array, selectors: Uint8Array, codes: Code[]): number {
    const sorted = this.sorted;
    const end = front.length + 1;
    let length = 0;
    let run = 0;
    let runUnit = 1;
    let left = 0;
    let group = 0;
    let code = codes[0]!;
    for (;;) {
      if (left-- === 0) {
        if (group >= selectors.length) throw bad();
        code = codes[selectors[group++]!]!;
        left = GROUP_SYMBOLS - 1;
      }
      const symbol = readSymbol(reader, code);
      if (symbol === RUN_A || symbol === RUN_B) {
        run += runUnit << symbol;
        runUnit <<= 1;
        if (run > sorted.length) throw bad();
        continue;
      }
      if (run > 0) {
        if (length + run > sorted.length) throw bad();
        sorted.fill(front[0]!, length, length + run);
        length += run;
        run = 0;
        runUnit = 1;
      }
      if (symbol === end) return length;
      if (length >= sorted.length) throw bad();
      const place = symbol - 1;
      const byte = front[place]!;
      front.copyWithin(1, 0, place);
      front[0] = byte;
      sorted[length++] = byte;
    }
  }

  /** Writes above each byte the place of the one after it. */
  private link(origin: number): void {
    const sorted = this.sorted;
    const length = this.length;
    const starts = new Uint32Array(257);
    for (let at = 0; at < length; at++) starts[(sorted[at]! & 0xff) + 1]!++;
    for (let byte = 0; byte < 256; byte++) starts[byte + 1]! += starts[byte]!;
    for (let at = 0; at < length; at++) {
      const byte = sorted[at]! & 0xff;
      const place = starts[byte]!++;
      sorted[place] = sorted[place]! | (at << 8);
    }
    this.first = sorted[origin]! >>> 8;
  }

  /** Undoes the run lengths: four equal bytes are followed by how many more there are. */
  *output(crc: number): Iterable<Uint8Array> {
    const sorted = this.sorted;
    const length = this.length;
    let out = new Uint8Array(OUTPUT_BYTES);
    let filled = 0;
    let sum = 0xffffffff;
    let next = this.first;
    let last = -1;
    let equal = 0;
    for (let count = 0; count < length; count++) {
      const entry = sorted[next]!;
      next = entry >>> 8;
      const byte = entry & 0xff;
      const isCount = equal === 4;
      equal = !isCount && byte === last ? equal + 1 : 1;
      if (!isCount) last = byte;
      for (let repeats = isCount ? byte : 1; repeats > 0; repeats--) {
        sum = (sum << 8) ^ CRC_TABLE[(sum >>> 24) ^ last]!;
        out[filled++] = last;
        if (filled < OUTPUT_BYTES) continue;
        yield out;
        out = new Uint8Array(OUTPUT_BYTES);
        filled = 0;
      }
      // After a count, a run begins anew.
      if (isCount) last = -1;
    }
    if (~sum >>> 0 !== crc) throw new CompressedDataBad('the checksum of a block is another');
    if (filled > 0) yield out.subarray(0, filled);
  }
}

function bad(): CompressedDataBad {
  return new CompressedDataBad('a block of it is damaged');
}

/** The bytes that occur in the block, in order: 16 bits say which groups of 16, and 16 bits for each. */
function readAlphabet(reader: BitReader): Uint8Array {
  const groups = reader.bits(16);
  const bytes: number[] = [];
  for (let group = 0; group < 16; group++) {
    if ((groups & (0x8000 >> group)) === 0) continue;
    const members = reader.bits(16);
    for (let index = 0; index < 16; index++) if (members & (0x8000 >> index)) bytes.push(group * 16 + index);
  }
  if (bytes.length === 0) throw bad();
  return Uint8Array.from(bytes);
}

/** Which code each group of 50 symbols uses, moved to the front and in unary. */
function readSelectors(reader: BitReader, codeCount: number, selectorCount: number): Uint8Array {
  const front = Uint8Array.from({ length: codeCount }, (_, index) => index);
  return Uint8Array.from({ length: selectorCount }, () => {
    let place = 0;
    while (reader.bits(1) === 1) if (++place >= codeCount) throw bad();
    const selector = front[place]!;
    front.copyWithin(1, 0, place);
    front[0] = selector;
    return selector;
  });
}

/** The lengths of the codes, each as its difference from the one before. */
function readCode(reader: BitReader, symbolCount: number): Code {
  let bits = reader.bits(5);
  const lengths = Array.from({ length: symbolCount }, () => {
    for (;;) {
      if (bits < 1 || bits > MOST_CODE_BITS) throw bad();
      if (reader.bits(1) === 0) return bits;
      bits += reader.bits(1) === 0 ? 1 : -1;
    }
  });
  const leastBits = Math.min(...lengths);
  const limits = new Int32Array(MOST_CODE_BITS + 2).fill(-1);
  const bases = new Int32Array(MOST_CODE_BITS + 2);
  const symbols: number[] = [];
  let code = 0;
  for (let length = leastBits; length <= MOST_CODE_BITS; length++) {
    bases[length] = symbols.length - code;
    lengths.forEach((other, symbol) => {
      if (other === length) symbols.push(symbol);
    });
    code = symbols.length - bases[length]!;
    limits[length] = code - 1;
    code <<= 1;
  }
  return { limits, bases, symbols: Uint16Array.from(symbols), leastBits };
}

function readSymbol(reader: BitReader, { limits, bases, symbols, leastBits }: Code): number {
  let code = reader.bits(leastBits);
  for (let length = leastBits; length <= MOST_CODE_BITS; length++) {
    if (code <= limits[length]!) {
      const symbol = symbols[code + bases[length]!];
      if (symbol === undefined) throw bad();
      return symbol;
    }
    code = (code << 1) | reader.bits(1);
  }
  throw bad();
}

/** CRC-32 with the highest bit first, unlike gzip's. */
const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte << 24;
  for (let bit = 0; bit < 8; bit++) sum = sum & 0x80000000 ? (sum << 1) ^ 0x04c11db7 : sum << 1;
  return sum;
});
