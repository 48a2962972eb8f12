import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';

type Value = string | null | Value[] | { [name: string]: Value };
export type Row = Record<string, Value>;

export const folder = new URL('../golden/', import.meta.url);
export const names = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
export const filesOf = (name: string) => readdirSync(new URL(`${name}/`, folder));
export const isCase = (name: string) => existsSync(new URL(`${name}/layout.json`, folder));

export function bytesOf(name: string, file: string): Uint8Array {
  const bytes = readFileSync(new URL(`${name}/${file}`, folder));
  if (!file.endsWith('.hex')) return bytes;
  const digits = bytes.toString().replace(/#.*/g, '').replace(/\s/g, '');
  expect(digits).toMatch(/^([0-9A-F]{2})*$/);
  return Buffer.from(digits, 'hex');
}

export const textOf = (name: string, file: string) => Buffer.from(bytesOf(name, file)).toString('utf8');
export const jsonOf = (name: string, file: string) => JSON.parse(textOf(name, file));

/** Numbers, dates and booleans as DuckDB prints them, within lists and structs too. */
export function asText(value: unknown): Value {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map(asText);
  if (typeof value !== 'object') return String(value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asText(inner)]));
}

/** The first place at which two tables differ, in words; undefined if they are the same. */
export function firstDifference(expected: Row[], actual: Row[]): string | undefined {
  for (const [index, row] of expected.entries()) {
    const other = actual[index];
    if (!other) break;
    for (const column of new Set([...Object.keys(row), ...Object.keys(other)])) {
      const [wanted, found] = [row[column], other[column]].map((value) => JSON.stringify(value));
      if (wanted !== found) return `row ${index + 1}, ${column}: ${wanted} was expected, ${found} was read`;
    }
  }
  if (expected.length === actual.length) return undefined;
  return `${expected.length} rows were expected, ${actual.length} were read`;
}

/** The name of the input that a case converts. */
export function inputOf(name: string): string {
  const extension = ['txt', 'zip', 'txt.bz2'].find((end) =>
    existsSync(new URL(`${name}/input.${end}`, folder)),
  );
  return `input.${extension ?? 'bin'}`;
}
