import type { FieldEntry } from '../layout-schema.ts';
import { didYouMean } from '../nearest.ts';
import { itemsOf, itemText } from './choose-record.ts';
import { columnEntry } from './column-entry.ts';
import { columnsOf } from './columns.ts';
import type { StoredRecord } from './storage.ts';

/** What somebody must decide before a record of a copybook is a list of fields. */
export interface CopybookChoice {
  /** What becomes of OCCURS: numbered columns. */
  occurs?: 'columns' | undefined;
  /** Of items that share bytes: the first, all, or these. */
  redefines?: 'first' | 'all' | string[] | undefined;
  filler?: boolean | undefined;
}

/** Where the choice is written, for messages. */
export interface ChoiceNames {
  /** `copybook`, `header.copybook` … */
  at: string;
  copybookFile: string;
}

/** The record's fields as a layout would list them. What the choice leaves open goes to `problems`. */
export function copybookFields(
  record: StoredRecord,
  choice: CopybookChoice,
  names: ChoiceNames,
  problems: string[],
): FieldEntry[] {
  problems.push(...choiceProblems(record, choice, names));
  const redefines = Array.isArray(choice.redefines)
    ? choice.redefines.map((name) => name.toUpperCase())
    : (choice.redefines ?? 'first');
  return columnsOf(record, { redefines, filler: choice.filler ?? false }, names.copybookFile).map(
    columnEntry,
  );
}

/** What of the record needs a decision that the layout does not take, or one that cannot be carried out yet. */
function choiceProblems(
  record: StoredRecord,
  choice: CopybookChoice,
  { at, copybookFile }: ChoiceNames,
): string[] {
  const items = itemsOf(record.root);
  const problems: string[] = [];
  const tables = items.filter(({ occurs }) => occurs && occurs.dependingOn === undefined);
  const depending = items.find(({ occurs }) => occurs?.dependingOn !== undefined);
  const redefinitions = items.filter(({ redefines }) => redefines !== undefined);
  if (depending) {
    problems.push(
      `'${at}': ${itemText(depending)} of ${copybookFile} OCCURS DEPENDING ON ${depending.occurs!.dependingOn}, which this version does not read`,
    );
  }
  if (tables.length > 0 && choice.occurs === undefined) {
    const { name, occurs } = tables[0]!;
    problems.push(
      `'${at}' needs "occurs": "columns", because ${itemText(tables[0]!)} of ${copybookFile} occurs ${occurs!.max} times: it makes ${occurs!.max} columns ${(name ?? 'filler').toLowerCase().replaceAll('-', '_')}_1 …`,
    );
  }
  if (redefinitions.length > 0 && choice.redefines === undefined) {
    problems.push(
      `'${at}' needs 'redefines', because ${itemText(redefinitions[0]!)} of ${copybookFile} redefines ${redefinitions[0]!.redefines}: say "first" (the redefined item only), "all" (both are read of every record), or a list of the items to read`,
    );
  }
  if (Array.isArray(choice.redefines)) {
    const names = redefinitions.flatMap(({ name, redefines }) => (name ? [redefines!, name] : [redefines!]));
    for (const name of choice.redefines) {
      if (!names.includes(name.toUpperCase()))
        problems.push(
          `'${at}.redefines' names '${name}', which shares its bytes with no other item${didYouMean(name, names)}`,
        );
    }
  }
  return problems;
}
