import { freePositions } from '../change-columns.ts';
import { insertAt, removeAt, setAt } from '../edit-layout-text.ts';
import { type JsonPath, listAt, objectOf, parsed } from '../layout-entries.ts';

/** A piece of a proposed layout that can be taken by itself. */
export interface Piece {
  /** For people. */
  label: string;
  detail: string;
  take(text: string): string;
  isTaken(text: string): boolean;
}

const WHOLE_KEYS = ['encoding', 'positions', 'record', 'header', 'trailer', 'detail', 'controlTotals'];

/** The pieces of a proposal, in the order of a layout file. */
export function piecesOf(draft: Record<string, unknown>): Piece[] {
  const whole = WHOLE_KEYS.filter((key) => draft[key] !== undefined).map((key) =>
    wholePiece(key, draft[key]),
  );
  const fields = Array.isArray(draft.fields)
    ? draft.fields.map(objectOf).map((field) => fieldPiece(field))
    : [];
  const types = Array.isArray(draft.recordTypes) ? draft.recordTypes.map(objectOf).map(typePiece) : [];
  return [...whole, ...types, ...fields];
}

function wholePiece(key: string, value: unknown): Piece {
  return {
    label: key,
    detail: typeof value === 'string' ? value : shortJson(value),
    take: (text) => setAt(text, [key], value),
    isTaken: (text) => isEqual(objectOf(parsed(text))[key], value),
  };
}

function typePiece(type: Record<string, unknown>): Piece {
  const fields = Array.isArray(type.fields) ? type.fields.length : 0;
  return {
    label: `record type ${String(type.name)}`,
    detail: `${shortJson(type.match)}, ${fields} columns`,
    take(text) {
      const layout = objectOf(parsed(text));
      // A layout has fields or record types.
      const without = layout.fields === undefined ? text : removeAt(text, ['fields']);
      const types = listAt(layout, ['recordTypes']);
      const index = types.findIndex((known) => objectOf(known).name === type.name);
      return index < 0
        ? insertAt(without, ['recordTypes'], types.length, type)
        : setAt(without, ['recordTypes', index], type);
    },
    isTaken: (text) => listAt(parsed(text), ['recordTypes']).some((known) => isEqual(known, type)),
  };
}

function fieldPiece(field: Record<string, unknown>, list: JsonPath = ['fields']): Piece {
  const { name, start, end, type, usage } = field;
  return {
    label: `${start}–${end} ${String(name)}`,
    detail: [type, usage, field.format].filter((word) => word !== undefined).join(' '),
    take(text) {
      const free = freePositions(text, list, Number(start), Number(end));
      const fields = listAt(parsed(free), list).map(objectOf);
      const index = fields.findLastIndex((other) => Number(other.start) < Number(start)) + 1;
      return insertAt(free, list, index, field);
    },
    isTaken: (text) => listAt(parsed(text), list).some((known) => isEqual(known, field)),
  };
}

function isEqual(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function shortJson(value: unknown): string {
  const text = JSON.stringify(value) ?? '';
  return text.length > 90 ? `${text.slice(0, 90)}…` : text;
}
