import { byName, countsShape, named, nullable, objectOf, text, wholeNumber } from '../json-shape.ts';
import type { GroupRule } from '../layout/layout.ts';
import { type Figures, judgeTotals, mismatches } from './control-totals.ts';
import { type ControlValue, controlValuesShape } from './control-value.ts';

/** Records of one group that follow one another: all of it, or the part in one range. Or records that are in no group. */
export interface GroupPart {
  /** Offset in the file of its first record. */
  startByte: number;
  /** All its records. */
  records: number;
  /** Those of each record type. */
  types: Record<string, number>;
  /** Unscaled decimal strings, by `SummedField.key`. */
  sums: Record<string, string>;
  /** The fields that state totals of the group's first and last record; null if that record is not in the part. */
  header: Record<string, ControlValue> | null;
  trailer: Record<string, ControlValue> | null;
}

/** The first of several faults, and how many there are. */
interface GroupFault {
  count: number;
  /** Counted from 1 in the range or file; 0 for records in no group. */
  group: number;
  startByte: number;
  /** What is wrong, as a clause; empty if the name of the fault says it. */
  text: string;
}

/** What the records of one range say of the groups of the file. Its size does not grow with the number of groups. */
export interface RangeGroups {
  /** Groups whose header is in the range. */
  begun: number;
  /** The records before the first header, up to a trailer: whether a group is open there is known once all ranges are read. */
  head: GroupPart | null;
  /** The last group, if its trailer is not in the range. */
  tail: GroupPart | null;
  /** Groups that ended in the range where they began, and whose totals do not agree. */
  wrong: GroupFault | null;
  /** Groups that another one followed before their trailer. */
  unended: GroupFault | null;
  /** Records in no group. */
  outside: GroupFault | null;
}

type FaultKind = 'wrong' | 'unended' | 'outside';

/**
 * Follows the groups of a file, or of one of its ranges, from record to record. Groups that end are judged at once; only the edges of
 * a range are kept.
 */
export class GroupFold {
  begun = 0;
  readonly faults: Record<FaultKind, GroupFault | null> = { wrong: null, unended: null, outside: null };
  private readonly rule: GroupRule;
  /** Whether a group is open. Within a range that is not known at first. */
  private isPlaced: boolean;
  private head: GroupPart | null = null;
  private open: GroupPart | null = null;

  constructor(rule: GroupRule, of: 'file' | 'range') {
    this.rule = rule;
    this.isPlaced = of === 'file';
  }

  take(part: GroupPart): void {
    if (part.header) {
      this.endWithoutTrailer();
      this.begun++;
      this.open = part;
      this.isPlaced = true;
    } else if (!this.isPlaced) {
      this.head = this.head ? joined(this.head, part) : part;
      this.isPlaced = part.trailer !== null;
      return;
    } else if (this.open) this.open = joined(this.open, part);
    else this.noteOutside(part);
    if (part.trailer && this.open) this.judge(this.open);
  }

  /** Takes the groups of the next range of a file. */
  absorb({ begun, head, tail, ...faults }: RangeGroups): void {
    if (head) this.take(head);
    if (begun > 0) this.endWithoutTrailer();
    for (const kind of ['wrong', 'unended', 'outside'] as const) {
      const fault = faults[kind];
      if (fault) this.note(kind, { ...fault, group: fault.group === 0 ? 0 : fault.group + this.begun });
    }
    this.begun += begun;
    if (begun > 0) this.open = tail;
  }

  /** The groups of a range, for its manifest. */
  finishRange(): RangeGroups {
    const { begun, head, open: tail, faults } = this;
    return { begun, head, tail, ...faults };
  }

  /** Ends the file. */
  finishFile(): void {
    this.endWithoutTrailer();
  }

  private endWithoutTrailer(): void {
    if (this.open)
      this.note('unended', { count: 1, group: this.begun, startByte: this.open.startByte, text: '' });
    this.open = null;
  }

  /** Records of no type, such as blank lines, are rejects already; they may be between groups. */
  private noteOutside({ types, startByte }: GroupPart): void {
    const count = Object.values(types).reduce((sum, of) => sum + of, 0);
    if (count > 0) this.note('outside', { count, group: 0, startByte, text: '' });
  }

  private judge(group: GroupPart): void {
    this.open = null;
    const { totals } = this.rule;
    const { records, types, header, trailer } = group;
    const sums = new Map(Object.entries(group.sums).map(([key, sum]) => [key, BigInt(sum)]));
    const counts = { read: records, header: 1, detail: records - 2, trailer: 1, rejected: 0 };
    const figures: Figures = { of: 'group', records: counts, types, sums };
    const stated = { header: header && { values: header }, trailer: trailer && { values: trailer } };
    const wrong = mismatches(totals, judgeTotals(totals, stated, figures), stated, figures);
    if (wrong.length === 0) return;
    const clause = wrong.map((one) => one.text).join('; ');
    this.note('wrong', { count: 1, group: this.begun, startByte: group.startByte, text: clause });
  }

  private note(kind: FaultKind, fault: GroupFault): void {
    const first = this.faults[kind];
    this.faults[kind] = first ? { ...first, count: first.count + fault.count } : fault;
  }
}

function joined(first: GroupPart, next: GroupPart): GroupPart {
  const types = named(Object.entries(first.types));
  for (const [type, count] of Object.entries(next.types)) types[type] = (types[type] ?? 0) + count;
  const sums = named(Object.entries(first.sums));
  for (const [key, sum] of Object.entries(next.sums))
    sums[key] = String(BigInt(sums[key] ?? '0') + BigInt(sum));
  return { ...first, records: first.records + next.records, types, sums, trailer: next.trailer };
}

const groupPartShape = objectOf<GroupPart>({
  startByte: wholeNumber,
  records: wholeNumber,
  types: countsShape,
  sums: byName(text),
  header: nullable(controlValuesShape),
  trailer: nullable(controlValuesShape),
});

const groupFaultShape = objectOf<GroupFault>({
  count: wholeNumber,
  group: wholeNumber,
  startByte: wholeNumber,
  text,
});

export const rangeGroupsShape = objectOf<RangeGroups>({
  begun: wholeNumber,
  head: nullable(groupPartShape),
  tail: nullable(groupPartShape),
  wrong: nullable(groupFaultShape),
  unended: nullable(groupFaultShape),
  outside: nullable(groupFaultShape),
});
