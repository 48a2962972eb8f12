import { html, type Markup } from '../look/markup.ts';

/** Values with their names, in order. */
interface ChartOfBars {
  bars: { name: string; value: number; text: string }[];
  /** Says what the chart shows, for those who do not see it. */
  description: string;
}

const WIDTH = 1000;
const ROW = 30;
const LABEL = 230;
const TEXT = 150;
const NAME_CHARACTERS = 30;
/** More names are in the table. */
export const MOST_BARS = 20;

/** A bar to the right for each name; those below zero end where the others begin. */
export function barChart({ bars, description }: ChartOfBars): Markup {
  const shown = bars.slice(0, MOST_BARS);
  const high = Math.max(0, ...shown.map(({ value }) => value));
  const low = Math.min(0, ...shown.map(({ value }) => value));
  const room = WIDTH - LABEL - TEXT;
  const x = (value: number) => LABEL + (high === low ? 0 : ((value - low) / (high - low)) * room);
  const rows = shown.map(({ name, value, text }, index) => {
    const y = index * ROW;
    const [left, right] = [x(Math.min(0, value)), x(Math.max(0, value))];
    const short = name.length > NAME_CHARACTERS ? `${name.slice(0, NAME_CHARACTERS - 1)}…` : name;
    return html`<text x="0" y="${y + 19}">${short}</text><rect class="${value < 0 ? 'below' : 's1'}" x="${left.toFixed(1)}" y="${y + 6}" width="${Math.max(1.5, right - left).toFixed(1)}" height="18"/><text class="faint" x="${WIDTH}" y="${y + 19}" text-anchor="end">${text}</text>`;
  });
  const zero = x(0).toFixed(1);
  return html`<svg viewBox="0 0 ${WIDTH} ${Math.max(1, shown.length) * ROW}" role="img" aria-label="${description}">${rows}<line class="axis" x1="${zero}" x2="${zero}" y1="0" y2="${shown.length * ROW}"/></svg>`;
}

const HEIGHT = 240;
const TOP = 26;
const BOTTOM = 26;
const AXIS = 90;
/** A single night is no wall. */
const WIDEST = 80;

/** Where lines of the scale are: five at equal distances, or, with values below zero, at zero and at both ends. */
function linesOf(low: number, high: number): number[] {
  if (low === 0) return [0, 0.25, 0.5, 0.75, 1].map((share) => share * high);
  const longer = high >= -low ? high : low;
  return high === 0 ? [low, low / 2, 0] : [low, 0, longer / 2, high];
}

/** A column for each name, from left to right, with a few lines of the scale. */
export function columnChart({ bars, description }: ChartOfBars, scale: (value: number) => string): Markup {
  const high = Math.max(0, ...bars.map(({ value }) => value));
  const low = Math.min(0, ...bars.map(({ value }) => value));
  const room = HEIGHT - TOP - BOTTOM;
  const y = (value: number) => TOP + (high === low ? room : ((high - value) / (high - low)) * room);
  const step = Math.min(WIDEST, (WIDTH - AXIS) / Math.max(1, bars.length));
  const lines = linesOf(low, high).map((value) => {
    return html`<line class="axis" x1="${AXIS}" x2="${WIDTH}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}"/><text class="faint" x="${AXIS - 8}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${scale(value)}</text>`;
  });
  const every = Math.ceil(bars.length / Math.floor((WIDTH - AXIS) / 90));
  const columns = bars.map(({ name, value, text }, index) => {
    const x = AXIS + index * step;
    const [top, bottom] = [y(Math.max(0, value)), y(Math.min(0, value))];
    const label = (bars.length - 1 - index) % every === 0 && step * every >= 60;
    return html`<rect class="${value < 0 ? 'below' : 's1'}" x="${(x + step * 0.12).toFixed(1)}" y="${top.toFixed(1)}" width="${(step * 0.76).toFixed(1)}" height="${Math.max(1, bottom - top).toFixed(1)}"><title>${name}: ${text}</title></rect>${label && html`<text class="faint" x="${(x + step / 2).toFixed(1)}" y="${HEIGHT - 6}" text-anchor="middle">${name}</text>`}`;
  });
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${description}">${lines}${columns}</svg>`;
}
