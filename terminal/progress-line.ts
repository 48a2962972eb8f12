import type { NightProgress } from '../local/convert-night.ts';

/** Where progress goes: standard error, a terminal or not. */
export interface ProgressOutput {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

const BAR_WIDTH = 24;

/**
 * Shows how a night goes on: one line that is rewritten on a terminal, plain lines (start and end of a file, every tenth of its
 * ranges) where there is none.
 */
export function createProgress(
  output: ProgressOutput,
  now: () => number = () => performance.now(),
): NightProgress & {
  done(): void;
} {
  const terminal = output.isTTY === true;
  let file = '';
  let state = '';
  let rangeCount = 0;
  let rangesDone = 0;
  let bytes = 0;
  let rows = 0;
  let rejected = 0;
  let startedAt = 0;
  let shown = false;

  const clear = () => {
    if (terminal && shown) output.write('\r\x1b[K');
    shown = false;
  };
  const line = (text: string) => {
    clear();
    output.write(`${text}\n`);
  };
  const figures = () => {
    const seconds = Math.max((now() - startedAt) / 1000, 0.001);
    const left = rangesDone === 0 ? '?' : Math.ceil((seconds * (rangeCount - rangesDone)) / rangesDone);
    const speed = (bytes / 1e6 / seconds).toFixed(0);
    return `${rangesDone}/${rangeCount} ranges  ${speed} MB/s  ${rows.toLocaleString('en')} rows  ${rejected.toLocaleString('en')} rejects  ${left} s left`;
  };
  const draw = () => {
    if (!terminal) return;
    const filled = rangeCount === 0 ? 0 : Math.round((BAR_WIDTH * rangesDone) / rangeCount);
    const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`;
    const text = `${file}  ${state}  ${bar}  ${figures()}`;
    output.write(`\r\x1b[K${text.slice(0, (output.columns ?? 120) - 1)}`);
    shown = true;
  };

  return {
    fileStarted(sourceKey) {
      file = sourceKey;
      [rangeCount, rangesDone, bytes, rows, rejected] = [0, 0, 0, 0, 0];
      startedAt = now();
      draw();
    },
    planned(count) {
      rangeCount = count;
      if (!terminal) line(`${file}: ${count} ranges`);
      draw();
    },
    rangeDone(part) {
      rangesDone++;
      bytes += part.inputBytes;
      rows += part.rows;
      rejected += part.rejected;
      const tenth = Math.max(1, Math.ceil(rangeCount / 10));
      if (!terminal && (rangesDone % tenth === 0 || rangesDone === rangeCount)) line(`${file}: ${figures()}`);
      draw();
    },
    stage(name) {
      state = name;
      draw();
    },
    notified: line,
    waiting: line,
    done: clear,
  };
}
