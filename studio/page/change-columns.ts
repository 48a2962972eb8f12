import { insertAt, removeAt, setAt } from './edit-layout-text.ts';
import { entriesOf, type JsonPath, type LayoutEntry, listAt, parsed } from './layout-entries.ts';

/** Changes of columns as changes of the layout's text. Each takes a text and gives another; one that makes no sense gives the same. */

/** Moves the last position of a column, and with it the first of the column that follows without a gap. */
export function moveEnd(text: string, entry: LayoutEntry, end: number): string {
  const next = entriesOf(text).find(
    (other) => sharesList(other, entry) && other.start === entry.end + 1 && other.repeats.length === 0,
  );
  const most = next ? next.end - 1 : Number.MAX_SAFE_INTEGER;
  const wanted = Math.max(entry.start, Math.min(end, most));
  if (wanted === entry.end) return text;
  const moved = setAt(text, [...entry.path, 'end'], wanted);
  return next ? setAt(moved, [...next.path, 'start'], wanted + 1) : moved;
}

/** Moves the first position of a column, and with it the last of the column before it. */
export function moveStart(text: string, entry: LayoutEntry, start: number): string {
  const previous = entriesOf(text).find((other) => sharesList(other, entry) && other.end === entry.start - 1);
  if (previous && previous.repeats.length === 0) return moveEnd(text, previous, start - 1);
  const wanted = Math.max(1, Math.min(start, entry.end));
  return wanted === entry.start ? text : setAt(text, [...entry.path, 'start'], wanted);
}

/** Cuts a column in two: the second begins after `position`. */
export function splitColumn(text: string, entry: LayoutEntry, position: number): string {
  if (!(position >= entry.start && position < entry.end)) return text;
  const shorter = setAt(text, [...entry.path, 'end'], position);
  const name = freeName(text, entry, String(entry.keys.name));
  const second = { name, start: position + 1, end: entry.end, type: 'string' };
  return insertAt(shorter, entry.path.slice(0, -1), Number(entry.path.at(-1)) + 1, second);
}

/** Adds a column in a list of fields, where its position belongs. */
export function addColumn(
  text: string,
  list: JsonPath,
  field: { name: string; start: number; end: number; type: string },
): string {
  const fields = listAt(parsed(text), list) as { start?: number }[];
  const after = fields.findLastIndex(({ start = 0 }) => start < field.start);
  return insertAt(text, list, after + 1, field);
}

export function removeColumn(text: string, entry: LayoutEntry): string {
  return removeAt(text, entry.path);
}

/** Gives the positions `start` to `end` of a list free: columns that reach into them become shorter, are cut in two, or go. */
export function freePositions(text: string, list: JsonPath, start: number, end: number): string {
  let changed = text;
  for (;;) {
    const entry = entriesOf(changed).find(
      (one) => one.path.slice(0, -1).join() === list.join() && one.start <= end && one.end >= start,
    );
    if (!entry) return changed;
    if (entry.start < start && entry.end > end) {
      changed = splitColumn(changed, entry, end);
      changed = setAt(changed, [...entry.path, 'end'], start - 1);
    } else if (entry.start < start) changed = setAt(changed, [...entry.path, 'end'], start - 1);
    else if (entry.end > end) changed = setAt(changed, [...entry.path, 'start'], end + 1);
    else changed = removeAt(changed, entry.path);
  }
}

/** A name that no column of the list has yet. */
export function freeName(text: string, { path }: Pick<LayoutEntry, 'path'>, wanted: string): string {
  const names = new Set(
    entriesOf(text)
      .filter((other) => other.path.slice(0, -1).join() === path.slice(0, -1).join())
      .map(({ keys }) => keys.name),
  );
  const stem = wanted.replace(/_\d+$/, '');
  for (let number = 2; ; number++) if (!names.has(`${stem}_${number}`)) return `${stem}_${number}`;
}

function sharesList(a: LayoutEntry, b: LayoutEntry): boolean {
  return a.path.slice(0, -1).join() === b.path.slice(0, -1).join();
}
