import { LayoutInvalid } from '../../errors.ts';
import { DATE_PARTITION_NAMES } from '../date-partition.ts';
import { columnNames } from './column-names.ts';
import type { StoredItem, StoredRecord } from './storage.ts';

/** Last pass: the elementary items of a record as columns, and its tables as lists, child rows or numbered columns. */
export interface CopybookColumn {
  /** Lower snake case, unique in the record. */
  name: string;
  item: StoredItem;
  startByte: number;
  endByte: number;
  /** The columns of a table, at the positions of the first occurrence. */
  elements?: CopybookColumn[];
  /** The nearest chosen redefinition around it, if any. */
  alternative: StoredItem | undefined;
}

interface ColumnChoice {
  /**
   * For items that share bytes: the first described (`first`), every one (`all`), or those named here in place of
   * the first.
   */
  redefines: 'first' | 'all' | string[];
  /** FILLER becomes columns `filler_1`, `filler_2` … */
  filler: boolean;
  /** The tables that stay tables. Others, and those within a table, become numbered columns; all do if this is absent. */
  isTable?: (item: StoredItem) => boolean;
}

const MAX_COLUMNS = 10_000;

/** Fails with `LayoutInvalid` if the tables of a record make too many columns. */
export function columnsOf(record: StoredRecord, choice: ColumnChoice, file: string): CopybookColumn[] {
  const found: FoundColumn[] = [];
  const around = { offsetBytes: 0, groups: [], occurrences: [], alternative: undefined };
  collect(record.root, around, choice, file, found);
  return named(found);
}

function named(found: FoundColumn[]): CopybookColumn[] {
  const names = columnNames(found, DATE_PARTITION_NAMES);
  return found.map(({ item, startByte, endByte, elements, alternative }, index) => ({
    name: names[index]!,
    item,
    startByte,
    endByte,
    alternative,
    ...(elements && { elements: named(elements) }),
  }));
}

/** The items that `choice` leaves out: other descriptions of bytes that it reads. */
export function leftOut(record: StoredRecord, choice: ColumnChoice): StoredItem[] {
  const visit = (item: StoredItem): StoredItem[] => {
    const chosen = new Set(chosenOf(item.children, choice.redefines));
    return item.children.flatMap((child) => (chosen.has(child) ? visit(child) : [child]));
  };
  return visit(record.root);
}

interface FoundColumn {
  item: StoredItem;
  startByte: number;
  endByte: number;
  /** Names of the item and the groups around it, innermost first; FILLER has no name. */
  path: string[];
  /** Number of the occurrence in each table around it, from 1, outermost first. */
  occurrences: number[];
  elements?: FoundColumn[];
  alternative: StoredItem | undefined;
}

interface Around {
  /** Added to the position by the occurrence of the tables around. */
  offsetBytes: number;
  groups: string[];
  occurrences: number[];
  alternative: StoredItem | undefined;
}

function collect(
  item: StoredItem,
  around: Around,
  choice: ColumnChoice,
  file: string,
  found: FoundColumn[],
): void {
  const isFiller = item.form !== undefined && item.name === undefined;
  if (isFiller && !choice.filler) return;
  const path = item.name === undefined ? around.groups : [item.name, ...around.groups];
  if (item.occurs && choice.isTable?.(item)) {
    found.push(foundTable(item, path, around, choice, file));
    return;
  }
  for (let occurrence = 1; occurrence <= (item.occurs?.max ?? 1); occurrence++) {
    const offsetBytes = around.offsetBytes + (occurrence - 1) * item.strideBytes;
    const occurrences = item.occurs ? [...around.occurrences, occurrence] : around.occurrences;
    if (item.form) {
      if (found.length >= MAX_COLUMNS) throw tooMany(item, file);
      const startByte = item.startByte + offsetBytes;
      const endByte = startByte + item.lengthBytes;
      const { alternative } = around;
      found.push({ item, startByte, endByte, path: isFiller ? [] : path, occurrences, alternative });
    }
    for (const child of chosenOf(item.children, choice.redefines)) {
      const shares = child.redefines !== undefined || isRedefined(child, item.children);
      const alternative = shares ? child : around.alternative;
      collect(child, { offsetBytes, groups: path, occurrences, alternative }, choice, file, found);
    }
  }
}

/** A table as one column; tables within it become numbered columns of its elements. */
function foundTable(
  item: StoredItem,
  path: string[],
  { offsetBytes, alternative }: Around,
  choice: ColumnChoice,
  file: string,
): FoundColumn {
  const elements: FoundColumn[] = [];
  const within = { offsetBytes, groups: [], occurrences: [], alternative: undefined };
  const { isTable: _isTable, ...flat } = choice;
  collect({ ...item, occurs: undefined }, within, flat, file, elements);
  const startByte = item.startByte + offsetBytes;
  const endByte = startByte + item.lengthBytes;
  return { item, startByte, endByte, path, occurrences: [], elements, alternative };
}

export function isRedefined({ name }: StoredItem, siblings: StoredItem[]): boolean {
  return name !== undefined && siblings.some(({ redefines }) => redefines === name);
}

function chosenOf(children: StoredItem[], redefines: ColumnChoice['redefines']): StoredItem[] {
  if (redefines === 'all') return children;
  // Items that share bytes are together: one that redefines nothing, then its redefinitions.
  const sharing: StoredItem[][] = [];
  for (const child of children) {
    if (child.redefines === undefined) sharing.push([child]);
    else sharing.at(-1)?.push(child);
  }
  return sharing.flatMap((alternatives) => {
    const named = Array.isArray(redefines)
      ? alternatives.filter(({ name }) => name !== undefined && redefines.includes(name))
      : [];
    return named.length > 0 ? named : alternatives.slice(0, 1);
  });
}

function tooMany(item: StoredItem, file: string): LayoutInvalid {
  return new LayoutInvalid({
    what: `the tables of the record make more than ${MAX_COLUMNS} columns`,
    where: `${file}, line ${item.line}, column ${item.column}`,
    why: `${item.name ?? 'FILLER'} has that many occurrences`,
    next: 'Describe the table as one text, and let the query take it apart.',
  });
}
