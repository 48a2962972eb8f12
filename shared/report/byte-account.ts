import type { FileFacts } from './night-facts.ts';

/** A stretch of a file that belongs to one thing. */
export interface BytePiece {
  kind: 'before' | 'header' | 'ranges' | 'trailer' | 'rest';
  startByte: number;
  endByte: number;
}

/** Where every byte of a file went. */
export interface ByteAccount {
  file: string;
  sizeBytes: number;
  /** As it is stored, if it is compressed. */
  storedBytes?: number;
  pieces: BytePiece[];
  rangeCount: number;
  /** Ends of the ranges, if there are few enough to be drawn. */
  cuts: number[];
  /** The pieces follow one another from the first byte to the last, and so do the ranges that were parsed. */
  isWhole: boolean;
  /** Header and trailer lie within the ranges, because records were followed one by one to cut the file. */
  isChained: boolean;
  checksum?: string;
}

/** The account of a file; undefined if its plan is gone. */
export function byteAccount(
  { entry, plan, parts, partsLeftOut }: FileFacts,
  areRangesDrawn: boolean,
): ByteAccount | undefined {
  if (!plan) return undefined;
  const { sizeBytes, storedBytes, leadingBytes, remainder, chain, rangeCount } = plan;
  const header = chain ? null : plan.header;
  const trailer = chain ? null : plan.trailer;
  const ranges = {
    startByte: header?.endByte ?? leadingBytes,
    endByte: trailer?.startByte ?? remainder.startByte,
  };
  const all: BytePiece[] = [
    { kind: 'before', startByte: 0, endByte: leadingBytes },
    ...(header ? [{ kind: 'header', startByte: header.startByte, endByte: header.endByte } as const] : []),
    { kind: 'ranges', ...ranges },
    ...(trailer
      ? [{ kind: 'trailer', startByte: trailer.startByte, endByte: trailer.endByte } as const]
      : []),
    { kind: 'rest', startByte: remainder.startByte, endByte: remainder.endByte },
  ];
  const pieces = all.filter(({ startByte, endByte }) => endByte > startByte);
  const checksum = entry.loaded?.runId === plan.runId ? entry.loaded.checksum : undefined;
  return {
    file: entry.sourceKey,
    sizeBytes,
    ...(storedBytes !== undefined && { storedBytes }),
    pieces,
    rangeCount,
    cuts: areRangesDrawn ? parts.slice(0, -1).map(({ endByte }) => endByte) : [],
    isWhole: follow(pieces, 0, sizeBytes) && (partsLeftOut !== undefined || areParsed(parts, ranges)),
    isChained: chain !== null,
    ...(checksum !== undefined && { checksum }),
  };
}

/** Parts of refused files are removed: then the plan alone is the account. */
function areParsed(parts: FileFacts['parts'], ranges: { startByte: number; endByte: number }): boolean {
  return parts.length === 0 || follow(parts, ranges.startByte, ranges.endByte);
}

function follow(pieces: { startByte: number; endByte: number }[], from: number, to: number): boolean {
  let at = from;
  for (const { startByte, endByte } of pieces) {
    if (startByte !== at) return false;
    at = endByte;
  }
  return at === to;
}
