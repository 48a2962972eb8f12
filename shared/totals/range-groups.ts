import type { GroupPiece } from '../decode/group-tracker.ts';
import type { Field } from '../layout/field.ts';
import type { GroupRule, Layout } from '../layout/layout.ts';
import { readControlRecord } from './control-record.ts';
import type { ControlValue } from './control-value.ts';
import { GroupFold, type GroupPart, type RangeGroups } from './group-fold.ts';

/** Judges the groups of one range while it is parsed. */
export class RangeGroupAccount {
  private readonly fold: GroupFold;
  private readonly record: Layout['record'];
  /** The fields that state totals. */
  private readonly stated: Record<'header' | 'trailer', Field[]>;

  constructor(rule: GroupRule, { record, recordTypes }: Pick<Layout, 'record' | 'recordTypes'>) {
    this.fold = new GroupFold(rule, 'range');
    this.record = record;
    const fieldsOf = (place: 'header' | 'trailer') => {
      const type = recordTypes.find(({ name }) => name === rule[place]);
      const names = new Set(rule.totals.flatMap((total) => (total.record === place ? [total.field] : [])));
      return (type?.datasets[0]?.fields ?? []).filter(({ name }) => names.has(name));
    };
    this.stated = { header: fieldsOf('header'), trailer: fieldsOf('trailer') };
  }

  add({ startByte, recordCount, typeCounts, sums, header, trailer }: GroupPiece): void {
    const part: GroupPart = {
      startByte,
      records: recordCount,
      types: Object.fromEntries(typeCounts),
      sums: Object.fromEntries(Array.from(sums, ([key, sum]) => [key, String(sum)])),
      header: this.valuesOf('header', header),
      trailer: this.valuesOf('trailer', trailer),
    };
    this.fold.take(part);
  }

  finish(): RangeGroups {
    return this.fold.finishRange();
  }

  private valuesOf(
    place: 'header' | 'trailer',
    bytes: Uint8Array | undefined,
  ): Record<string, ControlValue> | null {
    if (!bytes) return null;
    const { positions, lengthBytes, spaceByte } = this.record;
    return readControlRecord(bytes, { positions, fields: this.stated[place] }, lengthBytes, spaceByte);
  }
}
