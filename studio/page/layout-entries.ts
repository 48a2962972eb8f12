import { parseLayoutText } from '../../shared/layout/layout-json.ts';

export type JsonPath = readonly (string | number)[];

/** A field of the layout file at a place, as the file writes it: positions from 1, both ends included. */
export interface LayoutEntry {
  /** `detail`, the name of a record type, `header` or `trailer`: what records are called that have it. */
  kind: string;
  path: JsonPath;
  name: string;
  start: number;
  end: number;
  type: string;
  usage: string;
  /** The other keys of the field. */
  keys: Readonly<Record<string, unknown>>;
  /** Places of all occurrences of a table, the first being its own; empty for a field that is there once. */
  repeats: readonly { start: number; end: number }[];
}

/** A list of fields in a layout file, and the kind of records that they describe. */
interface EntryList {
  kind: string;
  path: JsonPath;
}

/** The fields of a layout text in the order of its lists; none while it is no JSON. */
export function entriesOf(text: string): LayoutEntry[] {
  const layout = objectOf(parsed(text));
  return listsOf(layout).flatMap(({ kind, path }) =>
    listAt(layout, path).flatMap((field, index) => fieldEntries(objectOf(field), kind, [...path, index])),
  );
}

/** The kinds of records of a layout, the first being that of details. */
export function kindsOf(text: string): EntryList[] {
  return listsOf(objectOf(parsed(text)));
}

export function parsed(text: string): unknown {
  try {
    return parseLayoutText(text, 'layout');
  } catch {
    return undefined;
  }
}

export function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

function listsOf(layout: Record<string, unknown>): EntryList[] {
  const types = Array.isArray(layout.recordTypes) ? layout.recordTypes.map(objectOf) : [];
  const details =
    types.length > 0
      ? types.map(({ name }, index) => ({
          // With one type only, its records are called details.
          kind: types.length > 1 ? String(name) : 'detail',
          path: ['recordTypes', index, 'fields'],
        }))
      : [{ kind: 'detail', path: ['fields'] }];
  const controls = ['header', 'trailer']
    .filter((kind) => layout[kind] !== undefined)
    .map((kind) => ({ kind, path: [kind, 'fields'] }));
  return [...details, ...controls];
}

export function listAt(value: unknown, path: JsonPath): unknown[] {
  const found = path.reduce<unknown>((inner, step) => objectOrList(inner)?.[step], value);
  return Array.isArray(found) ? found : [];
}

function objectOrList(value: unknown): Record<string | number, unknown> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}

function fieldEntries(field: Record<string, unknown>, kind: string, path: JsonPath): LayoutEntry[] {
  const occurs = objectOf(field.occurs);
  const count = typeof occurs.count === 'number' ? Math.min(occurs.count, 500) : 1;
  if (Array.isArray(field.fields)) {
    const inner = field.fields.map(objectOf);
    const ends = inner.map(({ end }) => Number(end));
    const starts = inner.map(({ start }) => Number(start));
    const stride = Number(occurs.stride ?? Math.max(...ends) - Math.min(...starts) + 1);
    return inner.flatMap((element, index) =>
      placed(element, kind, [...path, 'fields', index], `${String(field.name)}.`, count, stride),
    );
  }
  const stride = Number(occurs.stride ?? Number(field.end) - Number(field.start) + 1);
  return placed(field, kind, path, '', count, stride);
}

function placed(
  field: Record<string, unknown>,
  kind: string,
  path: JsonPath,
  prefix: string,
  count: number,
  stride: number,
): LayoutEntry[] {
  const { name, start, end, type = 'string', usage = 'display' } = field;
  if (typeof start !== 'number' || typeof end !== 'number' || !(end >= start)) return [];
  const repeats =
    count > 1
      ? Array.from({ length: count }, (_, index) => ({
          start: start + index * stride,
          end: end + index * stride,
        }))
      : [];
  const shown = { name: `${prefix}${String(name)}`, type: String(type), usage: String(usage) };
  return [{ kind, path, ...shown, start, end, keys: field, repeats }];
}
