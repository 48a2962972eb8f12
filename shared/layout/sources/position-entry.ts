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
