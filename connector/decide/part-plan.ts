import type { PartPlace } from '../../shared/ports/transfer-target.ts';

const MIB = 1024 * 1024;

export interface PlannedPart extends PartPlace {
  sizeBytes: number;
}

/** The size of the parts of a file: as configured, or more if the file would have too many of them. */
export function partSizeOf(sizeBytes: number, wantedBytes: number, mostParts: number): number {
  const leastBytes = Math.ceil(sizeBytes / mostParts);
  return leastBytes <= wantedBytes ? wantedBytes : Math.ceil(leastBytes / MIB) * MIB;
}

/** The parts of a file, in order; an empty file is one empty part. */
export function planParts(sizeBytes: number, partSizeBytes: number): PlannedPart[] {
  const count = Math.max(1, Math.ceil(sizeBytes / partSizeBytes));
  return Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    startByte: index * partSizeBytes,
    sizeBytes: Math.min(partSizeBytes, sizeBytes - index * partSizeBytes),
  }));
}
