import type { NightProgress } from '../local/convert-night.ts';
import type { PartSummary } from '../shared/pipeline/parse/parse-range.ts';
import { shownText } from '../shared/shown-text.ts';

/** The stream that progress is written to: standard error, a terminal or not. */
interface ProgressOutput {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

const BAR_WIDTH = 24;

/**
 * Shows the progress of a night: on a terminal one line that is rewritten; elsewhere plain lines for the start of a file, every
 * tenth of its ranges, and its end.
 */
export function createProgress(
  output: ProgressOutput,
  now: () => number = () => performance.now(),
): NightProgress & { done(): void } {
  const shown = new ProgressLine(output);
  const isTerminal = output.isTTY === true;
  let file = new FileProgress('', now());
  return {
    fileStarted(sourceKey) {
      file = new FileProgress(sourceKey, now());
      shown.redraw(file.barText(now()));
    },
    planned(rangeCount) {
      file.rangeCount = rangeCount;
      if (!isTerminal) shown.line(`${file.sourceKey}: ${rangeCount} ranges`);
      shown.redraw(file.barText(now()));
    },
    rangeDone(part) {
      file.add(part);
      if (!isTerminal && file.isAtTenth()) shown.line(`${file.sourceKey}: ${file.figures(now())}`);
      shown.redraw(file.barText(now()));
    },
    stage(name) {
      file.state = name;
      shown.redraw(file.barText(now()));
    },
    notified: (text) => shown.line(text),
    waiting: (text) => shown.line(text),
    done: () => shown.clear(),
  };
}

/** The line at the end of a terminal; plain lines go above it. */
class ProgressLine {
  readonly #output: ProgressOutput;
  #isShown = false;

  constructor(output: ProgressOutput) {
    this.#output = output;
  }

  /** Does nothing if the output is not a terminal. */
  redraw(text: string): void {
    if (this.#output.isTTY !== true) return;
    this.#output.write(`\r\x1b[K${shownText(text).slice(0, (this.#output.columns ?? 120) - 1)}`);
    this.#isShown = true;
  }

  line(text: string): void {
    this.clear();
    this.#output.write(`${shownText(text)}\n`);
  }

  clear(): void {
    if (this.#isShown) this.#output.write('\r\x1b[K');
    this.#isShown = false;
  }
}

/** How far the conversion of one file is. */
class FileProgress {
  readonly sourceKey: string;
  state = '';
  rangeCount = 0;
  readonly #startedAtMs: number;
  #rangesDone = 0;
  #bytes = 0;
  #rows = 0;
  #rejected = 0;

  constructor(sourceKey: string, startedAtMs: number) {
    this.sourceKey = sourceKey;
    this.#startedAtMs = startedAtMs;
  }

  add({ inputBytes, rows, rejected }: PartSummary): void {
    this.#rangesDone++;
    this.#bytes += inputBytes;
    this.#rows += rows;
    this.#rejected += rejected;
  }

  isAtTenth(): boolean {
    const tenth = Math.max(1, Math.ceil(this.rangeCount / 10));
    return this.#rangesDone % tenth === 0 || this.#rangesDone === this.rangeCount;
  }

  figures(nowMs: number): string {
    const done = this.#rangesDone;
    const seconds = Math.max((nowMs - this.#startedAtMs) / 1000, 0.001);
    const left = done === 0 ? '?' : Math.ceil((seconds * (this.rangeCount - done)) / done);
    const speed = (this.#bytes / 1e6 / seconds).toFixed(0);
    const [rows, rejected] = [this.#rows.toLocaleString('en'), this.#rejected.toLocaleString('en')];
    return `${done}/${this.rangeCount} ranges  ${speed} MB/s  ${rows} rows  ${rejected} rejects  ${left} s left`;
  }

  barText(nowMs: number): string {
    const filled = this.rangeCount === 0 ? 0 : Math.round((BAR_WIDTH * this.#rangesDone) / this.rangeCount);
    const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`;
    return `${this.sourceKey}  ${this.state}  ${bar}  ${this.figures(nowMs)}`;
  }
}
