import { money, type Population, type Row } from './population.ts';

/** What a query is asked with, as its file has it by default, and the nights that follow from it. */
export interface Asked {
  population: Population;
  params: Record<string, unknown>;
}

type Cell = string | number | null;
export type Answer = Cell[][];

export const isOpen = ({ status }: Row) => status !== 'QUITADO' && status !== 'CANCEL';
export const isLate = ({ status }: Row) => status === 'ATRASO';
export const stateOf = (row: Row) =>
  isLate(row) ? 'arrears' : !isOpen(row) ? 'ended' : row.status === 'JUDICIAL' ? 'other' : 'active';

export function nightRows({ population }: Asked, night: unknown): Row[] {
  return population.rows.filter((row) => row.night === night);
}

export function daysBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 86_400_000;
}

export function sumOf(rows: readonly { cents: number | null }[]): number {
  return rows.reduce((sum, { cents }) => sum + (cents ?? 0), 0);
}

/** A sum of SQL: null if there is nothing to add up. */
export function moneyOrNull(rows: readonly { cents: number | null }[]): string | null {
  return rows.some(({ cents }) => cents !== null) ? money(sumOf(rows)) : null;
}

/** Groups in the order of their keys, null last. */
export function groupsBy<T>(rows: readonly T[], key: (row: T) => string | null): [string | null, T[]][] {
  const groups = new Map<string | null, T[]>();
  for (const row of rows) {
    const name = key(row);
    const known = groups.get(name);
    if (known) known.push(row);
    else groups.set(name, [row]);
  }
  return [...groups].sort(([a], [b]) => (a === b ? 0 : a === null ? 1 : b === null ? -1 : a < b ? -1 : 1));
}

export const byProduct = (rows: readonly Row[]) => groupsBy(rows, ({ product }) => product);

export function customersOf(rows: readonly Row[]): Map<string, Row[]> {
  const known = rows.filter((row): row is Row & { customer: string } => row.customer !== null);
  return Map.groupBy(known, ({ customer }) => customer) as Map<string, Row[]>;
}

/** `ntile(bins)` of so many rows: the first bins are one larger. */
export function ntile(count: number, bins: number): number[] {
  const [size, larger] = [Math.floor(count / bins), count % bins];
  return Array.from({ length: bins }, (_, bin) => size + (bin < larger ? 1 : 0)).flatMap((rows, bin) =>
    Array.from({ length: rows }, () => bin + 1),
  );
}

export function masked(customer: string): string {
  return `***${customer.slice(-2)}`;
}
