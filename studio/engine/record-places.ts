import { chainShapeOf } from '../../shared/decode/chain-shape.ts';
import type { Layout } from '../../shared/layout/layout.ts';
import type { ByteRange } from '../../shared/ranges/byte-range.ts';
import { type ChainShape, readWholeLength } from '../../shared/ranges/record-chain.ts';
import { guessLink } from '../../shared/ranges/record-chain-search.ts';
import type { ByteReader } from './byte-reader.ts';

/**
 * A place from which records can be read: a byte at which a record (of VB, a block) begins, and how many records to pass over from there.
 * `recordIndex` is the number in the file of the record at the place, from 0, if anybody counted.
 */
export interface RecordPlace {
  linkByte: number;
  skippedRecords: number;
  recordIndex: number | null;
}

/** How the records of an open file lie in it. */
export interface FileForm {
  record: Layout['record'];
  span: ByteRange;
  terminatorBytes: 0 | 1 | 2;
}

const KIB = 1024;
/** Bytes before a place in which the start of a record is looked for. */
const WINDOW_BYTES = 256 * KIB;
/** A chain of lengths is followed from its beginning up to here; further in, the splitter's guess finds it again. */
const FOLLOWED_BYTES = KIB * KIB;
/** As many records or blocks in a row are no chance. */
const CERTAIN_LINKS = 8;

/** The place of the first record. */
export function firstPlace({ span }: FileForm): RecordPlace {
  return { linkByte: span.startByte, skippedRecords: 0, recordIndex: 0 };
}

/** The place of record `index`, from 0; undefined if only reading the file from its start would tell. */
export function placeOfRecord(form: FileForm, index: number): RecordPlace | undefined {
  if (form.record.format !== 'fixed') return undefined;
  const stride = strideOf(form);
  const count = Math.max(1, Math.ceil((form.span.endByte - form.span.startByte) / stride));
  const recordIndex = Math.max(0, Math.min(index, count - 1));
  return { linkByte: form.span.startByte + recordIndex * stride, skippedRecords: 0, recordIndex };
}

/** The record that contains `byte`, or, of a chain, one near it. */
export async function placeAt(reader: ByteReader, form: FileForm, byte: number): Promise<RecordPlace> {
  const { span } = form;
  const at = Math.max(span.startByte, Math.min(byte, span.endByte - 1));
  if (at <= span.startByte) return firstPlace(form);
  if (form.record.format === 'fixed') {
    return placeOfRecord(form, Math.floor((at - span.startByte) / strideOf(form))) ?? firstPlace(form);
  }
  const links = await linksBefore(reader, form, at + 1);
  const linkByte = links.at(-1);
  if (linkByte === undefined || linkByte === span.startByte) return firstPlace(form);
  return { linkByte, skippedRecords: 0, recordIndex: null };
}

/** The place `count` records before another one; of VB, that of a block before which there are about as many. */
export async function placeBefore(
  reader: ByteReader,
  form: FileForm,
  from: RecordPlace,
  count: number,
): Promise<RecordPlace> {
  if (form.record.format === 'fixed') {
    const index = Math.round((from.linkByte - form.span.startByte) / strideOf(form));
    return placeOfRecord(form, index - count) ?? firstPlace(form);
  }
  if (from.skippedRecords >= count) {
    const recordIndex = from.recordIndex === null ? null : from.recordIndex - count;
    return { ...from, skippedRecords: from.skippedRecords - count, recordIndex };
  }
  const links = await linksBefore(reader, form, from.linkByte);
  const isBlocked = form.record.format === 'bdw';
  // Of blocks the records are not counted yet: one block back is as far as one knows.
  const linkByte = isBlocked ? links.at(-1) : links.at(-(count - from.skippedRecords));
  if (linkByte === undefined || linkByte === form.span.startByte) {
    return links.length === 0 && from.linkByte > form.span.startByte
      ? { ...from, skippedRecords: 0 }
      : firstPlace(form);
  }
  const recordIndex = isBlocked || from.recordIndex === null ? null : from.recordIndex - count;
  return { linkByte, skippedRecords: 0, recordIndex };
}

/** Offsets before `endByte` at which lines, records or blocks begin: as many as a window holds, the last one last. */
async function linksBefore(reader: ByteReader, form: FileForm, endByte: number): Promise<number[]> {
  const { span, record } = form;
  const shape = chainShapeOf(record);
  if (shape) return chainLinksBefore(reader, form, shape, endByte);
  for (let window = WINDOW_BYTES; ; window *= 4) {
    const startByte = Math.max(span.startByte, endByte - window);
    const bytes = await reader.read({ startByte, endByte });
    const links = startByte === span.startByte ? [startByte] : [];
    for (
      let at = bytes.indexOf(record.lineEndByte);
      at >= 0;
      at = bytes.indexOf(record.lineEndByte, at + 1)
    ) {
      if (startByte + at + 1 < endByte) links.push(startByte + at + 1);
    }
    if (links.length > 0 || startByte === span.startByte) return links;
  }
}

async function chainLinksBefore(
  reader: ByteReader,
  { span }: FileForm,
  shape: ChainShape,
  endByte: number,
): Promise<number[]> {
  const link = shape.block ?? shape.record;
  for (let window = WINDOW_BYTES; ; window *= 4) {
    const isStart = endByte - span.startByte <= Math.max(window, FOLLOWED_BYTES);
    const startByte = isStart ? span.startByte : endByte - window;
    const bytes = await reader.read({ startByte, endByte: Math.min(span.endByte, endByte + link.headBytes) });
    const from = isStart ? 0 : entryOf(bytes, shape);
    if (from === undefined) {
      if (window > FOLLOWED_BYTES) return [];
      continue;
    }
    const links: number[] = [];
    for (let at = from; startByte + at < endByte && at + link.headBytes <= bytes.length; ) {
      links.push(startByte + at);
      const length = readWholeLength(bytes, at, link);
      if (length < link.minimumBytes || length > link.maximumBytes) break;
      at += length;
    }
    return links;
  }
}

/** An offset of the window from which the chain can be followed: the end of a guess in its first part. */
function entryOf(window: Uint8Array, shape: ChainShape): number | undefined {
  const guess = guessLink(window.subarray(0, window.length >> 1), shape, CERTAIN_LINKS);
  return guess && guess.offset < window.length ? guess.offset : undefined;
}

function strideOf({ record, terminatorBytes }: FileForm): number {
  return record.lengthBytes + terminatorBytes;
}
