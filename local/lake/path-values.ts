import { HIVE_DEFAULT_PARTITION } from '../../shared/keys/partition-path.ts';
import type { CatalogPartition } from '../../shared/ports/catalog.ts';
import { sqlString } from './sql-text.ts';

/** An expression of DuckDB for the value of a partition key; `path` is an expression for the path of a file. */
type ValueInPath = (path: string) => string;

/**
 * For each partition key an expression that is its value in every file of the partitions, whose paths are `folder`, a folder for each key,
 * and more. The shortest that is right for these: DuckDB evaluates it once for each file to find those that a filter leaves, and a regular
 * expression with decoding takes 50 µs a file. All have functions that DuckDB evaluates once for all rows of a file (`split_part` and lists
 * it evaluates for each row).
 */
export function valuesInPaths(keys: string[], partitions: CatalogPartition[], folder: string): ValueInPath[] {
  const depth = folder.split('/').length;
  return keys.map((name, index) => {
    const places = partitions.flatMap(({ values, files: [file] }) =>
      file === undefined ? [] : placeIn(file, index, values[name] ?? null),
    );
    const [first] = places;
    if (first === undefined || places.every(({ value }) => value === first.value)) {
      const value = first?.value ?? null;
      return () => (value === null ? 'NULL' : sqlString(value));
    }
    const isSame = (fact: keyof KeyPlace) => places.every((place) => place[fact] === first[fact]);
    const isPlain = places.every(({ text, value }) => text === value);
    // `folder` and a slash; SQL counts characters from 1.
    const start = lengthOf(folder) + 2 + first.start;
    const text: ValueInPath = !isSame('start')
      ? (path) => `regexp_extract(${path}, '^(?:[^/]*/){${depth + index}}[^/=]*=([^/]*)/', 1)`
      : isSame('length')
        ? (path) => `substr(${path}, ${start}, ${first.length})`
        : (path) => `substr(${path}, ${start}, instr(substr(${path}, ${start}), '/') - 1)`;
    return isPlain
      ? text
      : (path) => `nullif(url_decode(${text(path)}), ${sqlString(HIVE_DEFAULT_PARTITION)})`;
  });
}

/** Where the value of a key is in the path of a file below the dataset's folder, in characters. */
interface KeyPlace {
  value: string | null;
  text: string;
  start: number;
  length: number;
}

/** `x/year=2026/product=A%2FB/gen=1/f` and key 1 → `A%2FB` from character 18 on. */
function placeIn(file: string, index: number, value: string | null): KeyPlace {
  const [, ...folders] = file.split('/');
  const folder = folders[index] ?? '';
  const text = folder.slice(folder.indexOf('=') + 1);
  const before = [...folders.slice(0, index), folder.slice(0, folder.length - text.length)].join('/');
  return { value, text, start: lengthOf(before), length: lengthOf(text) };
}

/** DuckDB counts characters of Unicode, and JavaScript halves of some. */
function lengthOf(text: string): number {
  return [...text].length;
}
