import type { NightProgress } from '../local/night.ts';
import { STAGE_WORDS } from '../local/stage-words.ts';

/** How far the conversion of a file is. */
export interface ConvertProgress {
  sourceKey: string;
  /** In words: `looking at the file`, `reading`, `checking totals`, `merging`, `publishing`. */
  stage: string;
  totalBytes: number;
  /** After a failed try some bytes are read twice. */
  bytesRead: number;
  /** Of the ranges that are read. */
  rows: number;
  rejected: number;
}

/** Often enough to look alive. */
const TELL_MS = 250;

/**
 * Tells of a night a few times a second, and at each stage of a file; `done` ends it.
 *
 * @internal
 */
export function toldProgress(tell: (progress: ConvertProgress) => void): NightProgress & { done(): void } {
  let now: ConvertProgress = { sourceKey: '', stage: '', totalBytes: 0, bytesRead: 0, rows: 0, rejected: 0 };
  let bytesRead = () => 0;
  let timer: NodeJS.Timeout | undefined;
  const look = () => {
    now = { ...now, bytesRead: Math.min(bytesRead(), now.totalBytes) };
    tell(now);
  };
  return {
    fileStarted(sourceKey, bytes) {
      now = { sourceKey, stage: '', totalBytes: bytes.totalBytes, bytesRead: 0, rows: 0, rejected: 0 };
      bytesRead = bytes.bytesRead;
      clearInterval(timer);
      timer = setInterval(look, TELL_MS).unref();
      look();
    },
    planned: () => undefined,
    rangeDone({ rows, rejected }) {
      now = { ...now, rows: now.rows + rows, rejected: now.rejected + rejected };
      look();
    },
    stage(state) {
      now = { ...now, stage: STAGE_WORDS[state] ?? now.stage };
      look();
    },
    notified: () => undefined,
    waiting: () => undefined,
    done: () => clearInterval(timer),
  };
}
