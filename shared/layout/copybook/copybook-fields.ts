import { didYouMean } from '../did-you-mean.ts';
import type { FieldEntry, FieldItem, OccursEntry, SelectionEntry } from '../layout-schema.ts';
import type { Overpunch } from '../number-notation.ts';
import { itemsOf, itemText } from './choose-record.ts';
import { columnEntry } from './column-entry.ts';
import { type CopybookColumn, columnsOf, isRedefined } from './columns.ts';
import type { Occurs } from './entry.ts';
import { asIdentifier, type IdentifierNames, identifierProblems } from './identifiers.ts';
import type { StoredItem, StoredRecord } from './storage.ts';

/** A table is made into one of these: a list, numbered columns, or child rows that carry fields of the record. */
type TableChoice =
  | 'list'
  | 'columns'
  | { as: 'rows'; keys: string[]; dataset?: string | undefined; partitionBy?: string[] | undefined };

/** The decisions that turn a record of a copybook into a list of fields. */
interface CopybookChoice {
  /** For all tables, or for each by its name; the default is a list. */
  occurs?: 'list' | 'columns' | Record<string, TableChoice> | undefined;
  /** `fixed`: a table with DEPENDING ON has its largest size in every record, so that nothing after it moves. */
  dependingOn?: 'fixed' | undefined;
  /** For items that share bytes: the first, all, these, or these with a rule for each that says when it is there. */
  redefines?: 'first' | 'all' | string[] | Record<string, SelectionEntry> | undefined;
  filler?: boolean | undefined;
  /** Items of digits that become texts: their leading zeros are part of them. */
  identifiers?: IdentifierNames | undefined;
  /** For texts in ASCII: what the digits with a sign over them mean. */
  overpunch?: Overpunch | undefined;
}

/** The place of the choice, for messages. */
interface ChoiceNames {
  /** `copybook`, `header.copybook` … */
  at: string;
  copybookFile: string;
}

/** The record's fields as a layout would list them. Decisions that are missing go to `problems`. */
export function copybookFields(
  record: StoredRecord,
  choice: CopybookChoice,
  names: ChoiceNames,
  problems: string[],
): FieldItem[] {
  problems.push(...choiceProblems(record, choice, names));
  const rules = rulesOf(choice);
  const redefines = redefinesOf(choice);
  const isTable = (item: StoredItem) => tableChoice(item, choice) !== 'columns';
  const columns = columnsOf(
    record,
    { redefines, filler: choice.filler ?? false, isTable },
    names.copybookFile,
  );
  const moving = columns.find(({ item }) => item.moves);
  if (moving && choice.dependingOn !== 'fixed') {
    problems.push(
      `'${names.at}': ${itemText(moving.item)} of ${names.copybookFile} follows an OCCURS DEPENDING ON, so that its place differs from record to record, which this version does not read; if the table takes its largest space in every record, say "dependingOn": "fixed"`,
    );
  }
  const entryOf = (column: CopybookColumn) => {
    const entry = asIdentifier(columnEntry(column), column.item, choice.identifiers ?? []);
    return withOverpunch(entry, choice.overpunch);
  };
  return columns.map((column) => {
    const rule = column.alternative?.name && rules?.get(column.alternative.name);
    const when = rule && { when: inLayoutWords(rule, columns) };
    const { item, elements } = column;
    return item.occurs && elements
      ? {
          ...tableEntry(column, item.occurs, elements.map(entryOf), columns, tableChoice(item, choice)),
          ...when,
        }
      : { ...entryOf(column), ...when };
  });
}

/** A number whose sign is over a digit, read as in a dialect. */
function withOverpunch(entry: FieldEntry, overpunch: Overpunch | undefined): FieldEntry {
  return overpunch && isOverpunched(entry) ? { ...entry, overpunch } : entry;
}

/** Is the sign of the field over one of its digits? */
export function isOverpunched({ sign }: Pick<FieldItem, 'sign'>): boolean {
  return sign === 'leading' || sign === 'trailing';
}

function redefinesOf({ redefines = 'first' }: CopybookChoice): 'first' | 'all' | string[] {
  if (typeof redefines === 'string') return redefines;
  const names = Array.isArray(redefines) ? redefines : Object.keys(redefines);
  return names.map((name) => name.toUpperCase());
}

function rulesOf({ redefines }: CopybookChoice): Map<string, SelectionEntry> | undefined {
  if (typeof redefines !== 'object' || Array.isArray(redefines)) return undefined;
  return new Map(Object.entries(redefines).map(([name, rule]) => [name.toUpperCase(), rule]));
}

function tableChoice({ name }: StoredItem, { occurs = 'list' }: CopybookChoice): TableChoice {
  if (typeof occurs === 'string') return occurs;
  const [, choice] = Object.entries(occurs).find(([key]) => key.toUpperCase() === name) ?? [];
  return choice ?? 'list';
}

/** A rule may name an item as the copybook does. */
function inLayoutWords(rule: SelectionEntry, columns: CopybookColumn[]): SelectionEntry {
  const named = columns.find(
    ({ item }) => item.name !== undefined && item.name === rule.field?.toUpperCase(),
  );
  return named ? { ...rule, field: named.name } : rule;
}

function tableEntry(
  { item, startByte, endByte, name }: CopybookColumn,
  { max, min, dependingOn }: Occurs,
  fields: FieldEntry[],
  columns: CopybookColumn[],
  choice: TableChoice,
): FieldItem {
  const counter = columns.find((other) => other.item.name === dependingOn && !other.elements);
  const occurs: OccursEntry = {
    count: max,
    ...(item.strideBytes !== item.lengthBytes && { stride: item.strideBytes }),
    ...(dependingOn !== undefined && { dependingOn: counter?.name ?? dependingOn, least: min }),
    ...(typeof choice === 'object' && choice),
  };
  const place = { name, start: startByte + 1, end: endByte };
  return item.form ? { ...fields[0], ...place, occurs } : { ...place, occurs, fields };
}

/** Decisions that the record needs and the layout does not make. */
function choiceProblems(
  record: StoredRecord,
  choice: CopybookChoice,
  { at, copybookFile }: ChoiceNames,
): string[] {
  const items = itemsOf(record.root);
  const problems: string[] = [];
  const redefinitions = items.filter(({ redefines }) => redefines !== undefined);
  const [first] = redefinitions;
  if (first && choice.redefines === undefined) {
    problems.push(
      `'${at}' needs 'redefines', because ${itemText(first)} of ${copybookFile} redefines ${first.redefines}: say "first" (the redefined item only), "all" (both are read of every record), a list of the items to read, or rules such as { "${first.name ?? 'ITEM'}": { "field": "KIND", "equals": "2" } }`,
    );
  }
  const sharing = redefinitions.flatMap(({ name, redefines }) => [redefines ?? [], name ?? []].flat());
  const rules = rulesOf(choice);
  const named = Array.isArray(choice.redefines) ? choice.redefines : [...(rules?.keys() ?? [])];
  for (const name of named) {
    if (!sharing.includes(name.toUpperCase()))
      problems.push(
        `'${at}.redefines' names '${name}', which shares its bytes with no other item${didYouMean(name, sharing)}`,
      );
  }
  const inner = rules && ruleWithinRule(record.root, rules, false);
  if (inner) problems.push(`'${at}.redefines' has a rule for ${itemText(inner)} within an item that has one`);
  problems.push(...tableProblems(items, choice, at));
  problems.push(...identifierProblems(choice.identifiers ?? [], items, at));
  return problems;
}

function tableProblems(items: StoredItem[], { occurs }: CopybookChoice, at: string): string[] {
  if (typeof occurs !== 'object') return [];
  const tables = items.flatMap((item) => (item.occurs && item.name ? [item.name] : []));
  return Object.keys(occurs)
    .filter((name) => !tables.includes(name.toUpperCase()))
    .map((name) => `'${at}.occurs' names '${name}', which is not a table${didYouMean(name, tables)}`);
}

function ruleWithinRule(
  item: StoredItem,
  rules: Map<string, SelectionEntry>,
  within: boolean,
): StoredItem | undefined {
  for (const child of item.children) {
    const shares = child.redefines !== undefined || isRedefined(child, item.children);
    const hasRule = shares && child.name !== undefined && rules.has(child.name);
    if (hasRule && within) return child;
    const inner = ruleWithinRule(child, rules, within || hasRule);
    if (inner) return inner;
  }
  return undefined;
}
