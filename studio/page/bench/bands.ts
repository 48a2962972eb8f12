import type { LayoutEntry } from '../layout-entries.ts';

/** Colours of bands; neighbours have different ones. */
const COLOURS = 6;

/** Positions `from` to `to` (from 0, half-open) of a record, and the column that they belong to. */
interface Span {
  from: number;
  to: number;
  entry: LayoutEntry | undefined;
  /** The how manieth column it is, which chooses its colour. */
  order: number;
}

/** The pieces of a record between two positions. Where columns share bytes, the first one is drawn. */
export function spansOf(columns: readonly LayoutEntry[], length: number, from: number, to: number): Span[] {
  const places = columns
    .flatMap((entry, order) =>
      (entry.repeats.length > 0 ? entry.repeats : [entry]).map(({ start, end }) => ({
        entry,
        order,
        from: start - 1,
        to: end,
      })),
    )
    .sort((a, b) => a.from - b.from || a.to - b.to);
  const last = Math.min(length, to);
  const spans: Span[] = [];
  let at = from;
  for (const place of places) {
    if (Math.min(place.to, last) <= at || place.from >= last) continue;
    if (place.from > at) spans.push({ from: at, to: place.from, entry: undefined, order: -1 });
    const begins = Math.max(at, place.from);
    const ends = Math.min(place.to, last);
    spans.push({ ...place, from: begins, to: ends });
    at = ends;
  }
  if (at < last) spans.push({ from: at, to: last, entry: undefined, order: -1 });
  return spans;
}

/** Classes of a piece: its colour, and whether its column has the cursor. */
export function bandOf(
  entry: LayoutEntry | undefined,
  order: number,
  selected: LayoutEntry | undefined,
): string {
  if (!entry) return 'gap';
  const isSelected = selected !== undefined && selected.path.join() === entry.path.join();
  return `band band-${order % COLOURS}${isSelected ? ' chosen' : ''}`;
}
