import { type ControlRecord, datasetsOf, type RecordType } from '../layout.ts';
import type { LayoutFile } from '../layout-schema.ts';

/** The last place of a record where something is read, if the layout does not say whether its places are bytes or characters; else 0. */
export function unsaidPlaces(
  { positions, encoding, record }: Pick<LayoutFile, 'positions' | 'encoding' | 'record'>,
  recordTypes: RecordType[],
  control: (ControlRecord | undefined)[],
): number {
  if (positions !== undefined || encoding !== 'utf-8' || record.format !== 'lines') return 0;
  const details = datasetsOf({ recordTypes }).flatMap(({ fields, occurs }) =>
    fields.map((field) => {
      const table = field.list ?? (field.inOccurrence ? occurs : undefined);
      const last = field.startByte + (table ? (table.count - 1) * table.strideBytes : 0);
      return Math.max(last, field.when?.startByte ?? 0);
    }),
  );
  const records = control.flatMap((one) => one?.fields.map(({ startByte }) => startByte) ?? []);
  const matches = [...control, ...recordTypes].flatMap((one) => one?.match ?? []);
  return Math.max(0, ...details, ...records, ...matches.map(({ startByte }) => startByte));
}
