import { html, type Markup } from '../../look/markup.ts';

/** A figure of some nights. */
interface NightColumns {
  values: { night: string; value: number | undefined }[];
  text: (value: number) => string;
  description: string;
}

const WIDTH = 320;
const HEIGHT = 132;
const TOP = 22;
const BOTTOM = 20;

/** A column for each night, the last one marked; figures below zero hang from the line. */
export function nightColumns({ values, text, description }: NightColumns): Markup {
  const known = values.flatMap(({ value }) => (value === undefined ? [] : [value]));
  const high = Math.max(0, ...known);
  const low = Math.min(0, ...known);
  const room = HEIGHT - TOP - BOTTOM;
  const y = (value: number) => TOP + (high === low ? room : ((high - value) / (high - low)) * room);
  // A few nights are no wall: a column is as wide as one of thirty at least, and not much wider.
  const step = Math.min(28, WIDTH / Math.max(1, values.length));
  const columns = values.map(({ value }, index) => {
    if (value === undefined) return undefined;
    const kind = value < 0 ? 'late' : index === values.length - 1 ? 'now' : 'past';
    const [top, bottom] = [y(Math.max(0, value)), y(Math.min(0, value))];
    const x = index * step + step * 0.14;
    return html`<rect class="${kind}" x="${x.toFixed(1)}" y="${top.toFixed(1)}" width="${(step * 0.72).toFixed(1)}" height="${Math.max(1, bottom - top).toFixed(1)}"/>`;
  });
  const [first, last] = [values[0], values.at(-1)];
  const end = Math.min(WIDTH, Math.max(step * values.length, 150));
  const zero = y(0).toFixed(1);
  const top =
    known.length > 0 && html`<text class="faint" x="0" y="12">${text(high > 0 ? high : low)}</text>`;
  const ends = html`<text class="faint" x="0" y="${HEIGHT - 4}">${first?.night}</text>${values.length > 1 && html`<text class="faint" x="${end}" y="${HEIGHT - 4}" text-anchor="end">${last?.night}</text>`}`;
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${description}">${columns}<line class="axis" x1="0" x2="${WIDTH}" y1="${zero}" y2="${zero}"/>${top}${ends}</svg>`;
}
