import { copybookInvalid } from './copybook-invalid.ts';
import type { Entry } from './entry.ts';

/** Fourth pass: which item belongs to which group, by level number. */
export interface ItemNode {
  entry: Entry;
  children: ItemNode[];
  /** Level 88: names for values of the item. They take no bytes. */
  conditions: { name: string; values: string[] }[];
}

/** A 01 or 77 level, or all entries of a copybook that begins deeper. */
export interface RecordTree {
  root: ItemNode;
  /** Level 66: other names for items of the record. They take no bytes. */
  renames: { name: string; from: string; through: string | undefined }[];
}

/** Groups entries. Copybooks that are parts of a record, and begin at level 05, become one record without a name. */
export function recordTrees(entries: Entry[], file: string): RecordTree[] {
  if (entries.length === 0) {
    throw copybookInvalid(
      file,
      { line: 1, column: 1 },
      { found: 'the copybook is empty', expected: 'data descriptions such as 05 CUST-ID PIC X(10).' },
    );
  }
  const records: RecordTree[] = [];
  let open: ItemNode[] = [];
  let last: ItemNode | undefined;
  for (const entry of entries) {
    if (entry.level === 88) addCondition(entry, last, file);
    else if (entry.level === 66) addRename(entry, records.at(-1), file);
    else {
      if (entry.renames) throw misplaced(entry, file, 'RENAMES', 'level 66');
      last = { entry, children: [], conditions: [] };
      if (entry.level === 1 || entry.level === 77) {
        records.push({ root: last, renames: [] });
        open = [last];
      } else {
        if (open.length === 0) open = [openImplicitRecord(records, entry)];
        addChild(open, last, file);
      }
    }
  }
  for (const { root } of records) checkNode(root, file);
  return records;
}

function openImplicitRecord(records: RecordTree[], { line, column }: Entry): ItemNode {
  const root: ItemNode = { entry: { level: 1, name: undefined, line, column }, children: [], conditions: [] };
  records.push({ root, renames: [] });
  return root;
}

/** `open` holds the groups from the record down to the last item. */
function addChild(open: ItemNode[], node: ItemNode, file: string): void {
  const { level } = node.entry;
  if (open[0]!.entry.level === 77) {
    throw copybookInvalid(file, node.entry, {
      field: node.entry.name,
      found: `level ${levelText(level)} below a level 77`,
      expected: 'a level 01: a 77 has no items of its own',
    });
  }
  while (open.at(-1)!.entry.level >= level) open.pop();
  const group = open.at(-1)!;
  const sibling = group.children[0]?.entry.level;
  if (sibling !== undefined && sibling !== level) {
    throw copybookInvalid(file, node.entry, {
      field: node.entry.name,
      found: `level ${levelText(level)} fits into no group`,
      expected: `level ${levelText(sibling)}, as the other items of ${group.entry.name ?? 'the group'}, or one above it`,
    });
  }
  group.children.push(node);
  open.push(node);
}

function addCondition(entry: Entry, owner: ItemNode | undefined, file: string): void {
  if (!owner) throw misplaced(entry, file, 'level 88', 'an item before it whose values it names');
  if (!entry.name || !entry.values) {
    throw copybookInvalid(file, entry, {
      field: entry.name,
      found: 'level 88 without a name or a VALUE',
      expected: "88 IS-OPEN VALUE 'A'.",
    });
  }
  owner.conditions.push({ name: entry.name, values: entry.values.value });
}

function addRename(entry: Entry, record: RecordTree | undefined, file: string): void {
  if (!record) throw misplaced(entry, file, 'level 66', 'a record before it');
  if (!entry.name || !entry.renames) {
    throw copybookInvalid(file, entry, {
      field: entry.name,
      found: 'level 66 without a name or RENAMES',
      expected: '66 A RENAMES B THRU C.',
    });
  }
  const { from, through } = entry.renames.value;
  for (const name of [from, through ?? from]) {
    if (!contains(record.root, name)) {
      throw copybookInvalid(file, entry.renames, {
        field: entry.name,
        found: `RENAMES ${name}, which is not an item of this record`,
        expected: 'the name of an item before it',
      });
    }
  }
  record.renames.push({ name: entry.name, from, through });
}

function contains(node: ItemNode, name: string): boolean {
  return node.entry.name === name || node.children.some((child) => contains(child, name));
}

function checkNode({ entry, children }: ItemNode, file: string): void {
  const usage = entry.usage?.value;
  const wrong = (place: Entry, found: string, expected: string) =>
    copybookInvalid(file, place, { field: entry.name ?? 'FILLER', found, expected });
  const [first] = children;
  if (first && entry.picture) {
    throw wrong(
      first.entry,
      `it has a picture, and ${first.entry.name ?? 'FILLER'} of a deeper level below it`,
      'a group without PIC, or an item without deeper levels',
    );
  }
  if (!first && !entry.picture && usage !== 'float' && usage !== 'double') {
    throw wrong(
      entry,
      'no picture, and no items below it',
      'PIC, COMP-1, COMP-2, or items of a deeper level',
    );
  }
  if (entry.picture && (usage === 'float' || usage === 'double')) {
    throw wrong(entry, 'COMP-1 and COMP-2 with a picture', 'no PIC: their form is fixed');
  }
  for (const child of children) checkNode(child, file);
}

function misplaced(entry: Entry, file: string, found: string, expected: string) {
  return copybookInvalid(file, entry, { field: entry.name, found: `${found} in this place`, expected });
}

function levelText(level: number): string {
  return String(level).padStart(2, '0');
}
