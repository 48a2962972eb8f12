import { ParentScan } from '../../decode/parent-scan.ts';
import type { Layout } from '../../layout/layout.ts';
import type { ByteRange } from '../../ranges/byte-range.ts';
import type { ParentPlace } from '../../run/file-plan.ts';
import { inParallel } from '../store/in-parallel.ts';

const PARALLEL_SEARCHES = 8;
const FIRST_READ_BYTES = 64 * 1024;
const MOST_READ_BYTES = 8 * 1024 * 1024;

/** A range of records, and the parents of its first one. */
export interface CutRange extends ByteRange {
  parents: ParentPlace[];
}

/** Whole records of a file. */
interface RecordPiece {
  startByte: number;
  bytes: Uint8Array;
}

/**
 * Reads whole records that end at `endByte`, about `wantedBytes` of them, and none before `floorByte`; a record ends at both.
 * Always reads at least one record.
 */
type ReadBefore = (endByte: number, floorByte: number, wantedBytes: number) => Promise<RecordPiece>;

/**
 * The parents of the first record of each range: for each type that is a parent, the last such record before it.
 *
 *     ├ range 0 ── customer ─ account ─ movement ┼ range 1 ── movement ─ account ┼ range 2 …
 *                  ▲          ▲ ◄───────────────┘                       ▲ ◄──────┘
 *                  └──────────┴ parents of range 1      its customer: that of range 1
 *
 * Reads backwards from each cut until every type is known, at most to the cut before it, whose parents are known: a file is read
 * at most once, and one of short groups hardly at all.
 */
export async function parentsAtCuts(
  layout: Layout,
  terminatorBytes: number,
  ranges: ByteRange[],
  readBefore: ReadBefore,
): Promise<ParentPlace[][]> {
  const scan = new ParentScan(layout, terminatorBytes);
  const found = await inParallel(ranges.slice(0, -1), PARALLEL_SEARCHES, (range) =>
    lastParents(scan, range, readBefore),
  );
  const parentOf = new Map(layout.recordTypes.map(({ name, parent }) => [name, parent]));
  const current = new Map<string, ByteRange | null>();
  const isParent = (type: string): boolean => {
    const above = parentOf.get(type);
    return (current.get(type) ?? null) !== null && (above === undefined || isParent(above));
  };
  const parents: ParentPlace[][] = ranges.slice(0, 1).map(() => []);
  for (const touched of found) {
    for (const [type, place] of touched) current.set(type, place);
    parents.push(
      scan.types.flatMap((recordType) => {
        const place = current.get(recordType);
        return place && isParent(recordType) ? [{ recordType, ...place }] : [];
      }),
    );
  }
  return parents;
}

/** The last record of each type of parents in a range. Types that the range does not change are missing. */
async function lastParents(
  scan: ParentScan,
  { startByte, endByte }: ByteRange,
  readBefore: ReadBefore,
): Promise<Map<string, ByteRange | null>> {
  const last = new Map<string, ByteRange | null>();
  let wantedBytes = FIRST_READ_BYTES;
  for (let at = endByte; at > startByte && last.size < scan.types.length; ) {
    const piece = await readBefore(at, startByte, wantedBytes);
    for (const [type, place] of scan.scan(piece.bytes, piece.startByte)) {
      if (!last.has(type)) last.set(type, place);
    }
    at = piece.startByte;
    wantedBytes = Math.min(wantedBytes * 4, MOST_READ_BYTES);
  }
  return last;
}

/** Reads before cuts of lines. */
export function linesBefore(
  lineEndByte: number,
  read: (range: ByteRange) => Promise<Uint8Array>,
): ReadBefore {
  return async (endByte, floorByte, wantedBytes) => {
    for (let length = wantedBytes; ; length *= 4) {
      const startByte = Math.max(floorByte, endByte - length);
      const bytes = await read({ startByte, endByte });
      if (startByte === floorByte) return { startByte, bytes };
      const first = bytes.indexOf(lineEndByte) + 1;
      // The line end of the last line begins nothing here.
      if (first < bytes.length) return { startByte: startByte + first, bytes: bytes.subarray(first) };
    }
  };
}

/** Reads before cuts of records of one length, terminator included. */
export function fixedBefore(
  strideBytes: number,
  read: (range: ByteRange) => Promise<Uint8Array>,
): ReadBefore {
  return async (endByte, floorByte, wantedBytes) => {
    const wanted = Math.ceil(wantedBytes / strideBytes) * strideBytes;
    const startByte = Math.max(floorByte, endByte - wanted);
    return { startByte, bytes: await read({ startByte, endByte }) };
  };
}

/** Reads before cuts of a chain of lengths, which can be read only from one of its links on. `links` are some of them, in order. */
export function chainBefore(
  links: readonly number[],
  read: (range: ByteRange) => Promise<Uint8Array>,
): ReadBefore {
  return async (endByte, floorByte, wantedBytes) => {
    const before = links.filter((link) => link >= floorByte && link < endByte);
    const startByte = before.find((link) => link >= endByte - wantedBytes) ?? before.at(-1) ?? floorByte;
    return { startByte, bytes: await read({ startByte, endByte }) };
  };
}
