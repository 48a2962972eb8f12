import { copybookInvalid, type Place } from './copybook-invalid.ts';
import type { Clause, Entry, Occurs, Usage } from './entry.ts';
import type { ItemNode, RecordTree } from './entry-tree.ts';
import { type Form, formOf } from './storage-form.ts';

/** An item with its place in the record. Of a repeated item it is the place of the first occurrence. */
export interface StoredItem extends Place {
  level: number;
  /** Upper case; undefined for FILLER. */
  name: string | undefined;
  startByte: number;
  /** Length of one occurrence, without the bytes that align the next. */
  lengthBytes: number;
  /** How its bytes hold a value; undefined for a group. */
  form: Form | undefined;
  occurs: Occurs | undefined;
  /** Distance from one occurrence to the next; the length if there is only one. */
  strideBytes: number;
  /** Name of the item that has the same bytes. */
  redefines: string | undefined;
  /** It follows an OCCURS … DEPENDING ON, so its real place differs from record to record. */
  moves: boolean;
  conditions: { name: string; values: string[] }[];
  /** Literal of VALUE, as written. */
  value: string | undefined;
  children: StoredItem[];
}

export interface StoredRecord {
  /** Undefined if the copybook begins below level 01. */
  name: string | undefined;
  /** With every table at its largest. */
  lengthBytes: number;
  root: StoredItem;
  renames: RecordTree['renames'];
}

/** The longest record; the layout reader has the same limit. */
const MAX_RECORD_BYTES = 1_048_576;

/** The clauses that an item inherits from the groups around it. */
interface Inherited {
  usage: Clause<Usage> | undefined;
  sign: Entry['sign'];
  synchronized: boolean;
}

/** Gives each item its absolute position. Fails with `LayoutInvalid` if clauses contradict each other. */
export function storedRecords(trees: RecordTree[], file: string): StoredRecord[] {
  return trees.map(({ root, renames }) => {
    const placer = new Placer(file);
    const item = placer.place(root, 0, { usage: undefined, sign: undefined, synchronized: false });
    if (root.entry.occurs) {
      throw copybookInvalid(file, root.entry.occurs, {
        field: root.entry.name,
        found: `OCCURS on level ${String(root.entry.level).padStart(2, '0')}`,
        expected: 'OCCURS on an item of the record',
      });
    }
    return { name: item.name, lengthBytes: item.lengthBytes, root: item, renames };
  });
}

class Placer {
  private readonly file: string;
  /** Set once an OCCURS … DEPENDING ON has been passed. */
  private moving = false;
  /** Names of the numbers seen so far: DEPENDING ON may name them. */
  private readonly counters = new Set<string>();

  constructor(file: string) {
    this.file = file;
  }

  place(node: ItemNode, startByte: number, outer: Inherited): StoredItem {
    const { entry, children } = node;
    const inherited = this.inherit(entry, outer);
    const moves = this.moving;
    const item: StoredItem = {
      level: entry.level,
      name: entry.name,
      line: entry.line,
      column: entry.column,
      startByte,
      lengthBytes: 0,
      form: undefined,
      occurs: entry.occurs?.value,
      strideBytes: 0,
      redefines: entry.redefines?.value,
      moves,
      conditions: node.conditions,
      value: entry.values?.value.join(' '),
      children: [],
    };
    if (children.length === 0) {
      item.form = formOf(entry, inherited.usage, inherited.sign, this.file);
      item.lengthBytes = item.form.lengthBytes;
      if (entry.name && item.form.kind !== 'text' && item.form.scale === 0) this.counters.add(entry.name);
    } else {
      this.refuseOnGroup(entry);
      item.lengthBytes = this.placeChildren(item, node, inherited) - startByte;
    }
    item.strideBytes = item.lengthBytes;
    if (item.occurs) {
      // Every occurrence must start as aligned as the first one.
      const alignment = this.alignmentWithin(node, outer);
      item.strideBytes = alignedUp(item.lengthBytes, alignment);
      if (item.occurs.dependingOn !== undefined) this.checkDepending(entry, item.occurs.dependingOn);
    }
    if (endOf(item) > MAX_RECORD_BYTES) {
      throw this.wrong(
        entry,
        entry.occurs ?? entry,
        `it ends at byte ${endOf(item)}`,
        `a record of at most ${MAX_RECORD_BYTES} bytes`,
      );
    }
    return item;
  }

  /** Places the items of a group one after the other and returns the end of the last. */
  private placeChildren(group: StoredItem, node: ItemNode, inherited: Inherited): number {
    let end = group.startByte;
    for (const child of node.children) {
      const { redefines } = child.entry;
      const target = redefines && this.redefined(child.entry, redefines, group);
      const start = target ? target.startByte : alignedUp(end, this.alignmentOfFirst(child, inherited));
      if (target && start !== alignedUp(start, this.alignmentOfFirst(child, inherited))) {
        throw this.wrong(
          child.entry,
          redefines ?? child.entry,
          `its SYNCHRONIZED items do not fit byte ${start + 1}, where ${target.name} begins`,
          'a redefined item with the same alignment',
        );
      }
      const item = this.place(child, start, inherited);
      group.children.push(item);
      // A redefinition that is longer than what it redefines makes room for itself.
      end = Math.max(end, endOf(item));
      if (item.occurs?.dependingOn !== undefined) this.moving = true;
    }
    return end;
  }

  /** The item that `entry` redefines: the nearest before it that is not a redefinition, or another redefinition of that item. */
  private redefined(entry: Entry, redefines: Clause<string>, group: StoredItem): StoredItem {
    const name = redefines.value;
    for (const candidate of group.children.toReversed()) {
      if (candidate.name === name) {
        if (candidate.occurs) {
          throw this.wrong(entry, redefines, `${name} has OCCURS`, 'an item without OCCURS');
        }
        return candidate;
      }
      if (!candidate.redefines) break;
    }
    throw this.wrong(
      entry,
      redefines,
      `REDEFINES ${name}, which is not the item before it`,
      `${group.children.findLast((child) => !child.redefines)?.name ?? 'an item'} or a redefinition of it, on the same level`,
    );
  }

  private inherit(entry: Entry, outer: Inherited): Inherited {
    if (entry.usage && outer.usage && entry.usage.value !== outer.usage.value) {
      throw this.wrong(
        entry,
        entry.usage,
        `usage ${entry.usage.value} in a group of usage ${outer.usage.value}`,
        'one usage for a group and all its items',
      );
    }
    return {
      usage: entry.usage ?? outer.usage,
      sign: entry.sign ?? outer.sign,
      synchronized: entry.synchronized !== undefined || outer.synchronized,
    };
  }

  private refuseOnGroup(entry: Entry): void {
    for (const [clause, what] of [
      [entry.justified, 'JUSTIFIED'],
      [entry.blankWhenZero, 'BLANK WHEN ZERO'],
    ] as const) {
      if (clause) throw this.wrong(entry, clause, `${what} on a group`, `${what} on an item with a picture`);
    }
  }

  private checkDepending(entry: Entry, name: string): void {
    if (this.counters.has(name)) return;
    throw this.wrong(
      entry,
      entry.occurs ?? entry,
      `DEPENDING ON ${name}, which is not a number before it in this record`,
      'a whole number of the same record, before the table',
    );
  }

  /** The alignment of the first elementary item of a node: its slack bytes are before the whole group. */
  private alignmentOfFirst(node: ItemNode, outer: Inherited): number {
    const inherited = this.inherit(node.entry, outer);
    const first = node.children[0];
    if (first) return this.alignmentOfFirst(first, inherited);
    return this.alignmentOf(node, inherited);
  }

  private alignmentWithin(node: ItemNode, outer: Inherited): number {
    const inherited = this.inherit(node.entry, outer);
    if (node.children.length === 0) return this.alignmentOf(node, inherited);
    return Math.max(...node.children.map((child) => this.alignmentWithin(child, inherited)));
  }

  private alignmentOf({ entry }: ItemNode, { usage, sign, synchronized }: Inherited): number {
    return synchronized ? formOf(entry, usage, sign, this.file).alignmentBytes : 1;
  }

  private wrong(entry: Entry, place: Place, found: string, expected: string) {
    return copybookInvalid(this.file, place, { field: entry.name ?? 'FILLER', found, expected });
  }
}

/** Offset after the last occurrence. */
export function endOf(item: StoredItem): number {
  return item.startByte + (item.occurs ? item.occurs.max * item.strideBytes : item.lengthBytes);
}

function alignedUp(offset: number, alignmentBytes: number): number {
  return Math.ceil(offset / alignmentBytes) * alignmentBytes;
}
