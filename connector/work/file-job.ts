import type { SeenFile, TransferSource } from '../../shared/ports/transfer-source.ts';
import type { StatedFigures } from '../../shared/run/stated-figures.ts';
import type { FilePlace } from '../decide/file-place.ts';
import type { FileRule } from '../decide/settings.ts';

/** A finished file that is to arrive. */
export interface FileJob {
  source: TransferSource;
  seen: SeenFile;
  place: FilePlace;
  rule: FileRule;
  /** What the sender's day manifest states of it. */
  stated?: StatedFigures | undefined;
}

/** How an attempt ended. */
export type FileOutcome =
  /** It has arrived, in this attempt or before it. */
  | 'arrived'
  | 'same-bytes'
  | 'elsewhere'
  | 'occupied'
  /** Not the file that was judged: it rests anew. */
  | 'changed'
  | 'failed'
  /** It failed, and would fail again until people change something: a right, a disk, a config. */
  | 'stuck';
