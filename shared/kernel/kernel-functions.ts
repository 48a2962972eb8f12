/** The compiled kernel's functions; `assembly/` says what they do. Addresses, counts and flags are numbers, flags 0 or 1. */
export interface KernelFunctions {
  heapAddress(): number;
  resultAddress(): number;
  findLines(
    start: number,
    end: number,
    atEnd: number,
    lengthBytes: number,
    crLf: number,
    padShort: number,
    padAt: number,
    padEnd: number,
    maxRecords: number,
    starts: number,
    rawStarts: number,
    rawLengths: number,
    outcomes: number,
  ): number;
  findFixed(
    start: number,
    end: number,
    atEnd: number,
    lengthBytes: number,
    terminatorBytes: number,
    maxRecords: number,
    starts: number,
    rawStarts: number,
    rawLengths: number,
    outcomes: number,
  ): number;
  assignType(
    starts: number,
    rawLengths: number,
    outcomes: number,
    count: number,
    at: number,
    literals: number,
    literalCount: number,
    width: number,
    type: number,
    types: number,
  ): void;
  gatherType(
    types: number,
    type: number,
    count: number,
    starts: number,
    outcomes: number,
    outIndexes: number,
    outStarts: number,
    outOutcomes: number,
  ): number;
  gatherAddresses(source: number, indexes: number, count: number, out: number): void;
  trackParents(
    types: number,
    outcomes: number,
    starts: number,
    count: number,
    slotOf: number,
    parentSlotOf: number,
    resets: number,
    slotCount: number,
    last: number,
    out: number,
    stride: number,
  ): void;
  selectRecords(
    addresses: number,
    count: number,
    at: number,
    literals: number,
    literalCount: number,
    width: number,
    mask: number,
  ): number;
  occurrenceCounts(
    states: number,
    values: number,
    outcomes: number,
    count: number,
    least: number,
    most: number,
    counts: number,
  ): number;
  placeOccurrences(
    starts: number,
    outcomes: number,
    count: number,
    stride: number,
    counts: number,
    most: number,
    isList: number,
    present: number,
    offsets: number,
    addresses: number,
    recordOf: number,
    kinds: number,
    repeats: number,
  ): number;
  numberOccurrences(offsets: number, recordOf: number, count: number, states: number, values: number): void;
  settleEntries(kinds: number, count: number, states: number): number;
  nullUnselected(mask: number, count: number, states: number): number;
  expandMembers(offsets: number, members: number, count: number, out: number): number;
  appendEntries(page: number, states: number, entryRepeats: number, members: number, count: number): void;
  writeEntryLevels(levels: number, count: number, bitWidth: number, out: number): number;
  countNotOk(outcomes: number, count: number): number;
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
    lengths: number,
    slots: number,
    space: number,
    keep: number,
    trimStart: number,
    trimEnd: number,
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
  sumInt64s(states: number, values: number, counted: number, count: number): void;
  sumInt128s(states: number, values: number, counted: number, count: number): void;
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
  routeRecords(
    records: number,
    outcomes: number,
    from: number,
    count: number,
    segments: number,
    segmentCount: number,
    table: number,
    mask: number,
    keys: number,
    stride: number,
    targets: number,
    routes: number,
    partitions: number,
  ): number;
  addRoute(
    record: number,
    segments: number,
    segmentCount: number,
    table: number,
    mask: number,
    route: number,
  ): void;
  groupByPartition(
    partitions: number,
    count: number,
    partitionCount: number,
    ends: number,
    members: number,
  ): void;
  appendRows(page: number, states: number, members: number, count: number): void;
  appendInt32s(page: number, states: number, values: number, members: number, count: number): void;
  appendInt64s(page: number, states: number, values: number, members: number, count: number): void;
  appendInt128s(page: number, states: number, values: number, members: number, count: number): void;
  appendDoubles(page: number, states: number, values: number, members: number, count: number): void;
  appendBooleans(page: number, states: number, values: number, members: number, count: number): void;
  appendBytes(
    page: number,
    states: number,
    values: number,
    base: number,
    members: number,
    count: number,
  ): void;
  appendIndexesOfInts(
    page: number,
    states: number,
    values: number,
    shift: number,
    members: number,
    from: number,
    count: number,
  ): number;
  appendIndexesOfBytes(
    page: number,
    states: number,
    values: number,
    members: number,
    from: number,
    count: number,
  ): number;
  appendIndexesOfInt128s(
    page: number,
    states: number,
    values: number,
    members: number,
    from: number,
    count: number,
  ): number;
  rehashInts(page: number, shift: number): void;
  rehashBytes(page: number): void;
  rehashInt128s(page: number): void;
  usedRange(page: number, wide: number): void;
  packBits(bytes: number, count: number, out: number): number;
  writeLevels(levels: number, rows: number, present: number, out: number): number;
  writeIndexes(indexes: number, count: number, bitWidth: number, out: number): number;
  /** Bytes written, as the next two; integers of `1 << shift` bytes. */
  writeDeltaInts(values: number, shift: number, count: number, out: number): number;
  writeDeltaLengths(texts: number, count: number, lengths: number, out: number): number;
  writeDeltaTexts(texts: number, count: number, lengths: number, out: number): number;
  /** CRC-64/NVME of what `crc` is the checksum of with these bytes behind it. */
  crc64(at: number, length: number, crc: bigint): bigint;
  compressSnappy(from: number, length: number, out: number, table: number): number;
  /** 1 where it worked, as the readers below. */
  uncompressSnappy(from: number, length: number, out: number, outLength: number): number;
  readLevels(at: number, end: number, rows: number, states: number): number;
  readIndexes(at: number, end: number, count: number, entryCount: number, indexes: number): number;
  readTexts(at: number, end: number, count: number, entries: number): number;
  readBits(at: number, end: number, count: number, values: number): number;
  spread(states: number, rows: number, width: number, source: number, indexes: number, values: number): void;
  sumTexts(states: number, rows: number, values: number): number;
}
