import type { Kernel } from '../kernel/kernel.ts';
import { RECORD_HEADER_INSIDE, RECORD_TRAILER_INSIDE, TYPE_UNKNOWN } from '../kernel/shapes.ts';
import type { Layout } from '../layout/layout.ts';
import { type PlacedMatch, placeMatch } from './placed-match.ts';
import type { RecordExtractor } from './record-extractor.ts';

/** Finds the type of each record of a batch. */
export class TypeAssigner {
  /** Address of the index of the type of each record of the batch, 1 byte each. */
  readonly typeIndexes: number;
  private readonly kernel: Kernel;
  /** What the records of each type are known by; undefined for the only type of a layout, if it says nothing. */
  private readonly known: (PlacedMatch | undefined)[];
  /** Header and trailer, which no detail may look like. */
  private readonly inside: (PlacedMatch & { outcome: number })[] = [];

  /** A batch has at most `capacityRecords` records. */
  constructor(
    kernel: Kernel,
    { recordTypes, notDetails }: Pick<Layout, 'recordTypes' | 'notDetails'>,
    capacityRecords: number,
  ) {
    this.kernel = kernel;
    this.known = recordTypes.map(({ match }) => match && placeMatch(kernel, match));
    this.typeIndexes = kernel.allocate(this.isNeeded ? capacityRecords : 0);
    const { header, trailer } = notDetails;
    if (header) this.inside.push({ ...placeMatch(kernel, header), outcome: RECORD_HEADER_INSIDE });
    if (trailer) this.inside.push({ ...placeMatch(kernel, trailer), outcome: RECORD_TRAILER_INSIDE });
  }

  /** False if all records are of the only type. */
  get isNeeded(): boolean {
    return this.known.length > 1 || this.known.some((match) => match !== undefined);
  }

  /** Records that look like the header or trailer become rejects, whatever else they look like. */
  markInside({ starts, lengths, outcomes, recordCount }: RecordExtractor): void {
    const { call } = this.kernel;
    for (const { places, placeCount, leastBytes, outcome } of this.inside) {
      call.markInside(starts, lengths, outcomes, recordCount, places, placeCount, leastBytes, outcome);
    }
  }

  /** Writes the type of each record to `typeIndexes`, once records that look like header or trailer are marked. */
  assign({ starts, lengths, outcomes, recordCount }: RecordExtractor): void {
    const { call, bytes } = this.kernel;
    bytes.fill(TYPE_UNKNOWN, this.typeIndexes, this.typeIndexes + recordCount);
    for (const [type, known] of this.known.entries()) {
      if (!known) continue;
      const { places, placeCount, leastBytes } = known;
      call.assignType(
        starts,
        lengths,
        outcomes,
        recordCount,
        places,
        placeCount,
        leastBytes,
        type,
        this.typeIndexes,
      );
    }
  }
}
