export {
  appendBooleans,
  appendBytes,
  appendDoubles,
  appendInt32s,
  appendInt64s,
  appendInt128s,
  appendRows,
} from './append';
export { fillBloomFilter, hashValues } from './bloom-filter';
export { countShorter, findChained, findRecordEnds } from './chains';
export { addShadow, beginCharacterPage, copyNarrowed, setApart, wordAt } from './character-page';
export { decodeCodedKept, decodeCodedTexts, translate } from './code-page-texts';
export { keepEqual } from './conditions';
export { addToChecksum, beginChecksum, finishChecksum } from './crc64';
export { decodeDates, decodeTimestamps } from './dates-and-times';
export { writeDeltaInts, writeDeltaLengths, writeDeltaTexts } from './delta';
export { placeDeltaTexts, readDeltaInts, readDeltaLengths, sumDeltaTexts } from './delta-reader';
export { appendIndexesOfBytes, findUsedRange, rehashBytes } from './dictionary';
export {
  appendIndexesOfInt32s,
  appendIndexesOfInt64s,
  appendIndexesOfInt128s,
  rehashInt32s,
  rehashInt64s,
  rehashInt128s,
} from './dictionary-ints';
export { sumDigitTexts } from './digit-sums';
export { decodeDoubles } from './doubles';
export { countValues, nullBeyond, nullFilled, settleBlanks } from './filled-fields';
export { decodeFloats } from './floats';
export { decodeKept } from './kept-texts';
export { packBits, writeEntryLevels, writeIndexes, writeLevels } from './levels';
export { areLinesAscii, findOpenLine, narrowLines, narrowRecord } from './narrowed-lines';
export { decodeNarrowedTexts } from './narrowed-texts';
export { decodeNational } from './national';
export { nullTexts } from './null-texts';
export {
  appendEntries,
  countOccurrences,
  expandMembers,
  nullUnselected,
  numberOccurrences,
  placeOccurrences,
  settleEntries,
} from './occurrences';
export { decodeBinaryInts, decodePacked } from './packed-and-binary';
export {
  areUtf8,
  countEqual,
  countListRows,
  fillWholeLevels,
  findDoubleRange,
  findIntRange,
  findTextRange,
  findWideRange,
  markUsed,
} from './page-proof';
export { readBits, readIndexes, readLevels, readTexts, spread, sumTexts } from './page-reader';
export { addRoute, groupByPartition, routeRecords } from './partitions';
export {
  assignType,
  gatherAddresses,
  gatherType,
  markInside,
  selectRecords,
  trackParents,
} from './record-types';
export { countNotOk, findFixed, findLines } from './records';
export { heapStart, resultAddress } from './result';
export { compressSnappy } from './snappy';
export { uncompressSnappy } from './snappy-reader';
export { spellBinary, spellPacked } from './spelled-digits';
export { decodeBinary, decodeBooleans, decodeTexts } from './text';
export { decodeInt64s, decodeInt128s, sumInt64s, sumInt128s } from './text-numbers';
export { scaleInt64s, scaleInt128s } from './trailing-zeros';
export { compressZstd } from './zstd';
export { uncompressZstd } from './zstd-reader';
