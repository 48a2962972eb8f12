import type { Kernel } from '../kernel/kernel.ts';
import { RECORD_HEADER_INSIDE, RECORD_TRAILER_INSIDE, TYPE_UNKNOWN } from '../kernel/shapes.ts';
import type { Layout, RecordMatch } from '../layout/layout.ts';
import { type PlacedMatch, placeMatch } from './placed-match.ts';
import type { RecordExtractor } from './record-extractor.ts';

type Records = Pick<RecordExtractor, 'starts' | 'lengths' | 'outcomes' | 'recordCount'>;

/** Finds the type of each record of a batch. */
export class TypeAssigner {
  /** Address of the index of the type of each record of the batch, 1 byte each. */
  readonly typeIndexes: number;
  private readonly kernel: Kernel;
  /** What the records of each type are known by; undefined for the only type of a layout, if it says nothing. */
  private readonly known: (PlacedMatch | undefined)[];
  /** Header and trailer, which no detail may look like. */
  private readonly inside: (PlacedMatch & { outcome: number })[] = [];
  /** Can no record of a known type look like header or trailer? */
  private readonly isApart: boolean;

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
    this.isApart = [header, trailer].every(
      (other) => !other || recordTypes.every(({ match }) => match && exclude(match, other)),
    );
  }

  /** False if all records are of the only type. */
  get isNeeded(): boolean {
    return this.known.length > 1 || this.known.some((match) => match !== undefined);
  }

  /**
   * Writes the type of each record to `typeIndexes`, if they are needed. Records that look like the header or trailer have none, and become
   * rejects, whatever else they look like.
   */
  assign(batch: Records): void {
    if (this.isApart) {
      this.assignKnown(batch);
      this.markInside(batch, this.typeIndexes);
    } else {
      this.markInside(batch, 0);
      if (this.isNeeded) this.assignKnown(batch);
    }
  }

  /** Looks at the records of no type yet, or at all if `types` is 0. */
  private markInside({ starts, lengths, outcomes, recordCount }: Records, types: number): void {
    const { call } = this.kernel;
    for (const { places, placeCount, leastBytes, outcome } of this.inside) {
      call.markInside(starts, lengths, outcomes, types, recordCount, places, placeCount, leastBytes, outcome);
    }
  }

  private assignKnown({ starts, lengths, outcomes, recordCount }: Records): void {
    const { call, bytes } = this.kernel;
    const types = this.typeIndexes;
    bytes.fill(TYPE_UNKNOWN, types, types + recordCount);
    for (const [type, known] of this.known.entries()) {
      if (!known) continue;
      const { places, placeCount, leastBytes } = known;
      call.assignType(starts, lengths, outcomes, recordCount, places, placeCount, leastBytes, type, types);
    }
  }
}

/** Do two matches ask for different bytes at one place, so that no record can satisfy both? */
function exclude(one: RecordMatch, other: RecordMatch): boolean {
  return one.some(({ startByte, endByte, anyOf }) =>
    other.some(
      (place) =>
        place.startByte === startByte &&
        place.endByte === endByte &&
        !place.anyOf.some((literal) => anyOf.some((own) => Buffer.compare(own, literal) === 0)),
    ),
  );
}
