import { dayPartition } from '../../shared/keys/business-date.ts';
import type { CatalogDifference, CatalogFile, DayPublication } from '../../shared/ports/catalog.ts';

/** How a catalog file differs from the publications of all days of its table. */
export function catalogDifferences(
  current: CatalogFile | undefined,
  days: DayPublication[],
): CatalogDifference[] {
  if (!current) {
    return days.some(({ partitions }) => partitions.length > 0) || days.length > 0
      ? [{ kind: 'unreadable', what: 'it is missing' }]
      : [];
  }
  const listed = new Map<string, CatalogFile['partitions']>();
  for (const partition of current.partitions) {
    const { year, month, day } = partition.values;
    const date = `${year}-${month}-${day}`;
    const known = listed.get(date);
    if (known) known.push(partition);
    else listed.set(date, [partition]);
  }
  const found = days.flatMap((day) => dayDifference(current, day, listed.get(day.businessDate) ?? []));
  const published = new Set(days.map(({ businessDate }) => businessDate));
  for (const [businessDate, commit] of Object.entries(current.days)) {
    if (published.has(businessDate)) continue;
    const what = `it shows commit ${commit} of ${businessDate}, which the ledger does not have`;
    found.push({ kind: 'ahead', businessDate, commit, what });
  }
  return found;
}

function dayDifference(
  current: CatalogFile,
  { businessDate, commit, partitions }: DayPublication,
  listed: CatalogFile['partitions'],
): CatalogDifference[] {
  const standing = current.days[businessDate] ?? 0;
  const { year, month, day } = dayPartition(businessDate);
  const of = `${year}-${month}-${day}`;
  if (standing < commit) {
    return [
      {
        kind: 'behind',
        businessDate,
        commit: standing,
        what: `it shows commit ${standing} of ${of}, and commit ${commit} is written`,
      },
    ];
  }
  if (standing > commit) {
    return [
      {
        kind: 'ahead',
        businessDate,
        commit: standing,
        what: `it shows commit ${standing} of ${of}, which the ledger does not have`,
      },
    ];
  }
  const text = (list: CatalogFile['partitions']) =>
    JSON.stringify(
      list
        .map(({ values, location, files }) => [values, location, files])
        .sort((a, b) => (String(a[1]) < String(b[1]) ? -1 : 1)),
    );
  if (text(listed) === text(partitions)) return [];
  return [
    { kind: 'other', businessDate, commit, what: `its files of ${of} are not those of commit ${commit}` },
  ];
}
