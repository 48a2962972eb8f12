import { INT64_DIGITS } from '../layout/field-type.ts';
import type { CatalogColumn, TableColumns } from '../ports/catalog.ts';

/** Changes to a table that let readers see the files of a layout. If there is a problem, none of them is made. */
export interface TableChange {
  /** Those of the table in their places, with types that hold the values of both, then the new ones. */
  columns: CatalogColumn[];
  partitionKeys: CatalogColumn[];
  /** What the table was partitioned by, if that changes. */
  partitionedBefore?: CatalogColumn[];
  widened: { name: string; from: string; to: string }[];
  renamed: { from: string; to: string }[];
  /** Columns of the table that the layout does not have: they are null in its rows. */
  absent: string[];
  /** Why the files of the layout cannot be in the table, each a clause. */
  problems: string[];
}

/** How the readers of a catalog treat an older file whose column has a wider type in the table. */
export interface ReaderSkills {
  /**
   * They cast every exact number. If not, they read rightly only a decimal with more digits of the same scale, in the same stored form: both
   * as 64-bit integers, or both as longer ones.
   */
  castsNumbers: boolean;
  /** They find a column in older files that have it under another name. */
  renames: boolean;
}

/** A day that is published counts for what a table is partitioned by if no later one is: an earlier day may be shown again at any time. */
export function keysAfter(days: Iterable<string>, businessDate: string): 'layout' | 'table' {
  return [...days].every((date) => date <= businessDate) ? 'layout' : 'table';
}

/** A column of either side, while they are compared. */
interface Field {
  column: CatalogColumn;
  /** Is the table partitioned by it, is the layout? Undefined where it does not exist. */
  isKey: { table?: boolean; layout?: boolean };
}

/**
 * Compares the table that readers have with the one that a layout fills. A column that the table lacks is added. A type becomes wider if it
 * then holds every value of both exactly: older files stay as they are, and readers cast. A name changes if the layout says what it was
 * (`formerly`). A column may become one that files are partitioned by, and the other way round, as long as its type stays. Every other
 * difference is a problem. The table is then partitioned as the side `keysOf` is: the layout, unless its day is an earlier one.
 */
export function planTableChange(
  table: TableColumns,
  wanted: TableColumns,
  skills: ReaderSkills,
  keysOf: 'layout' | 'table' = 'layout',
): TableChange {
  const all = (of: TableColumns) => [...of.columns, ...of.partitionKeys];
  const fields = all(table).map(
    (column): Field => ({ column, isKey: { table: table.partitionKeys.includes(column) } }),
  );
  const standing = [...fields];
  const change: Pick<TableChange, 'widened' | 'renamed' | 'absent' | 'problems'> = {
    widened: [],
    renamed: [],
    absent: all(table)
      .filter((one) => !all(wanted).some((other) => isSame(one, other)))
      .map(({ name }) => name),
    problems: [],
  };
  const taken = new Map<Field, string>();
  for (const column of all(wanted)) {
    const isKey = wanted.partitionKeys.includes(column);
    const [field, another] = standing.filter((one) => isSame(one.column, column));
    if (!field) {
      fields.push({ column, isKey: { layout: isKey } });
      continue;
    }
    const problem = renameProblem(field.column, another?.column, column, taken.get(field), skills);
    taken.set(field, column.name);
    field.isKey.layout = isKey;
    changeField(change, field, column, skills, problem);
  }
  return { ...change, ...keyed(fields, keysOf === 'table' ? table : wanted, table) };
}

/** The columns and keys that fields become if files are partitioned by the keys of `by`. */
function keyed(
  fields: Field[],
  by: TableColumns,
  table: TableColumns,
): Pick<TableChange, 'columns' | 'partitionKeys' | 'partitionedBefore'> {
  const keys = by.partitionKeys.flatMap((key) => fields.find(({ column }) => isSame(column, key)) ?? []);
  const partitionKeys = keys.map((field) => marked(field, 'a key'));
  const isSameKeys =
    keys.length === table.partitionKeys.length &&
    keys.every(({ column }, at) => isSame(column, table.partitionKeys[at]!));
  return {
    columns: fields.filter((field) => !keys.includes(field)).map((field) => marked(field, 'a column')),
    partitionKeys,
    ...(!isSameKeys && { partitionedBefore: table.partitionKeys }),
  };
}

/** Some files have it and others do not if the sides differ, or if it is a column now that only folders have had. */
function marked({ column, isKey }: Field, as: 'a key' | 'a column'): CatalogColumn {
  const { table, layout } = isKey;
  const isMixed = table !== undefined && layout !== undefined && table !== layout;
  const wasKey = as === 'a column' && (table === true || layout === true);
  return isMixed || wasKey ? { ...column, isPartlyInFolders: true } : column;
}

/** A column stays the same if either side says that the other's name was its own. */
function isSame(one: CatalogColumn, other: CatalogColumn): boolean {
  return (
    one.name === other.name ||
    Boolean(one.formerly?.includes(other.name)) ||
    Boolean(other.formerly?.includes(one.name))
  );
}

function renameProblem(
  standing: CatalogColumn,
  another: CatalogColumn | undefined,
  { name }: CatalogColumn,
  takenBy: string | undefined,
  { renames }: ReaderSkills,
): string | undefined {
  if (another) return `column ${name} cannot be what ${standing.name} was: the table has ${another.name} too`;
  if (takenBy !== undefined)
    return `columns ${takenBy} and ${name} of the layout are both ${standing.name} there`;
  if (standing.name === name || renames) return undefined;
  return `column ${name} of the layout is ${standing.name} there, and readers of this catalog find columns by their names`;
}

/** Gives a field the name and the type that hold both sides; an older layout does not take its name back. */
function changeField(
  change: Pick<TableChange, 'widened' | 'renamed' | 'problems'>,
  field: Field,
  column: CatalogColumn,
  skills: ReaderSkills,
  renaming: string | undefined,
): void {
  const standing = field.column;
  const type = widerType(standing.type, column.type, skills);
  const problem = renaming ?? typeProblem(field, column, type);
  if (type === undefined || problem !== undefined) {
    if (problem !== undefined) change.problems.push(problem);
    return;
  }
  const name = column.formerly?.includes(standing.name) ? column.name : standing.name;
  const names = new Set([
    ...(standing.formerly ?? []),
    ...(column.formerly ?? []),
    standing.name,
    column.name,
  ]);
  names.delete(name);
  const { hasNarrowerFiles: _narrower, areNarrowerPromoted: _promoted, ...kept } = standing;
  field.column = {
    ...kept,
    name,
    type,
    ...narrowerFiles(standing, column, type),
    ...(names.size > 0 ? { formerly: [...names] } : {}),
    ...(column.isPartlyInFolders ? { isPartlyInFolders: true } : {}),
  };
  if (name !== standing.name) change.renamed.push({ from: standing.name, to: name });
  if (type !== standing.type) change.widened.push({ name, from: standing.type, to: type });
}

/** Whether any file has the column in a narrower type than `type`, and whether readers promote each such type. */
function narrowerFiles(
  standing: CatalogColumn,
  column: CatalogColumn,
  type: string,
): Pick<CatalogColumn, 'hasNarrowerFiles' | 'areNarrowerPromoted'> {
  const sides = [standing, column];
  if (sides.every((side) => side.type === type && !side.hasNarrowerFiles)) return {};
  const arePromoted = sides.every(
    (side) => isPromoted(side.type, type) && (!side.hasNarrowerFiles || side.areNarrowerPromoted === true),
  );
  return { hasNarrowerFiles: true, ...(arePromoted && { areNarrowerPromoted: true }) };
}

/**
 * Values that are in the names of folders, or in manifests for other programs, are those of one type for ever. Files that have such a column
 * themselves may have it narrower, if every reader promotes it: a key cannot be left out for those that do not.
 */
function typeProblem(
  { column: standing, isKey }: Field,
  column: CatalogColumn,
  type: string | undefined,
): string | undefined {
  const { name } = column;
  const inFolders = [
    ...(isKey.table || standing.isPartlyInFolders ? [standing.type] : []),
    ...(isKey.layout || column.isPartlyInFolders ? [column.type] : []),
  ];
  if (type === undefined || inFolders.some((one) => one !== type)) {
    const why = type === undefined ? '' : ', and files are partitioned by it';
    return `column ${name} is ${standing.type} there and ${column.type} in the layout${why}`;
  }
  const { hasNarrowerFiles, areNarrowerPromoted } = narrowerFiles(standing, column, type);
  return inFolders.length > 0 && hasNarrowerFiles && !areNarrowerPromoted
    ? `files cannot be partitioned by ${name}: earlier ones have it in another type than ${type}, and readers of Iceberg only promote a decimal to one of the same scale`
    : undefined;
}

/** A 64-bit integer has at most 19 digits. */
const BIGINT = { whole: 19, scale: 0 };

/** The one of two types that holds every value of both exactly; undefined if neither does. */
export function widerType(standing: string, wanted: string, skills: ReaderSkills): string | undefined {
  if (standing === wanted) return standing;
  if (!skills.castsNumbers && !isStoredAlike(standing, wanted)) return undefined;
  const [before, after] = [digitsOf(standing), digitsOf(wanted)];
  if (!before || !after) return undefined;
  if (holds(after, before) && wanted !== 'bigint') return wanted;
  return holds(before, after) && standing !== 'bigint' ? standing : undefined;
}

/** Do readers of Iceberg read a type as the wider one? Of exact numbers a decimal may get more digits, and no other scale. */
function isPromoted(narrow: string, wide: string): boolean {
  return narrow !== 'bigint' && digitsOf(narrow)?.scale === digitsOf(wide)?.scale;
}

/** Are the unscaled digits of both the same kind of integer in a file? */
function isStoredAlike(one: string, other: string): boolean {
  if (one === 'bigint' || other === 'bigint') return false;
  const [a, b] = [digitsOf(one), digitsOf(other)];
  const isLong = ({ whole, scale }: Digits) => whole + scale > INT64_DIGITS;
  return a !== undefined && b !== undefined && a.scale === b.scale && isLong(a) === isLong(b);
}

interface Digits {
  /** Before the point. */
  whole: number;
  /** After it. */
  scale: number;
}

/** `decimal(12,2)` → 10 before the point, 2 after it; undefined for a type that is no exact number. */
function digitsOf(type: string): Digits | undefined {
  if (type === 'bigint') return BIGINT;
  const [, precision, scale] = /^decimal\((\d+),\s*(\d+)\)$/.exec(type) ?? [];
  if (precision === undefined || scale === undefined) return undefined;
  return { whole: Number(precision) - Number(scale), scale: Number(scale) };
}

function holds(wide: Digits, narrow: Digits): boolean {
  return wide.whole >= narrow.whole && wide.scale >= narrow.scale;
}
