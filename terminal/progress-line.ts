import type { NightProgress } from '../local/night.ts';
import { STAGE_WORDS } from '../local/stage-words.ts';
import type { PartSummary } from '../shared/pipeline/parse/part-summary.ts';
import { shownText } from '../shared/shown-text.ts';
import { byteSizeText } from './byte-size.ts';
import { counted } from './counted.ts';

/** The stream that progress is written to: standard error, a terminal or not. */
interface ProgressOutput {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

/** Often enough to look alive, and seldom enough to cost nothing. */
const REDRAW_MS = 250;

/**
 * Shows the progress of a night as its bytes are read: on a terminal one line that is rewritten; elsewhere plain lines for the start of a
 * file, every tenth of its bytes, and its end.
 */
export function createProgress(
  output: ProgressOutput,
  now: () => number = () => performance.now(),
): NightProgress & { done(): void } {
  const shown = new ProgressLine(output);
  let file = new FileProgress('', { totalBytes: 0, bytesRead: () => 0 }, now());
  const look = () => {
    if (output.isTTY === true) return shown.redraw((width) => file.barText(now(), width));
    if (file.isAtTenth()) shown.line(`${file.sourceKey}: ${file.figures(now())}`);
  };
  let timer: NodeJS.Timeout | undefined;
  return {
    fileStarted(sourceKey, bytes) {
      file = new FileProgress(sourceKey, bytes, now());
      clearInterval(timer);
      timer = setInterval(look, REDRAW_MS).unref();
      if (output.isTTY === true) look();
    },
    planned(rangeCount) {
      if (output.isTTY !== true) shown.line(`${file.sourceKey}: ${counted(rangeCount, 'range')}`);
    },
    rangeDone(part) {
      file.add(part);
      look();
    },
    stage(name) {
      file.stage = STAGE_WORDS[name] ?? file.stage;
      if (output.isTTY === true) look();
    },
    notified: (text) => shown.line(text),
    waiting: (text) => shown.line(text),
    done() {
      clearInterval(timer);
      shown.clear();
    },
  };
}

/** The line at the end of a terminal; plain lines go above it. */
class ProgressLine {
  readonly #output: ProgressOutput;
  #isShown = false;

  constructor(output: ProgressOutput) {
    this.#output = output;
  }

  redraw(textOf: (width: number) => string): void {
    const width = (this.#output.columns ?? 120) - 1;
    this.#output.write(`\r\x1b[K${textOf(width).slice(0, width)}`);
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

const BAR_WIDTHS = [24, 16, 10];
/** A name that is cut shorter says too little. */
const LEAST_NAME = 12;

/** How far the conversion of one file is. */
class FileProgress {
  readonly sourceKey: string;
  stage = '';
  readonly #bytes: { totalBytes: number; bytesRead: () => number };
  readonly #startedAtMs: number;
  #tenthsShown = 0;
  #rows = 0;
  #rejected = 0;

  constructor(
    sourceKey: string,
    bytes: { totalBytes: number; bytesRead: () => number },
    startedAtMs: number,
  ) {
    this.sourceKey = sourceKey;
    this.#bytes = bytes;
    this.#startedAtMs = startedAtMs;
  }

  add({ rows, rejected }: Pick<PartSummary, 'rows' | 'rejected'>): void {
    this.#rows += rows;
    this.#rejected += rejected;
  }

  /** True once for each tenth of the bytes. */
  isAtTenth(): boolean {
    const tenths = Math.floor(this.#share() * 10);
    if (tenths <= this.#tenthsShown) return false;
    this.#tenthsShown = tenths;
    return true;
  }

  figures(nowMs: number): string {
    return this.#figures(nowMs)
      .filter((text) => text !== '')
      .join('  ');
  }

  /** The line for a terminal: first the folders of the name are left out, then figures that matter less; then the bar gets shorter. */
  barText(nowMs: number, width: number): string {
    const key = shownText(this.sourceKey);
    const name = key.slice(key.lastIndexOf('/') + 1);
    const figures = this.#figures(nowMs).filter((text) => text !== '');
    const withName = (shown: string, kept: number, barWidth = BAR_WIDTHS[0]!) =>
      [shown, this.stage, this.#bar(barWidth), ...figures.slice(0, kept)]
        .filter((text) => text !== '')
        .join('  ');
    const lines = [
      withName(key, figures.length),
      ...figures.map((_, left) => withName(name, figures.length - left)),
      ...BAR_WIDTHS.map((barWidth) => withName(name, 0, barWidth)),
    ];
    const fits = lines.find((line) => line.length <= width);
    if (fits !== undefined) return fits;
    const room = width - withName('', 0, BAR_WIDTHS.at(-1)).length - 2;
    return withName(room < LEAST_NAME ? '' : `${name.slice(0, room - 1)}…`, 0, BAR_WIDTHS.at(-1));
  }

  #bar(width: number): string {
    const filled = Math.round(width * this.#share());
    const percent = `${Math.floor(this.#share() * 100)} %`.padStart(5);
    return `${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${percent}`;
  }

  /** The most important first. */
  #figures(nowMs: number): string[] {
    const { totalBytes } = this.#bytes;
    const seconds = (nowMs - this.#startedAtMs) / 1000;
    const share = this.#share();
    const read = share * totalBytes;
    const isReading = share > 0 && share < 1 && seconds >= 1;
    return [
      isReading ? `${clockText((seconds * (1 - share)) / share)} left` : '',
      `${clockText(seconds)} elapsed`,
      `${byteSizeText(Math.round(read))} of ${byteSizeText(totalBytes)}`,
      seconds >= 1 && read > 0 ? `${(read / 1e6 / seconds).toFixed(0)} MB/s` : '',
      this.#rows > 0 ? counted(this.#rows, 'row') : '',
      this.#rejected > 0 ? counted(this.#rejected, 'reject') : '',
    ];
  }

  /** 0 to 1: a range that is read twice, after a failure, does not count twice. */
  #share(): number {
    const { totalBytes, bytesRead } = this.#bytes;
    return totalBytes === 0 ? 0 : Math.min(1, bytesRead() / totalBytes);
  }
}

/** 75 seconds → `1:15` */
function clockText(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
