import { join, resolve } from 'node:path';
import { RunInconsistent } from '../../shared/errors.ts';
import type { CatalogColumn, CatalogFile, CatalogPartition } from '../../shared/ports/catalog.ts';
import { duckdbType } from './duckdb-type.ts';
import { valuesInPaths } from './path-values.ts';
import { sqlName, sqlString } from './sql-text.ts';
import { isWorthALook } from './uniform-files.ts';

/** The SQL that shows a dataset as one table of DuckDB. */
interface DatasetView {
  /** One for each list of keys that files are partitioned by: mostly one. None if there is no file. */
  scans: FilesScan[];
  /** The view of what scans select. */
  createView(selects: string[]): string;
}

/** The SQL that reads files that are partitioned by the same keys. */
interface FilesScan {
  /** Makes the table of files with their partition values; `$files` is `files` as JSON. */
  createFiles: string;
  /** One row per published file: its path, then `p0`, `p1`, … the values of the partition keys. */
  files: Record<string, string | null>[];
  /** Counts the files whose path says another partition value than the catalog. */
  countMisplaced: string;
  /** What `areUniform` asks of the files; undefined if they are to be read by the schema of the catalog whatever they hold. */
  uniform: { columns: string[]; paths: string[] } | undefined;
  /**
   * Its partition values come from the paths, or, if some path says something else, from the table of files. Its columns are
   * matched with those of the catalog, or are those of the files, which are uniform.
   */
  select(valuesFrom: 'paths' | 'files', columnsOf: 'catalog' | 'files'): string;
}

/** Schema of the tables of files; people query the other one. */
export const FILES_SCHEMA = 'published_files';

/** A guess for files of which nobody says how many rows they have. */
const ROWS_A_FILE = 100_000;

/**
 * Plans the view of one dataset: the columns of the catalog in its order and types, then the partition keys. If the layout was partitioned
 * otherwise once, the files of each partitioning are read by themselves, one after the other.
 *
 * Six things that DuckDB would do by itself are done here, so that the rows are exact and in order.
 * - Which files: exactly those of the catalog. DuckDB takes a path in a list for a glob, so its
 *   wildcards are escaped.
 * - Partition values are those of the catalog. A key that has one value is that value; else an expression cuts it out of `filename`, of
 *   the folder at the place where the keys of the lake have it (Hive parsing would take `key=value` folders above the lake too). DuckDB
 *   evaluates such an expression once for each file before it opens any, so a filter on partition keys leaves only the files that it wants.
 *   The caller first asks `countMisplaced`: files whose paths say something else get their values by a join, which keeps no order.
 * - Names and types come from the catalog, not from the first file: `schema` matches columns by name,
 *   casts, and fills what an older file lacks with null, without opening every footer first. Files that are all as the catalog says are
 *   read without it: with it DuckDB reads a single file on one thread.
 *   They are `c0`, `c1`, … until the view names them: DuckDB mistakes a filter on a column called
 *   `filename` for one on the path, and leaves out files that have what is asked for.
 * - How many rows there are: with `schema` DuckDB believes that there are none, and would keep the whole table in memory in a join.
 * - Filters on a column that some files hold in a narrower type: DuckDB would hand them to the scan of each file, with the constant rounded
 *   to the type of that file, so that 7 is not less than 7.01 in a file of integers. They stay above the cast.
 *
 * Errors: `RunInconsistent` for a type the catalog cannot have.
 */
export function planDatasetView(
  catalog: CatalogFile,
  lakeDir: string,
  rows = catalog.partitions.length * ROWS_A_FILE,
): DatasetView {
  const { dataset, partitions } = catalog;
  const groups = Map.groupBy(
    partitions.filter(({ files }) => files.length > 0),
    ({ values }) => Object.keys(values).join('/'),
  );
  const of = (list: CatalogPartition[]) => list.reduce((sum, { files }) => sum + files.length, 0);
  const all = of(partitions);
  return {
    scans: [...groups.values()].map((some, index) =>
      planScan(
        { ...catalog, partitions: some },
        {
          lakeDir,
          rows: groups.size === 1 ? rows : Math.ceil((rows * of(some)) / all),
          filesTable: `${FILES_SCHEMA}.${sqlName(index === 0 ? dataset : `${dataset} ${index + 1}`)}`,
        },
      ),
    ),
    createView: (selects) =>
      `CREATE VIEW ${sqlName(dataset)} AS ${selects.length === 0 ? emptySelect(catalog) : selects.join(' UNION ALL ')}`,
  };
}

interface ScanPlace {
  lakeDir: string;
  rows: number;
  /** As SQL names it. */
  filesTable: string;
}

/** Plans the scan of partitions that all have the same keys. */
function planScan(catalog: CatalogFile, { lakeDir, rows, filesTable }: ScanPlace): FilesScan {
  const { dataset, partitions } = catalog;
  const keys = Object.keys(partitions[0]?.values ?? {});
  const files = partitions.flatMap(({ values, files }) =>
    files.map((key) => ({
      path: publishedPath(lakeDir, key),
      ...Object.fromEntries(keys.map((name, index) => [`p${index}`, values[name] ?? null])),
    })),
  );
  const paths = files.map(({ path }) => escapeGlob(path));
  const fileColumns = ['path', ...keys.map((_, index) => `p${index}`)];
  const fromPaths = valuesInPaths(keys, partitions, publishedPath(lakeDir, dataset));
  const shown = [...catalog.columns, ...catalog.partitionKeys].map((column) => ({
    column,
    keyAt: keys.findIndex((name) => namesOf(column).includes(name)),
  }));
  const isKey = (column: CatalogColumn) => catalog.partitionKeys.includes(column);
  const stored = shown.flatMap(({ column, keyAt }) =>
    keyAt < 0 && (!isKey(column) || column.isPartlyInFolders) ? [column] : [],
  );
  return {
    files,
    createFiles:
      `CREATE TABLE ${filesTable} AS SELECT unnest(from_json_strict($files, ` +
      `${sqlString(JSON.stringify([Object.fromEntries(fileColumns.map((name) => [name, 'VARCHAR']))]))}), recursive := true)`,
    countMisplaced: `SELECT count(*) FROM ${filesTable} WHERE ${[
      'false',
      ...fromPaths.map((value, index) => `${value('path')} IS DISTINCT FROM p${index}`),
    ].join(' OR ')}`,
    uniform:
      isWorthALook(files.length, rows) && stored.every(({ name }) => name.toLowerCase() !== 'filename')
        ? { columns: stored.map((column) => nullOf(column, dataset)), paths }
        : undefined,
    select(valuesFrom, columnsOf) {
      const { options, values } = columnsOf === 'files' ? ofFiles(stored) : bySchema(stored, dataset);
      const selected = shown.map(({ column, keyAt }) => {
        const inFolder = valuesFrom === 'files' ? `file_.p${keyAt}` : fromPaths[keyAt]?.('rows_.filename');
        const value =
          keyAt >= 0
            ? `CAST(${inFolder} AS ${typeOf(column, dataset)})`
            : (values.get(column) ?? `CAST(NULL AS ${typeOf(column, dataset)})`);
        return `${value} AS ${sqlName(column.name)}`;
      });
      return (
        `SELECT ${selected.join(', ')} FROM read_parquet([${paths.map(sqlString).join(', ')}], ` +
        `${options}, filename = true, explicit_cardinality = ${Math.max(rows, files.length)}) AS rows_` +
        (valuesFrom === 'files' ? ` JOIN ${filesTable} AS file_ ON file_.path = rows_.filename` : '')
      );
    },
  };
}

/** How `read_parquet` reads columns, and the expressions that show them. */
interface ColumnsRead {
  options: string;
  values: Map<CatalogColumn, string>;
}

function ofFiles(columns: CatalogColumn[]): ColumnsRead {
  // DuckDB would add columns of the folders.
  const values = new Map(columns.map((column) => [column, `rows_.${sqlName(column.name)}`]));
  return { options: 'hive_partitioning = false', values };
}

function bySchema(columns: CatalogColumn[], dataset: string): ColumnsRead {
  const schema = columns.flatMap((column, index) =>
    namesOf(column).map(
      (name, which) =>
        `${sqlString(name)}: {name: '${placeOf(index, which)}', type: ${sqlString(typeOf(column, dataset))}, default_value: NULL}`,
    ),
  );
  return {
    options: `schema = MAP {${schema.join(', ')}}`,
    values: new Map(columns.map((column, index) => [column, shownValue(column, readValue(column, index))])),
  };
}

function emptySelect({ dataset, columns, partitionKeys }: CatalogFile): string {
  const nulls = [...columns, ...partitionKeys].map((column) => nullOf(column, dataset));
  return `SELECT ${nulls.join(', ')} WHERE false`;
}

function nullOf(column: CatalogColumn, dataset: string): string {
  return `CAST(NULL AS ${typeOf(column, dataset)}) AS ${sqlName(column.name)}`;
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
export function publishedPath(lakeDir: string, key: string): string {
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
