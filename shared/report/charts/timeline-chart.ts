import { html, type Markup, type MarkupValue } from '../../look/markup.ts';
import type { FileTimeline } from '../night-timeline.ts';

interface TimelineChart {
  files: FileTimeline[];
  marks: { at: string; kind: 'due' | ''; name: string }[];
  clock: (at: string) => string;
  /** Says what the chart shows, for those who do not see it. */
  description: string;
}

const WIDTH = 1000;
const LABEL = 210;
const RIGHT = 30;
const ROW = 34;
const TOP = 30;
const STAGE_KINDS = { splitting: 's3', parsing: 's1', reconciling: 's4', merging: 's2' } as const;
const MOST_ROWS = 30;
/** Ranges at once have lanes of their own below the bar of their file, as many as fit. */
const LANES = 6;
const NAME_CHARACTERS = 30;
const HALF_A_DAY_MS = 12 * 3_600_000;

/** The classes of the stages, for a legend. */
export const TIMELINE_KINDS = STAGE_KINDS;

/** The files that fit on one axis: those of the sitting in which the first file was taken up. */
export function filesOfSitting(files: FileTimeline[]): FileTimeline[] {
  const begun = files.filter(({ stages }) => stages.length > 0).sort((a, b) => startOf(a) - startOf(b));
  const sittings: FileTimeline[][] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const file of begun) {
    if (startOf(file) - end > HALF_A_DAY_MS) sittings.push([]);
    sittings.at(-1)?.push(file);
    end = Math.max(end, endOf(file));
  }
  return sittings.toSorted((a, b) => b.length - a.length)[0] ?? [];
}

/** A row for each file, its stages as bars on one axis of time, and its ranges below them. */
export function timelineChart({ files, marks, clock, description }: TimelineChart): Markup {
  const rows = files.slice(0, MOST_ROWS);
  const from = Math.min(...rows.map(startOf));
  const lastEnd = Math.max(...rows.map(endOf), from + 1);
  // A mark far outside would leave no room for what it is about.
  const shown = marks.filter(
    ({ at }) => Date.parse(at) >= from && Date.parse(at) <= lastEnd + (lastEnd - from),
  );
  const to = Math.max(lastEnd, ...shown.map(({ at }) => Date.parse(at)));
  const x = (at: number) => LABEL + ((at - from) / (to - from)) * (WIDTH - LABEL - RIGHT);
  const height = TOP + rows.length * ROW + 24;
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => from + share * (to - from));
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${description}">${ticks.map((at) => tick(x(at), height, clock(new Date(at).toISOString())))}${rows.map((file, index) => fileRow(file, TOP + index * ROW, x))}${shown.map((mark) => markOf(mark, x(Date.parse(mark.at)), height))}</svg>`;
}

function tick(x: number, height: number, text: string): Markup {
  return html`<line class="axis" x1="${px(x)}" x2="${px(x)}" y1="${TOP - 8}" y2="${height - 24}"/><text class="faint" x="${px(x)}" y="${height - 8}" text-anchor="${x > WIDTH - 60 ? 'end' : 'middle'}">${text}</text>`;
}

function markOf({ kind, name }: TimelineChart['marks'][number], x: number, height: number): Markup {
  const anchor = x > WIDTH - 120 ? 'end' : 'middle';
  return html`<line class="mark ${kind}" x1="${px(x)}" x2="${px(x)}" y1="${TOP - 10}" y2="${height - 24}"/><text x="${px(x)}" y="${TOP - 16}" text-anchor="${anchor}">${name}</text>`;
}

function fileRow(file: FileTimeline, y: number, x: (at: number) => number): MarkupValue {
  const name = file.file.slice(file.file.lastIndexOf('/') + 1);
  const short = name.length > NAME_CHARACTERS ? `…${name.slice(-NAME_CHARACTERS + 1)}` : name;
  const bars = file.stages.map(({ stage, from, to }) => {
    const [left, right] = [x(Date.parse(from)), x(Date.parse(to))];
    return html`<rect class="${STAGE_KINDS[stage]}" x="${px(left)}" y="${y}" width="${px(Math.max(2.5, right - left - 0.5))}" height="12"/>`;
  });
  const spans = file.ranges?.spans ?? [];
  const lanes = laneOf(spans);
  const ranges = spans.flatMap(({ from, to, waitedFrom }, index) => {
    const lane = lanes[index] ?? 0;
    if (lane >= LANES) return [];
    const [left, right] = [x(Date.parse(from)), x(Date.parse(to))];
    const top = y + 14 + lane * 2;
    const waited = waitedFrom === undefined ? undefined : x(Date.parse(waitedFrom));
    return [
      html`<rect class="s1" x="${px(left)}" y="${top}" width="${px(Math.max(1, right - left - 0.5))}" height="1.5"/>`,
      ...(waited !== undefined && left - waited > 2
        ? [
            html`<line class="wait" x1="${px(waited)}" x2="${px(left)}" y1="${top + 0.75}" y2="${top + 0.75}"/>`,
          ]
        : []),
    ];
  });
  return [html`<text x="0" y="${y + 10}">${short}</text>`, ...bars, ...ranges];
}

/** The first lane that is free, for each span in its order of time. */
function laneOf(spans: { from: string; to: string }[]): number[] {
  const ends: number[] = [];
  const lanes: number[] = [];
  const order = [...spans.keys()].sort((a, b) => (spans[a]!.from < spans[b]!.from ? -1 : 1));
  for (const index of order) {
    const { from, to } = spans[index]!;
    const free = ends.findIndex((end) => end <= Date.parse(from));
    const lane = free < 0 ? ends.length : free;
    ends[lane] = Date.parse(to);
    lanes[index] = lane;
  }
  return lanes;
}

function startOf({ stages }: FileTimeline): number {
  return Date.parse(stages[0]?.from ?? '');
}

function endOf({ stages }: FileTimeline): number {
  return Date.parse(stages.at(-1)?.to ?? '');
}

function px(value: number): string {
  return value.toFixed(1);
}
