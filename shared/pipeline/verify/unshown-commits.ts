import { confirmed, type Finding } from './finding.ts';

/** Waits so many milliseconds. */
export type Pause = (waitMs: number) => Promise<void>;

const LOOK_EVERY_MS = 250;
const MOST_LOOKS = 12;

/**
 * Of what was found of tables, what is still there after some time, if readers do not see a commit: whoever wrote it may be about to show it.
 * Without a pause there is nobody else at work.
 */
export async function unlessShownSoon(
  found: Finding[],
  judge: () => Promise<Finding[]>,
  pause: Pause | undefined,
): Promise<Finding[]> {
  let left = found;
  for (let look = 0; pause && look < MOST_LOOKS && left.some(isUnshown); look++) {
    await pause(LOOK_EVERY_MS);
    left = confirmed(left, await judge());
  }
  return left;
}

function isUnshown({ mend }: Finding): boolean {
  return mend.by === 'repair' && ['apply', 'show-table', 'restore-table'].includes(mend.action.do);
}
