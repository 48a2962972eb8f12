/** `npm run kernel` made this file from `assemblyscript/`, which says what each function does. */

type Flag = 0 | 1;

/** Addresses and lengths are in bytes. A result of 64 bits arrives as a signed bigint, even if the kernel takes it as unsigned. */
export interface KernelFunctions {
  // shared/kernel/assemblyscript/append.ts
  appendBooleans(page: number, states: number, values: number, members: number, count: number): void;
  appendBytes(page: number, states: number, values: number, base: number, members: number, count: number): void;
  appendDoubles(page: number, states: number, values: number, members: number, count: number): void;
  appendInt32s(page: number, states: number, values: number, members: number, count: number): void;
  appendInt64s(page: number, states: number, values: number, members: number, count: number): void;
  appendInt128s(page: number, states: number, values: number, members: number, count: number): void;
  appendRows(page: number, states: number, members: number, count: number): void;

  // shared/kernel/assemblyscript/bloom-filter.ts
  fillBloomFilter(hashes: number, count: number, filter: number, blockCount: number): void;
  hashValues(states: number, values: number, width: number, members: number, count: number, out: number): number;

  // shared/kernel/assemblyscript/chains.ts
  countShorter(starts: number, ends: number, outcomes: number, count: number, neededBytes: number): number;
  findChained(start: number, end: number, shape: number, block: number, blockLeft: number, prefixBytes: number, lengthBytes: number, padShort: Flag, space: number, padAt: number, padEnd: number, maxRecords: number, starts: number, rawStarts: number, rawLengths: number, outcomes: number): number;
  findRecordEnds(starts: number, rawLengths: number, count: number, ends: number): number;

  // shared/kernel/assemblyscript/character-page.ts
  addShadow(start: number, end: number, shadow: number): void;
  beginCharacterPage(): void;
  copyNarrowed(from: number, to: number, length: number): void;
  setApart(records: number, count: number, segments: number, segmentCount: number, apart: number, outcomes: number): number;
  wordAt(at: number): number;

  // shared/kernel/assemblyscript/code-page-texts.ts
  decodeCodedKept(records: number, count: number, at: number, width: number, ascii: number, kept: number, side: number, states: number, values: number): number;
  decodeCodedTexts(records: number, count: number, at: number, width: number, runs: number, ascii: number, lengths: number, slots: number, padding: number, space: number, trimStart: Flag, trimEnd: Flag, side: number, states: number, values: number): number;
  translate(records: number, count: number, at: number, width: number, table: number, out: number, stride: number, addresses: number): void;

  // shared/kernel/assemblyscript/conditions.ts
  keepEqual(addresses: number, count: number, at: number, width: number, space: number, literals: number, literalCount: number, counted: number): void;

  // shared/kernel/assemblyscript/crc64.ts
  addToChecksum(state: number, at: number, length: number): void;
  beginChecksum(state: number): void;
  finishChecksum(state: number): bigint;

  // shared/kernel/assemblyscript/dates-and-times.ts
  decodeDates(records: number, count: number, at: number, width: number, format: number, compact: Flag, states: number, values: number): number;
  decodeTimestamps(records: number, count: number, at: number, width: number, format: number, states: number, values: number): number;

  // shared/kernel/assemblyscript/delta.ts
  writeDeltaInts(values: number, shift: number, count: number, out: number): number;
  writeDeltaLengths(texts: number, count: number, lengths: number, out: number): number;
  writeDeltaTexts(texts: number, count: number, lengths: number, out: number): number;

  // shared/kernel/assemblyscript/delta-reader.ts
  placeDeltaTexts(end: number, count: number, lengths: number, out: number, entries: number): void;
  readDeltaInts(at: number, end: number, count: number, shift: number, values: number): number;
  readDeltaLengths(at: number, end: number, count: number, lengths: number, entries: number): Flag;
  sumDeltaTexts(at: number, end: number, count: number, lengths: number): number;

  // shared/kernel/assemblyscript/dictionary.ts
  appendIndexesOfBytes(page: number, states: number, values: number, members: number, from: number, count: number): number;
  findUsedRange(page: number, wide: Flag): void;
  rehashBytes(page: number): void;

  // shared/kernel/assemblyscript/dictionary-ints.ts
  appendIndexesOfInt32s(page: number, states: number, values: number, members: number, from: number, count: number): number;
  appendIndexesOfInt64s(page: number, states: number, values: number, members: number, from: number, count: number): number;
  appendIndexesOfInt128s(page: number, states: number, values: number, members: number, from: number, count: number): number;
  rehashInt32s(page: number): void;
  rehashInt64s(page: number): void;
  rehashInt128s(page: number): void;

  // shared/kernel/assemblyscript/digit-sums.ts
  sumDigitTexts(states: number, values: number, counted: number, count: number, limbs: number): number;

  // shared/kernel/assemblyscript/doubles.ts
  decodeDoubles(records: number, count: number, at: number, width: number, states: number, values: number): number;

  // shared/kernel/assemblyscript/filled-fields.ts
  countValues(states: number, count: number, rowOf: number, partitions: number): number;
  nullBeyond(records: number, ends: number, count: number, startByte: number, endByte: number, absentIsNull: Flag, states: number): number;
  nullFilled(records: number, count: number, at: number, width: number, byte: number, states: number): number;
  settleBlanks(states: number, values: number, count: number, entryBytes: number, toZero: Flag): number;

  // shared/kernel/assemblyscript/floats.ts
  decodeFloats(records: number, count: number, at: number, width: number, ibm: Flag, littleEndian: Flag, rejectBlanks: Flag, space: number, states: number, values: number): number;

  // shared/kernel/assemblyscript/kept-texts.ts
  decodeKept(records: number, count: number, at: number, width: number, code: number, keep: number, side: number, states: number, values: number): number;

  // shared/kernel/assemblyscript/levels.ts
  packBits(bytes: number, count: number, out: number): number;
  writeEntryLevels(levels: number, count: number, bitWidth: number, out: number): number;
  writeIndexes(indexes: number, count: number, bitWidth: number, out: number): number;
  writeLevels(levels: number, rows: number, present: number, out: number): number;

  // shared/kernel/assemblyscript/narrowed-lines.ts
  areLinesAscii(): Flag;
  findOpenLine(rawStarts: number, rawLengths: number, count: number, length: number, before: number): number;
  narrowLines(start: number, end: number, count: number, length: number, padShort: Flag, space: number, padAt: number, padEnd: number, starts: number, rawStarts: number, rawLengths: number, lengths: number, outcomes: number): number;
  narrowRecord(at: number, end: number, out: number, length: number, space: number): number;

  // shared/kernel/assemblyscript/narrowed-texts.ts
  decodeNarrowedTexts(records: number, count: number, at: number, width: number, trimStart: Flag, trimEnd: Flag, side: number, states: number, values: number): number;

  // shared/kernel/assemblyscript/national.ts
  decodeNational(records: number, count: number, at: number, width: number, keep: number, trimStart: Flag, trimEnd: Flag, side: number, states: number, values: number): number;

  // shared/kernel/assemblyscript/null-texts.ts
  nullTexts(records: number, count: number, at: number, width: number, literals: number, literalCount: number, code: number, padding: number, states: number): number;

  // shared/kernel/assemblyscript/occurrences.ts
  appendEntries(page: number, states: number, entryRepeats: number, members: number, count: number): void;
  countOccurrences(states: number, values: number, outcomes: number, count: number, least: number, most: number, counts: number): number;
  expandMembers(offsets: number, members: number, count: number, out: number): number;
  nullUnselected(mask: number, count: number, states: number): number;
  numberOccurrences(offsets: number, recordOf: number, count: number, states: number, values: number): void;
  placeOccurrences(starts: number, outcomes: number, count: number, stride: number, counts: number, most: number, isList: Flag, present: number, offsets: number, addresses: number, recordOf: number, kinds: number, repeats: number): number;
  settleEntries(kinds: number, count: number, states: number): number;

  // shared/kernel/assemblyscript/packed-and-binary.ts
  decodeBinaryInts(records: number, count: number, at: number, width: number, littleEndian: Flag, signed: Flag, rejectBlanks: Flag, space: number, maxDigits: number, wide: Flag, states: number, values: number): number;
  decodePacked(records: number, count: number, at: number, width: number, signNibble: Flag, signed: Flag, rejectBlanks: Flag, space: number, maxDigits: number, wide: Flag, states: number, values: number): number;

  // shared/kernel/assemblyscript/page-proof.ts
  areUtf8(entries: number, count: number): Flag;
  countEqual(bytes: number, count: number, byte: number): number;
  countListRows(repeats: number, levels: number, count: number, leastOfEntry: number): number;
  fillWholeLevels(at: number, end: number, bitWidth: number, count: number, levels: number): Flag;
  findDoubleRange(values: number, count: number, out: number): Flag;
  findIntRange(values: number, shift: number, count: number, used: number, out: number): Flag;
  findTextRange(entries: number, count: number, used: number, out: number): Flag;
  findWideRange(values: number, count: number, used: number, out: number): Flag;
  markUsed(indexes: number, count: number, used: number): void;

  // shared/kernel/assemblyscript/page-reader.ts
  readBits(at: number, end: number, count: number, values: number): Flag;
  readIndexes(at: number, end: number, count: number, entryCount: number, indexes: number): Flag;
  readLevels(at: number, end: number, rows: number, states: number): number;
  readTexts(at: number, end: number, count: number, entries: number): Flag;
  spread(states: number, rows: number, width: number, source: number, indexes: number, values: number): void;
  sumTexts(states: number, rows: number, values: number): number;

  // shared/kernel/assemblyscript/partitions.ts
  addRoute(record: number, segments: number, segmentCount: number, table: number, mask: number, route: number): void;
  groupByPartition(partitions: number, count: number, partitionCount: number, ends: number, members: number): void;
  routeRecords(records: number, outcomes: number, from: number, count: number, segments: number, segmentCount: number, table: number, mask: number, keys: number, stride: number, targets: number, routes: number, partitions: number): number;

  // shared/kernel/assemblyscript/record-types.ts
  assignType(starts: number, rawLengths: number, outcomes: number, count: number, places: number, placeCount: number, leastBytes: number, type: number, types: number): void;
  gatherAddresses(source: number, indexes: number, count: number, out: number): void;
  gatherType(types: number, type: number, count: number, starts: number, outcomes: number, outIndexes: number, outStarts: number, outOutcomes: number): number;
  markInside(starts: number, rawLengths: number, outcomes: number, types: number, count: number, places: number, placeCount: number, leastBytes: number, outcome: number): number;
  selectRecords(addresses: number, count: number, at: number, literals: number, literalCount: number, width: number, mask: number): number;
  trackParents(types: number, outcomes: number, starts: number, ends: number, recordBytes: number, count: number, slotOf: number, parentSlotOf: number, resets: number, slotCount: number, last: number, lastEnds: number, out: number, outEnds: number, stride: number, nobody: number): void;

  // shared/kernel/assemblyscript/records.ts
  countNotOk(outcomes: number, count: number): number;
  findFixed(start: number, end: number, atEnd: Flag, lengthBytes: number, terminatorBytes: number, maxRecords: number, starts: number, rawStarts: number, rawLengths: number, outcomes: number): number;
  findLines(start: number, end: number, atEnd: Flag, lengthBytes: number, crLf: Flag, lineEndByte: number, padShort: Flag, space: number, padAt: number, padEnd: number, maxRecords: number, starts: number, rawStarts: number, rawLengths: number, outcomes: number): number;

  // shared/kernel/assemblyscript/result.ts
  heapStart(): number;
  resultAddress(): number;

  // shared/kernel/assemblyscript/snappy.ts
  compressSnappy(from: number, length: number, out: number, table: number, valuesAt: number, values: number): number;

  // shared/kernel/assemblyscript/snappy-reader.ts
  uncompressSnappy(from: number, length: number, out: number, outLength: number): Flag;

  // shared/kernel/assemblyscript/spelled-digits.ts
  spellBinary(records: number, count: number, at: number, width: number, littleEndian: Flag, signed: Flag, digits: number, out: number, stride: number, addresses: number): void;
  spellPacked(records: number, count: number, at: number, width: number, signNibble: Flag, space: number, digits: number, out: number, stride: number, addresses: number): void;

  // shared/kernel/assemblyscript/text.ts
  decodeBinary(records: number, count: number, at: number, width: number, space: number, states: number, values: number): number;
  decodeBooleans(records: number, count: number, at: number, width: number, texts: number, textCount: number, states: number, values: number): number;
  decodeTexts(records: number, count: number, at: number, width: number, code: number, trimStart: Flag, trimEnd: Flag, side: number, states: number, values: number): number;

  // shared/kernel/assemblyscript/text-numbers.ts
  decodeInt64s(records: number, count: number, at: number, width: number, form: number, states: number, values: number): number;
  decodeInt128s(records: number, count: number, at: number, width: number, form: number, states: number, values: number): number;
  sumInt64s(states: number, values: number, counted: number, count: number, absolute: Flag): void;
  sumInt128s(states: number, values: number, counted: number, count: number, absolute: Flag): void;

  // shared/kernel/assemblyscript/trailing-zeros.ts
  scaleInt64s(states: number, values: number, count: number, zeros: number): void;
  scaleInt128s(states: number, values: number, count: number, zeros: number): void;

  // shared/kernel/assemblyscript/zstd.ts
  compressZstd(from: number, length: number, out: number, valuesAt: number, values: number, leastSaved: number): number;

  // shared/kernel/assemblyscript/zstd-reader.ts
  uncompressZstd(from: number, length: number, out: number, outLength: number): Flag;
}

export const KERNEL_FUNCTION_NAMES: readonly (keyof KernelFunctions)[] = [
  'appendBooleans',
  'appendBytes',
  'appendDoubles',
  'appendInt32s',
  'appendInt64s',
  'appendInt128s',
  'appendRows',
  'fillBloomFilter',
  'hashValues',
  'countShorter',
  'findChained',
  'findRecordEnds',
  'addShadow',
  'beginCharacterPage',
  'copyNarrowed',
  'setApart',
  'wordAt',
  'decodeCodedKept',
  'decodeCodedTexts',
  'translate',
  'keepEqual',
  'addToChecksum',
  'beginChecksum',
  'finishChecksum',
  'decodeDates',
  'decodeTimestamps',
  'writeDeltaInts',
  'writeDeltaLengths',
  'writeDeltaTexts',
  'placeDeltaTexts',
  'readDeltaInts',
  'readDeltaLengths',
  'sumDeltaTexts',
  'appendIndexesOfBytes',
  'findUsedRange',
  'rehashBytes',
  'appendIndexesOfInt32s',
  'appendIndexesOfInt64s',
  'appendIndexesOfInt128s',
  'rehashInt32s',
  'rehashInt64s',
  'rehashInt128s',
  'sumDigitTexts',
  'decodeDoubles',
  'countValues',
  'nullBeyond',
  'nullFilled',
  'settleBlanks',
  'decodeFloats',
  'decodeKept',
  'packBits',
  'writeEntryLevels',
  'writeIndexes',
  'writeLevels',
  'areLinesAscii',
  'findOpenLine',
  'narrowLines',
  'narrowRecord',
  'decodeNarrowedTexts',
  'decodeNational',
  'nullTexts',
  'appendEntries',
  'countOccurrences',
  'expandMembers',
  'nullUnselected',
  'numberOccurrences',
  'placeOccurrences',
  'settleEntries',
  'decodeBinaryInts',
  'decodePacked',
  'areUtf8',
  'countEqual',
  'countListRows',
  'fillWholeLevels',
  'findDoubleRange',
  'findIntRange',
  'findTextRange',
  'findWideRange',
  'markUsed',
  'readBits',
  'readIndexes',
  'readLevels',
  'readTexts',
  'spread',
  'sumTexts',
  'addRoute',
  'groupByPartition',
  'routeRecords',
  'assignType',
  'gatherAddresses',
  'gatherType',
  'markInside',
  'selectRecords',
  'trackParents',
  'countNotOk',
  'findFixed',
  'findLines',
  'heapStart',
  'resultAddress',
  'compressSnappy',
  'uncompressSnappy',
  'spellBinary',
  'spellPacked',
  'decodeBinary',
  'decodeBooleans',
  'decodeTexts',
  'decodeInt64s',
  'decodeInt128s',
  'sumInt64s',
  'sumInt128s',
  'scaleInt64s',
  'scaleInt128s',
  'compressZstd',
  'uncompressZstd',
];
