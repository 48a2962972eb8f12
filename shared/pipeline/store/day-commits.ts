import { dayCommitShape } from '../../day/day-commit.ts';
import { dayCommitPrefix } from '../../keys/lake-keys.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { highestReadable } from './numbered-object.ts';

/** The number of a day's last commit, and the last one that can be read. */
export function lastReadableCommit(lake: ObjectStore, dataset: string, businessDate: string) {
  return highestReadable(lake, dayCommitPrefix(dataset, businessDate), dayCommitShape);
}
