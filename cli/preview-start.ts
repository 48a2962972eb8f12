import { chainShapeOf } from '../shared/decode/chain-shape.ts';
import { RecordExtractor } from '../shared/decode/record-extractor.ts';
import { recordShape } from '../shared/decode/record-shape.ts';
import { UsageError } from '../shared/errors.ts';
import { Kernel } from '../shared/kernel/kernel.ts';
import type { RecordLayout } from '../shared/layout/layout.ts';
import type { OpenSource } from '../shared/pipeline/store/open-source.ts';

/** The first record that is wanted. */
export type PreviewFrom =
  | { kind: 'start' }
  /** The record that contains this offset. */
  | { kind: 'byte'; byte: number }
  /** From 0. */
  | { kind: 'record'; record: number }
  | { kind: 'last'; count: number };

/** Start of reading: a record, whose number (from 0) may be unknown, and the number of records to skip from there. */
interface PreviewStart {
  startByte: number;
  recordIndex: number | undefined;
  skippedRecords: number;
}

const MIB = 1024 * 1024;
/** The most that is searched backwards for the line end before a place. */
const MOST_BACK_BYTES = 64 * MIB;

/**
 * Finds where to begin. Fixed records are counted by arithmetic, lines from a byte or from the end by their line ends; everything
 * else is counted from the start of the file: a chain of lengths cannot be entered in the middle.
 */
export async function previewStart(
  source: OpenSource,
  record: RecordLayout,
  terminatorBytes: number,
  from: PreviewFrom,
): Promise<PreviewStart> {
  const first = { startByte: record.fileHeaderBytes, recordIndex: 0, skippedRecords: 0 };
  if (from.kind === 'start') return first;
  const endByte = source.info.sizeBytes - record.fileTrailerBytes;
  if (from.kind === 'byte' && (from.byte >= endByte || from.byte < record.fileHeaderBytes)) {
    throw new UsageError({
      what: `byte ${from.byte} is not in the records, which are bytes ${record.fileHeaderBytes} to ${endByte - 1}`,
    });
  }
  if (record.format === 'fixed')
    return fixedStart(record, record.lengthBytes + terminatorBytes, endByte, from);
  if (record.format === 'lines' && from.kind !== 'record') {
    const isByte = from.kind === 'byte';
    const startByte = await lineStart(
      source,
      record,
      isByte ? from.byte : endByte,
      isByte ? 1 : from.count,
      isByte,
    );
    return { startByte, recordIndex: startByte === first.startByte ? 0 : undefined, skippedRecords: 0 };
  }
  if (from.kind === 'record') return { ...first, skippedRecords: from.record };
  const counted = await recordsUntil(
    source,
    record,
    terminatorBytes,
    endByte,
    from.kind === 'byte' ? from.byte : endByte,
  );
  const wanted = from.kind === 'byte' ? 1 : from.count;
  return { ...first, skippedRecords: Math.max(0, counted - wanted) };
}

function fixedStart(
  { fileHeaderBytes }: RecordLayout,
  strideBytes: number,
  endByte: number,
  from: PreviewFrom,
): PreviewStart {
  const count = Math.ceil((endByte - fileHeaderBytes) / strideBytes);
  const recordIndex =
    from.kind === 'byte'
      ? Math.floor((from.byte - fileHeaderBytes) / strideBytes)
      : from.kind === 'record'
        ? from.record
        : from.kind === 'last'
          ? Math.max(0, count - from.count)
          : 0;
  if (recordIndex >= count) throw tooFar(recordIndex, count);
  return { startByte: fileHeaderBytes + recordIndex * strideBytes, recordIndex, skippedRecords: 0 };
}

/** Start of the line that contains `byte`, or, before `byte`, of the last `count` lines. */
async function lineStart(
  { raw, info }: OpenSource,
  { lineEndByte, fileHeaderBytes }: RecordLayout,
  byte: number,
  count: number,
  isWithin: boolean,
): Promise<number> {
  for (let backBytes = MIB; ; backBytes *= 4) {
    const startByte = Math.max(fileHeaderBytes, byte - backBytes);
    const range = { startByte, endByte: byte };
    const bytes =
      byte === startByte ? new Uint8Array() : await raw.readRange(info.key, range, { pin: info.pin });
    let at = bytes.length;
    // The end of the last line, and what fills the file up after it, are not the end of a line before.
    if (!isWithin)
      while (at > 0 && (bytes[at - 1] === lineEndByte || bytes[at - 1] === 0x0d || bytes[at - 1] === 0x1a))
        at--;
    let found = 0;
    while (found < count) {
      at = at === 0 ? -1 : bytes.lastIndexOf(lineEndByte, at - 1);
      if (at < 0) break;
      found++;
    }
    if (found === count) return startByte + at + 1;
    if (startByte === fileHeaderBytes) return startByte;
    if (backBytes >= MOST_BACK_BYTES) {
      throw new UsageError({
        what: `no line end is found in the ${backBytes} bytes before byte ${byte}`,
        next: 'Check record.format of the layout.',
      });
    }
  }
}

/** Number of records that begin at `byte` or before it. */
async function recordsUntil(
  { raw, info }: OpenSource,
  record: RecordLayout,
  terminatorBytes: number,
  endByte: number,
  byte: number,
): Promise<number> {
  const startByte = record.fileHeaderBytes;
  const extractor = new RecordExtractor(new Kernel(), recordShape(record, terminatorBytes), startByte);
  const begins = beginningsOf(extractor, record);
  let count = 0;
  const range = { startByte, endByte };
  for await (const chunk of raw.streamRange(info.key, range, { pin: info.pin })) {
    for (let at = 0; at < chunk.length; ) {
      at += extractor.push(chunk, at);
      while (extractor.extract(false) > 0) {
        for (let index = 0; index < extractor.recordCount; index++, count++)
          if (begins(index) > byte) return count;
      }
      if (extractor.isBroken) return count;
    }
  }
  return count + extractor.extract(true);
}

/** The first byte of each record, batch by batch. A record begins with its length word, and the first record of a block with that of the block. */
function beginningsOf(extractor: RecordExtractor, record: RecordLayout): (index: number) => number {
  const shape = chainShapeOf(record);
  const prefixBytes = shape?.recordPrefixBytes ?? 0;
  const headBytes = shape?.block?.headBytes ?? 0;
  let endOfLast = record.fileHeaderBytes;
  return (index) => {
    const begin = extractor.byteOffsetOf(index) - prefixBytes;
    const isFirstOfBlock = headBytes > 0 && begin - endOfLast >= headBytes;
    endOfLast = extractor.byteOffsetOf(index) + extractor.lengthOf(index);
    return isFirstOfBlock ? begin - headBytes : begin;
  };
}

export function tooFar(recordIndex: number, count: number): UsageError {
  return new UsageError({ what: `there is no record ${recordIndex + 1}: the file has ${count}` });
}
