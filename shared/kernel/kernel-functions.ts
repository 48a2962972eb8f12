import type { FieldFunctions } from './field-functions.ts';

/** The compiled kernel's functions; `assembly/` says what they do. Addresses, counts and flags are numbers, flags 0 or 1. */
export interface KernelFunctions extends FieldFunctions {
  heapAddress(): number;
  resultAddress(): number;
  findLines(
    start: number,
    end: number,
    atEnd: number,
    lengthBytes: number,
    crLf: number,
    lineEndByte: number,
    padShort: number,
    space: number,
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
    ends: number,
    recordBytes: number,
    count: number,
    slotOf: number,
    parentSlotOf: number,
    resets: number,
    slotCount: number,
    last: number,
    lastEnds: number,
    out: number,
    outEnds: number,
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
  findChained(
    start: number,
    end: number,
    shape: number,
    block: number,
    blockLeft: number,
    prefixBytes: number,
    lengthBytes: number,
    padShort: number,
    space: number,
    padAt: number,
    padEnd: number,
    maxRecords: number,
    starts: number,
    rawStarts: number,
    rawLengths: number,
    outcomes: number,
  ): number;
  recordEnds(starts: number, rawLengths: number, count: number, ends: number): void;
  nullBeyond(
    records: number,
    ends: number,
    count: number,
    startByte: number,
    endByte: number,
    states: number,
  ): number;
  countNotOk(outcomes: number, count: number): number;
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
  appendIndexesOfInt32s: AppendIndexes;
  appendIndexesOfInt64s: AppendIndexes;
  appendIndexesOfBytes: AppendIndexes;
  appendIndexesOfInt128s: AppendIndexes;
  rehashInt32s(page: number): void;
  rehashInt64s(page: number): void;
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
  /** CRC-64/NVME of a stream, in CHECKSUM_STATE_BYTES of state. */
  beginChecksum(state: number): void;
  addToChecksum(state: number, at: number, length: number): void;
  finishChecksum(state: number): bigint;
  /** What stands behind the first `valuesAt` bytes is one of VALUES_… */
  compressSnappy(
    from: number,
    length: number,
    out: number,
    table: number,
    valuesAt: number,
    values: number,
  ): number;
  /** 1 where it worked, as the readers below. */
  uncompressSnappy(from: number, length: number, out: number, outLength: number): number;
  readLevels(at: number, end: number, rows: number, states: number): number;
  readIndexes(at: number, end: number, count: number, entryCount: number, indexes: number): number;
  readTexts(at: number, end: number, count: number, entries: number): number;
  readBits(at: number, end: number, count: number, values: number): number;
  spread(states: number, rows: number, width: number, source: number, indexes: number, values: number): void;
  sumTexts(states: number, rows: number, values: number): number;
}

/** Returns the member at which the dictionary has no more room, or `count`. */
type AppendIndexes = (
  page: number,
  states: number,
  values: number,
  members: number,
  from: number,
  count: number,
) => number;
