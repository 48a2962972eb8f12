import { INT64_DIGITS } from '../layout/field-type.ts';
import type { CatalogColumn, TableColumns } from '../ports/catalog.ts';

/** Changes to a table that let readers see the files of a layout. If there is a problem, none of them is made. */
export interface TableChange {
  /** Those of the table in their places, with types that hold the values of both, then the new ones. */
  columns: CatalogColumn[];
  widened: { name: string; from: string; to: string }[];
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
}

/**
 * Compares the table that readers have with the one that a layout fills. A column that the table lacks is added. A type becomes wider if it
 * then holds every value of both exactly: older files stay as they are, and readers cast. Every other difference is a problem.
 */
export function planTableChange(
  table: TableColumns,
  wanted: TableColumns,
  skills: ReaderSkills,
): TableChange {
  const change: TableChange = {
    columns: [...table.columns],
    widened: [],
    absent: table.columns.filter(({ name }) => !named(wanted.columns, name)).map(({ name }) => name),
    problems: keyProblems(table.partitionKeys, wanted.partitionKeys),
  };
  for (const column of wanted.columns) {
    const at = table.columns.findIndex(({ name }) => name === column.name);
    const standing = table.columns[at];
    if (!standing) {
      change.columns.push(column);
      continue;
    }
    const type = widerType(standing.type, column.type, skills);
    if (type === undefined) {
      change.problems.push(
        `column ${column.name} is ${standing.type} there and ${column.type} in the layout`,
      );
      continue;
    }
    const isMixed = standing.type !== column.type || column.hasNarrowerFiles;
    change.columns[at] = { ...standing, type, ...(isMixed ? { hasNarrowerFiles: true } : {}) };
    if (type !== standing.type) {
      change.widened.push({ name: column.name, from: standing.type, to: type });
    }
  }
  return change;
}

function named(columns: CatalogColumn[], wanted: string): CatalogColumn | undefined {
  return columns.find(({ name }) => name === wanted);
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
