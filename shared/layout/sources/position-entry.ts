/** A line of a positions table, as an entry of `fields`; positions are 1-based and inclusive. */
export interface PositionEntry {
  name: string;
  start: number;
  end: number;
  type: string;
  point?: 'implied' | 'explicit';
  format?: string;
}

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
