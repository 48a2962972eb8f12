import { datasetsOf, type Layout } from '../../layout/layout.ts';

/** A sentence for a file of fixed records that do not fit; a program may write only the occurrences in use (OCCURS DEPENDING ON). */
export function varyingHint(layout: Layout): string {
  const varies = datasetsOf(layout).some(({ occurs, fields }) =>
    [occurs, ...fields.map(({ list }) => list)].some((table) => table?.dependingOn !== undefined),
  );
  if (!varies) return '';
  return ' The layout has a table of a number of occurrences that varies (dependingOn): if the program writes only those in use, records have different lengths, and must be sent with record descriptor words (record.format "rdw").';
}
