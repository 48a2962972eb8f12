import { INT64_DIGITS } from '../layout/field-type.ts';
import type { CatalogColumn, TableColumns } from '../ports/catalog.ts';

/** Changes to a table that let readers see the files of a layout. If there is a problem, none of them is made. */
export interface TableChange {
  /** Those of the table in their places, with types that hold the values of both, then the new ones. */
  columns: CatalogColumn[];
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

/**
 * Compares the table that readers have with the one that a layout fills. A column that the table lacks is added. A type becomes wider if it
 * then holds every value of both exactly: older files stay as they are, and readers cast. A name changes if the layout says what it was
 * (`formerly`). Every other difference is a problem.
 */
export function planTableChange(
  table: TableColumns,
  wanted: TableColumns,
  skills: ReaderSkills,
): TableChange {
  const change: TableChange = {
    columns: [...table.columns],
    widened: [],
    renamed: [],
    absent: table.columns.filter((one) => !wanted.columns.some((other) => isSame(one, other))).map(nameOf),
    problems: keyProblems(table.partitionKeys, wanted.partitionKeys),
  };
  const taken = new Map<CatalogColumn, string>();
  for (const column of wanted.columns) {
    const [standing, another] = table.columns.filter((one) => isSame(one, column));
    if (!standing) {
      change.columns.push(column);
      continue;
    }
    const problem = renameProblem(standing, another, column, taken.get(standing), skills);
    taken.set(standing, column.name);
    if (problem === undefined) changeColumn(change, table.columns.indexOf(standing), column, skills);
    else change.problems.push(problem);
  }
  return change;
}

const nameOf = ({ name }: CatalogColumn) => name;

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

/** Gives the column at a place the name and the type that hold both; an older layout does not take its name back. */
function changeColumn(change: TableChange, at: number, column: CatalogColumn, skills: ReaderSkills): void {
  const standing = change.columns[at]!;
  const type = widerType(standing.type, column.type, skills);
  if (type === undefined) {
    change.problems.push(`column ${column.name} is ${standing.type} there and ${column.type} in the layout`);
    return;
  }
  const isMixed = standing.type !== column.type || standing.hasNarrowerFiles || column.hasNarrowerFiles;
  const name = column.formerly?.includes(standing.name) ? column.name : standing.name;
  const names = new Set([
    ...(standing.formerly ?? []),
    ...(column.formerly ?? []),
    standing.name,
    column.name,
  ]);
  names.delete(name);
  change.columns[at] = {
    ...standing,
    name,
    type,
    ...(isMixed ? { hasNarrowerFiles: true } : {}),
    ...(names.size > 0 ? { formerly: [...names] } : {}),
  };
  if (name !== standing.name) change.renamed.push({ from: standing.name, to: name });
  if (type !== standing.type) change.widened.push({ name, from: standing.type, to: type });
}

/** Folders are named after partition keys, so neither their order nor their types can change. */
function keyProblems(standing: CatalogColumn[], wanted: CatalogColumn[]): string[] {
  const text = (keys: CatalogColumn[]) => keys.map(({ name, type }) => `${name} ${type}`).join(', ');
  if (text(standing) === text(wanted)) return [];
  return [`it is partitioned by ${text(standing)}, the layout by ${text(wanted)}`];
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
