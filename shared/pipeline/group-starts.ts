import { matches } from '../control/control-record.ts';
import type { Layout, RecordType } from '../layout/layout.ts';
import type { ByteRange } from '../ranges/byte-range.ts';
import { inParallel } from './in-parallel.ts';

const LF = 0x0a;
const CR = 0x0d;
const PARALLEL_SEARCHES = 8;
const FIRST_READ_BYTES = 64 * 1024;
/** A group that is longer is not searched to its end: its cut is left out, and the range before it is longer. */
const MOST_SEARCHED_BYTES = 8 * 1024 * 1024;

/** What the records between two cuts look like. */
export interface RecordGeometry {
  /** Record and terminator; null for lines, which end at LF. */
  strideBytes: number | null;
  details: ByteRange;
}

/** The types whose records begin a group of parents and children. */
export function groupTypes({ recordTypes }: Pick<Layout, 'recordTypes'>): RecordType[] {
  const parents = new Set(recordTypes.map(({ parent }) => parent));
  return recordTypes.filter(({ name, parent }) => parent === undefined && parents.has(name));
}

/**
 * Moves record-aligned cuts to the next record that begins a group, so that no child is parted from its parents. Cuts between
 * which no group begins become one.
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
  { strideBytes, details }: RecordGeometry,
  read: (range: ByteRange) => Promise<Uint8Array>,
): Promise<number | undefined> {
  let at = cut;
  let windowBytes = FIRST_READ_BYTES;
  while (at < details.endByte && at - cut < MOST_SEARCHED_BYTES) {
    const endByte = Math.min(at + Math.max(windowBytes, strideBytes ?? 0), details.endByte);
    const bytes = await read({ startByte: at, endByte });
    let from = 0;
    while (from < bytes.length) {
      const end = strideBytes === null ? bytes.indexOf(LF, from) + 1 || undefined : from + strideBytes;
      if (end === undefined || end > bytes.length) {
        // Only the last record may lack its terminator.
        if (endByte === details.endByte && begins(bytes.subarray(from))) return at + from;
        break;
      }
      if (begins(withoutTerminator(bytes.subarray(from, end)))) return at + from;
      from = end;
    }
    if (endByte === details.endByte) break;
    at += from;
    windowBytes *= 4;
  }
  return undefined;
}

function withoutTerminator(line: Uint8Array): Uint8Array {
  let end = line.length;
  if (line[end - 1] === LF) end--;
  if (line[end - 1] === CR) end--;
  return line.subarray(0, end);
}
