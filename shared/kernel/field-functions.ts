/** Those of the kernel's functions that fill and sum field vectors: the values of one field of all records of a block. */
export interface FieldFunctions {
  decodeTexts(
    records: number,
    count: number,
    at: number,
    width: number,
    code: number,
    trimStart: number,
    trimEnd: number,
    side: number,
    states: number,
    values: number,
  ): number;
  decodeKept(
    records: number,
    count: number,
    at: number,
    width: number,
    code: number,
    keep: number,
    side: number,
    states: number,
    values: number,
  ): number;
  decodeBinary(
    records: number,
    count: number,
    at: number,
    width: number,
    space: number,
    states: number,
    values: number,
  ): number;
  decodeBooleans(
    records: number,
    count: number,
    at: number,
    width: number,
    texts: number,
    textCount: number,
    states: number,
    values: number,
  ): number;
  decodeDoubles(
    records: number,
    count: number,
    at: number,
    width: number,
    states: number,
    values: number,
  ): number;
  decodeInt64s(
    records: number,
    count: number,
    at: number,
    width: number,
    sign: number,
    explicitScale: number,
    maxDigits: number,
    states: number,
    values: number,
  ): number;
  decodeInt128s(
    records: number,
    count: number,
    at: number,
    width: number,
    sign: number,
    explicitScale: number,
    maxDigits: number,
    states: number,
    values: number,
  ): number;
  translate(
    records: number,
    count: number,
    at: number,
    width: number,
    table: number,
    out: number,
    stride: number,
    addresses: number,
  ): void;
  decodeCodedTexts(
    records: number,
    count: number,
    at: number,
    width: number,
    ascii: number,
    lengths: number,
    slots: number,
    space: number,
    trimStart: number,
    trimEnd: number,
    side: number,
    states: number,
    values: number,
  ): number;
  decodeCodedKept(
    records: number,
    count: number,
    at: number,
    width: number,
    ascii: number,
    kept: number,
    side: number,
    states: number,
    values: number,
  ): number;
  decodePacked(
    records: number,
    count: number,
    at: number,
    width: number,
    signNibble: number,
    signed: number,
    space: number,
    maxDigits: number,
    wide: number,
    states: number,
    values: number,
  ): number;
  decodeBinaryInts(
    records: number,
    count: number,
    at: number,
    width: number,
    littleEndian: number,
    signed: number,
    maxDigits: number,
    wide: number,
    states: number,
    values: number,
  ): number;
  decodeFloats(
    records: number,
    count: number,
    at: number,
    width: number,
    ibm: number,
    littleEndian: number,
    states: number,
    values: number,
  ): number;
  nullFilled(records: number, count: number, at: number, width: number, byte: number, states: number): number;
  settleBlanks(states: number, values: number, count: number, entryBytes: number, toZero: number): number;
  sumInt64s(states: number, values: number, counted: number, count: number, absolute: number): void;
  sumInt128s(states: number, values: number, counted: number, count: number, absolute: number): void;
  sumDigitTexts(states: number, values: number, counted: number, count: number, limbs: number): number;
  scaleInt64s(states: number, values: number, count: number, zeros: number): void;
  scaleInt128s(states: number, values: number, count: number, zeros: number): void;
  decodeNational(
    records: number,
    count: number,
    at: number,
    width: number,
    keep: number,
    trimStart: number,
    trimEnd: number,
    side: number,
    states: number,
    values: number,
  ): number;
  spellPacked(
    records: number,
    count: number,
    at: number,
    width: number,
    signNibble: number,
    space: number,
    digits: number,
    out: number,
    stride: number,
    addresses: number,
  ): void;
  spellBinary(
    records: number,
    count: number,
    at: number,
    width: number,
    littleEndian: number,
    signed: number,
    digits: number,
    out: number,
    stride: number,
    addresses: number,
  ): void;
  decodeDates(
    records: number,
    count: number,
    at: number,
    width: number,
    format: number,
    compact: number,
    states: number,
    values: number,
  ): number;
  decodeTimestamps(
    records: number,
    count: number,
    at: number,
    width: number,
    format: number,
    states: number,
    values: number,
  ): number;
}
