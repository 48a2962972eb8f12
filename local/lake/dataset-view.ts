import { join, resolve } from 'node:path';
import { RunInconsistent } from '../../shared/errors.ts';
import type { CatalogColumn, CatalogFile } from '../../shared/ports/catalog.ts';
import { duckdbType } from './duckdb-type.ts';
import { sqlName, sqlString } from './sql-text.ts';

/** The SQL that shows a dataset as one table of DuckDB. */
interface DatasetView {
  /** Makes the table of files with their partition values; `$files` is `files` as JSON. */
  createFiles: string;
  /** One row per published file: its path, then `p0`, `p1`, … the values of the partition keys. */
  files: Record<string, string | null>[];
  createView: string;
}

/** Schema of the tables of files; people query the other one. */
export const FILES_SCHEMA = 'published_files';

/**
 * Plans the view of one dataset: the columns of the catalog in its order and types, then the partition keys.
 *
 * Four things that DuckDB would do by itself are done here, so that the rows are exact.
 * - Which files: exactly those of the catalog. DuckDB takes a path in a list for a glob, so its
 *   wildcards are escaped.
 * - Partition values come from the catalog by a join on `filename`. Hive parsing of paths unescapes
 *   rightly, but takes `key=value` folders above the lake for partitions too. The join costs about as
 *   much, and still opens only the files that a filter on partition keys leaves: the file table is the
 *   build side, and its paths reach the scan as a dynamic filter.
 * - Names and types come from the catalog, not from the first file: `schema` matches columns by name,
 *   casts, and fills what an older file lacks with null, without opening every footer first.
 *   They are `c0`, `c1`, … until the view names them: DuckDB mistakes a filter on a column called
 *   `filename` for one on the path, and leaves out files that have what is asked for.
 *
 * - Filters on a column that some files hold in a narrower type: DuckDB would hand them to the scan of each file, with the constant rounded
 *   to the type of that file, so that 7 is not less than 7.01 in a file of integers. They stay above the cast.
 *
 * Errors: `RunInconsistent` for a type the catalog cannot have.
 */
export function planDatasetView(catalog: CatalogFile, lakeDir: string): DatasetView {
  const { dataset, columns, partitionKeys, partitions } = catalog;
  const files = partitions.flatMap(({ values, files }) =>
    files.map((key) => ({
      path: publishedPath(lakeDir, key),
      ...Object.fromEntries(partitionKeys.map(({ name }, index) => [`p${index}`, values[name] ?? null])),
    })),
  );
  const filesTable = `${FILES_SCHEMA}.${sqlName(dataset)}`;
  const fileColumns = ['path', ...partitionKeys.map((_, index) => `p${index}`)];
  return {
    files,
    createFiles:
      `CREATE TABLE ${filesTable} AS SELECT unnest(from_json_strict($files, ` +
      `${sqlString(JSON.stringify([Object.fromEntries(fileColumns.map((name) => [name, 'VARCHAR']))]))}), recursive := true)`,
    createView: `CREATE VIEW ${sqlName(dataset)} AS ${files.length === 0 ? emptySelect() : joinedSelect()}`,
  };

  function joinedSelect(): string {
    const selected = [
      ...columns.map(
        (column, index) => `${shownValue(column, readValue(column, index))} AS ${sqlName(column.name)}`,
      ),
      ...partitionKeys.map(
        (key, index) => `CAST(file_.p${index} AS ${typeOf(key, dataset)}) AS ${sqlName(key.name)}`,
      ),
    ];
    const paths = files.map(({ path }) => sqlString(escapeGlob(path)));
    const schema = columns.flatMap((column, index) =>
      namesOf(column).map(
        (name, which) =>
          `${sqlString(name)}: {name: '${placeOf(index, which)}', type: ${sqlString(typeOf(column, dataset))}, default_value: NULL}`,
      ),
    );
    return (
      `SELECT ${selected.join(', ')} FROM read_parquet([${paths.join(', ')}], ` +
      `schema = MAP {${schema.join(', ')}}, filename = true) AS rows_ ` +
      `JOIN ${filesTable} AS file_ ON file_.path = rows_.filename`
    );
  }

  function emptySelect(): string {
    const nulls = [...columns, ...partitionKeys].map(
      (column) => `CAST(NULL AS ${typeOf(column, dataset)}) AS ${sqlName(column.name)}`,
    );
    return `SELECT ${nulls.join(', ')} WHERE false`;
  }
}

/** A file has a column under one of its names; the others are null there. */
function namesOf({ name, formerly = [] }: CatalogColumn): string[] {
  return [name, ...formerly];
}

function placeOf(index: number, which: number): string {
  return which === 0 ? `c${index}` : `c${index}_${which}`;
}

function readValue(column: CatalogColumn, index: number): string {
  const places = namesOf(column).map((_, which) => `rows_.${placeOf(index, which)}`);
  return places.length === 1 ? places[0]! : `coalesce(${places.join(', ')})`;
}

/** An expression of two columns is no filter of a scan; `filename` is never empty. */
function shownValue({ hasNarrowerFiles }: CatalogColumn, read: string): string {
  return hasNarrowerFiles ? `CASE WHEN rows_.filename <> '' THEN ${read} END` : read;
}

/** Path at which the local adapter keeps a published object. */
function publishedPath(lakeDir: string, key: string): string {
  return join(resolve(lakeDir), 'processed', key);
}

/** `a[1]*` → `a[[]1][*]`: the glob that matches this text alone. */
export function escapeGlob(path: string): string {
  return path.replace(/[[*?]/g, (wildcard) => `[${wildcard}]`);
}

function typeOf({ name, type }: CatalogColumn, dataset: string): string {
  const known = duckdbType(type);
  if (known !== undefined) return known;
  throw new RunInconsistent({
    what: `column '${name}' has the unknown type '${type}'`,
    where: `catalog/${dataset}.json`,
    next: 'Types are string, bigint, decimal(p,s), date, timestamp, boolean, binary, double, and array<…> and struct<…> of them',
  });
}
