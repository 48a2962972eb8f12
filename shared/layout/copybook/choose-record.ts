import { LayoutInvalid } from '../../errors.ts';
import { didYouMean } from '../did-you-mean.ts';
import type { StoredItem, StoredRecord } from './storage.ts';

/** The record of that name; without a name, the only record. Fails with `LayoutInvalid` that lists the records. */
export function chooseRecord(records: StoredRecord[], name: string | undefined, file: string): StoredRecord {
  const names = records.map((record) => record.name ?? '(without a name)');
  if (name === undefined) {
    const [only, ...others] = records;
    if (only && others.length === 0) return only;
    throw new LayoutInvalid({
      what: `the copybook has ${records.length} records: ${names.join(', ')}`,
      where: file,
      next: 'Say which one is meant (record).',
    });
  }
  const record = records.find((candidate) => candidate.name === name.toUpperCase());
  if (record) return record;
  throw new LayoutInvalid({ what: `there is no record '${name}'${didYouMean(name, names)}`, where: file });
}

/** Every item of a record, groups before their items. */
export function itemsOf(item: StoredItem): StoredItem[] {
  return [item, ...item.children.flatMap(itemsOf)];
}

/** `CUST-ID (line 12)` */
export function itemText({ name, line }: StoredItem): string {
  return `${name ?? 'FILLER'} (line ${line})`;
}
