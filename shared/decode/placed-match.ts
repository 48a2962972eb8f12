import type { Kernel } from '../kernel/kernel.ts';
import {
  MATCH_AT,
  MATCH_LITERAL_COUNT,
  MATCH_LITERALS,
  MATCH_PLACE_BYTES,
  MATCH_WIDTH,
} from '../kernel/shapes.ts';
import type { RecordMatch } from '../layout/layout.ts';

/** A `match` in the kernel's memory. */
export interface PlacedMatch {
  /** Address of its places (kernel/shapes.ts, MATCH_…). */
  places: number;
  placeCount: number;
  /** The end of the last place: a record that says its length must have so many bytes. */
  leastBytes: number;
}

export function placeMatch(kernel: Kernel, match: RecordMatch): PlacedMatch {
  const places = new DataView(new ArrayBuffer(match.length * MATCH_PLACE_BYTES));
  for (const [index, { startByte, endByte, anyOf }] of match.entries()) {
    const at = index * MATCH_PLACE_BYTES;
    places.setInt32(at + MATCH_AT, startByte, true);
    places.setInt32(at + MATCH_WIDTH, endByte - startByte, true);
    places.setUint32(at + MATCH_LITERALS, kernel.place(Buffer.concat(anyOf)), true);
    places.setInt32(at + MATCH_LITERAL_COUNT, anyOf.length, true);
  }
  return {
    places: kernel.place(new Uint8Array(places.buffer)),
    placeCount: match.length,
    leastBytes: Math.max(...match.map(({ endByte }) => endByte)),
  };
}
