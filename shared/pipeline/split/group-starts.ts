import type { Layout, RecordType } from '../../layout/layout.ts';
import type { ByteRange } from '../../ranges/byte-range.ts';
import { rangesBetween } from '../../ranges/plan-ranges.ts';
import type { ChainShape } from '../../ranges/record-chain.ts';
import { nextRecord, startWalk, walkToLink } from '../../ranges/record-chain-walk.ts';
import { matches } from '../../totals/control-record.ts';
import { inParallel } from '../store/in-parallel.ts';

const CR = 0x0d;
const PARALLEL_SEARCHES = 8;
const FIRST_READ_BYTES = 64 * 1024;
/** A longer group is not searched to its end: its cut is left out, so that the range before it becomes longer. */
const MOST_SEARCHED_BYTES = 8 * 1024 * 1024;

/** The place of a file's details, and the end of its records. */
interface RecordGeometry {
  /** Record and terminator; null for lines. */
  strideBytes: number | null;
  lineEndByte: number;
  details: ByteRange;
}

/** The record types that begin a group of parents and children. */
function groupTypes({ recordTypes }: Pick<Layout, 'recordTypes'>): RecordType[] {
  const parents = new Set(recordTypes.map(({ parent }) => parent));
  return recordTypes.filter(({ name, parent }) => parent === undefined && parents.has(name));
}

/**
 * Moves record-aligned cuts to the next record that begins a group, so that no child is separated from its parents. If no group
 * begins between two cuts, they become one.
 */
export async function cutsAtGroups(
  cuts: number[],
  layout: Layout,
  geometry: RecordGeometry,
  read: (range: ByteRange) => Promise<Uint8Array>,
): Promise<number[]> {
  const types = groupTypes(layout);
  if (types.length === 0) return cuts;
  const begins = (record: Uint8Array) =>
    types.some(({ match }) => match !== undefined && matches(record, match));
  const found = await inParallel(cuts, PARALLEL_SEARCHES, (cut) => nextGroup(cut, begins, geometry, read));
  return [...new Set(found.filter((cut) => cut !== undefined))];
}

async function nextGroup(
  cut: number,
  begins: (record: Uint8Array) => boolean,
  { strideBytes, lineEndByte, details }: RecordGeometry,
  read: (range: ByteRange) => Promise<Uint8Array>,
): Promise<number | undefined> {
  let at = cut;
  let windowBytes = FIRST_READ_BYTES;
  while (at < details.endByte && at - cut < MOST_SEARCHED_BYTES) {
    const endByte = Math.min(at + Math.max(windowBytes, strideBytes ?? 0), details.endByte);
    const bytes = await read({ startByte: at, endByte });
    let from = 0;
    while (from < bytes.length) {
      const end =
        strideBytes === null ? bytes.indexOf(lineEndByte, from) + 1 || undefined : from + strideBytes;
      if (end === undefined || end > bytes.length) {
        // Only the last record may lack its terminator.
        if (endByte === details.endByte && begins(bytes.subarray(from))) return at + from;
        break;
      }
      if (begins(withoutTerminator(bytes.subarray(from, end), lineEndByte))) return at + from;
      from = end;
    }
    if (endByte === details.endByte) break;
    at += from;
    windowBytes *= 4;
  }
  return undefined;
}

function withoutTerminator(line: Uint8Array, lineEndByte: number): Uint8Array {
  let end = line.length;
  if (line[end - 1] === lineEndByte) end--;
  if (line[end - 1] === CR) end--;
  return line.subarray(0, end);
}

/** Does the same for a chain of lengths: moves the start of each range to the next link whose first record begins a group. */
export async function chainCutsAtGroups(
  ranges: ByteRange[],
  layout: Layout,
  shape: ChainShape,
  span: ByteRange,
  read: (range: ByteRange) => Promise<Uint8Array>,
): Promise<ByteRange[]> {
  const types = groupTypes(layout);
  if (types.length === 0) return ranges;
  const begins = (record: Uint8Array) =>
    types.some(({ match }) => match !== undefined && matches(record, match));
  const cuts = ranges.slice(1).map(({ startByte }) => startByte);
  const found = await inParallel(cuts, PARALLEL_SEARCHES, (cut) =>
    nextChainGroup(cut, begins, shape, span, read),
  );
  return rangesBetween(span, [...new Set(found.filter((cut) => cut !== undefined))]);
}

async function nextChainGroup(
  cut: number,
  begins: (record: Uint8Array) => boolean,
  shape: ChainShape,
  span: ByteRange,
  read: (range: ByteRange) => Promise<Uint8Array>,
): Promise<number | undefined> {
  let link = cut;
  const longest = shape.record.maximumBytes + (shape.block?.headBytes ?? 0);
  let windowBytes = Math.max(FIRST_READ_BYTES, longest);
  while (link < span.endByte && link - cut < MOST_SEARCHED_BYTES) {
    const windowStart = link;
    const windowEnd = Math.min(span.endByte, link + windowBytes);
    const window = await read({ startByte: windowStart, endByte: windowEnd });
    while (link < windowEnd) {
      const first = startWalk(link);
      // The whole first record of the link must be in the window, and the head of what follows it.
      const record = nextRecord(first, window, windowStart, shape, span.endByte);
      if (!record) break;
      if (begins(record.bytes)) return link;
      const walk = startWalk(link);
      if (!walkToLink(walk, window, windowStart, shape, span.endByte, link + 1)) break;
      link = walk.atByte;
    }
    if (windowEnd === span.endByte) return undefined;
    windowBytes *= 4;
  }
  return undefined;
}
