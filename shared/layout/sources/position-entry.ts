import type { FieldEntry } from '../layout-schema.ts';

/** A line of a positions table, as an entry of `fields`; positions are 1-based and inclusive. */
export type PositionEntry = FieldEntry;

/** What a table says that a layout cannot say, or leaves to the reader: for the person who checks the layout. */
export type Notes = Set<string>;

/** `Preço Médio` → `preco_medio` */
export function columnName(text: string): string {
  const name = text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  return name === '' || /^[a-z]/.test(name) ? name : `f_${name}`;
}

/** As many as the list of fields of a layout may have. */
const MOST_FIELDS = 10_000;

/** Adds a field of a positions table. Fails with what `fail` makes of the reason if there is one of its name, or there are too many. */
export class FieldList {
  readonly fields: PositionEntry[] = [];
  private readonly names = new Set<string>();

  add(field: PositionEntry, fail: (why: string) => Error): void {
    if (this.fields.length === MOST_FIELDS) throw fail(`the table has more than ${MOST_FIELDS} fields`);
    if (this.names.has(field.name)) throw fail(`there are two fields named '${field.name}'`);
    this.names.add(field.name);
    this.fields.push(field);
  }
}
