import { PipelineError } from '../../errors.ts';
import { dayCommitKey, daysDataset, rejectsDataset, tableOwnerKey } from '../../keys/lake-keys.ts';
import type { Catalog, CatalogDifference, DayPublication } from '../../ports/catalog.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { dayRowPublication } from '../publish/day-row.ts';
import { publicationOf } from '../publish/free-commit.ts';
import { unlessBlank } from '../store/day-ledger.ts';
import { inParallel } from '../store/in-parallel.ts';
import { tableOwnerShape } from '../store/table-owner.ts';
import { readLastCommit } from './day-record.ts';
import { damage, type Finding, MADE_READABLE, type Mend, note, repaired } from './finding.ts';
import { readDocument } from './stored-document.ts';

const PARALLEL_ROWS = 16;

/** The layouts whose files fill a table, and the columns that commits have of it, by table. */
export type TableClaims = Map<string, { layouts: Set<string>; columns: Set<string> }>;

export function claimTables(claims: TableClaims, layout: string, tables: string[]): void {
  for (const table of [...tables, rejectsDataset(layout), daysDataset(layout)]) {
    const known = claims.get(table);
    if (known) known.layouts.add(layout);
    else claims.set(table, { layouts: new Set([layout]), columns: new Set() });
  }
}

/** Compares what readers have with the last commits of all days of a layout. A table that cannot be looked at does not stop the others. */
export async function judgeCatalog(
  ports: PipelinePorts,
  dataset: string,
  dates: Iterable<string>,
  claims: TableClaims,
): Promise<Finding[]> {
  const { lake, catalog } = ports;
  const { tables, rows, unreadable } = await publicationsOfLedger(lake, dataset, dates);
  if (tables.size > 0) claimTables(claims, dataset, [...tables.keys()]);
  for (const [table, days] of tables) {
    for (const { name } of days.flatMap(({ columns }) => columns)) claims.get(table)?.columns.add(name);
  }
  // A day whose only commit is gone is still in the catalog.
  for (const table of [dataset, rejectsDataset(dataset)]) if (!tables.has(table)) tables.set(table, []);
  const findings: Finding[] = [];
  if (catalog.hasDaysTable) tables.set(daysDataset(dataset), rows);
  for (const [table, days] of tables) {
    const found = await differencesOf(catalog, table, days);
    if (!Array.isArray(found)) {
      findings.push(found);
      continue;
    }
    const isOfDays = catalog.hasDaysTable && table === daysDataset(dataset);
    if (isOfDays && !found.some(({ kind }) => kind === 'unmade'))
      findings.push(...(await judgeDayRows(ports, dataset, rows)));
    const differences = found.filter(
      ({ businessDate }) => businessDate === undefined || !unreadable.has(businessDate),
    );
    const isWhole = unreadable.size === 0 && differences.every(({ kind }) => kind !== 'ahead');
    const of = { table, dataset, isWhole, name: catalog.nameOf(table) };
    for (const difference of differences) findings.push(findingOf(difference, of));
  }
  return findings;
}

/** What the last commits of all days show, by table, and the row of each day; and the days whose last commit cannot be read. */
async function publicationsOfLedger(lake: ObjectStore, dataset: string, dates: Iterable<string>) {
  const tables = new Map<string, DayPublication[]>();
  const rows: DayPublication[] = [];
  const unreadable = new Set<string>();
  for (const businessDate of dates) {
    const last = await readLastCommit(lake, dataset, businessDate);
    if (last?.problem !== undefined) unreadable.add(businessDate);
    const commit = unlessBlank(last?.value);
    if (!commit) continue;
    rows.push(dayRowPublication(commit));
    for (const table of commit.tables) {
      const days = tables.get(table.dataset) ?? [];
      tables.set(table.dataset, days);
      days.push(publicationOf(commit, table));
    }
  }
  return { tables, rows, unreadable };
}

function findingOf(
  { kind, businessDate, commit, what }: CatalogDifference,
  { table, dataset, isWhole, name }: { table: string; dataset: string; isWhole: boolean; name: string },
): Finding {
  if (kind === 'unshown' || kind === 'unmade') {
    const action =
      kind === 'unmade'
        ? ({ do: 'restore-table', table, dataset } as const)
        : ({ do: 'show-table', table } as const);
    return { ...note(name, what, ''), mend: repaired('show it to them', action) };
  }
  if (kind === 'ahead' && businessDate !== undefined) {
    const action = { do: 'write-commit', dataset, businessDate, commit: commit ?? 1 } as const;
    const mend = repaired('write the commit of what readers see again', action);
    // The catalog is right: what it shows is missing in the ledger.
    return commit === undefined
      ? damage(name, what, 'readers', mend)
      : damage(
          dayCommitKey(dataset, businessDate, commit),
          'it is missing, and readers see it',
          'operations',
          mend,
        );
  }
  if (kind === 'behind' && businessDate !== undefined) {
    const mend = repaired('show the last commit of the day', { do: 'apply', dataset, businessDate });
    return damage(name, what, 'readers', mend);
  }
  const mend: Mend = isWhole
    ? repaired('write it again from the commits', { do: 'restore-table', table, dataset })
    : { by: 'nobody', does: 'mend the commits that are named, then run repair again' };
  return damage(name, what, 'readers', mend);
}

/** The differences of a table, or a finding that says why nobody can look at it. */
async function differencesOf(
  catalog: Catalog,
  table: string,
  days: DayPublication[],
): Promise<CatalogDifference[] | Finding> {
  try {
    return await catalog.differences(table, days);
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    const what = `it cannot be looked at: ${error.why ?? error.message}`;
    return damage(catalog.nameOf(table), what, 'operations', MADE_READABLE);
  }
}

/** The file with the row of each day: no commit holds its checksum, since it follows from the commit. */
async function judgeDayRows(
  { lake, publishedPrefix }: Pick<PipelinePorts, 'lake' | 'publishedPrefix'>,
  dataset: string,
  rows: DayPublication[],
): Promise<Finding[]> {
  const found = await inParallel(rows, PARALLEL_ROWS, async ({ businessDate, partitions }) => {
    const missing: Finding[] = [];
    for (const key of partitions.flatMap(({ files }) => files)) {
      if (await lake.head(`${publishedPrefix}${key}`)) continue;
      const mend = repaired('write it again from the commit', { do: 'apply', dataset, businessDate });
      missing.push(damage(`${publishedPrefix}${key}`, 'it is missing', 'readers', mend));
    }
    return missing;
  });
  return found.flat();
}

/** Compares who owns a table with who filled it. */
export async function judgeOwners(lake: ObjectStore, claims: TableClaims): Promise<Finding[]> {
  const findings: Finding[] = [];
  const owners = new Map<string, string>();
  const known = new Set<string>();
  for await (const { key } of lake.list(tableOwnerKey('').slice(0, -'.json'.length))) {
    const table = key.slice(key.lastIndexOf('/') + 1, -'.json'.length);
    known.add(table);
    const stored = await readDocument(lake, key, tableOwnerShape);
    const claim = claims.get(table);
    const [layout, another] = claim?.layouts ?? [];
    const single = another === undefined ? layout : undefined;
    const stated = stored?.value?.layout;
    if (stated !== undefined) owners.set(table, stated);
    if (!stored) continue;
    const isRight = stated !== undefined && (single === undefined || single === stated);
    const { columns, partitionKeys = [] } = stored.value ?? {};
    if (isRight && columns === undefined && (claim?.columns.size ?? 0) > 0) {
      const action = { do: 'restore-owner', table, layout: stated, withColumns: true } as const;
      const mend = repaired('note the columns that readers have', action);
      findings.push({ ...note(key, 'it has no columns', ''), mend });
    }
    const lacks =
      columns &&
      [...(claim?.columns ?? [])].some(
        (name) =>
          ![...columns, ...partitionKeys].some((one) => one.name === name || one.formerly?.includes(name)),
      );
    if (isRight && !lacks) continue;
    const what =
      stored.problem ??
      (isRight
        ? 'it lacks columns that a commit has'
        : `it says ${stated}, and the files of ${single} are in the table`);
    const mend =
      single === undefined
        ? repaired('move it aside: nothing is loaded into the table', { do: 'set-aside', key })
        : repaired(`write again that it is ${single}'s`, { do: 'restore-owner', table, layout: single });
    findings.push(damage(key, what, 'operations', mend));
  }
  const recorded = new Set(owners.values());
  for (const [table, { layouts }] of claims) {
    const [layout, another] = layouts;
    // A lake that an earlier version filled has no owners at all.
    if (known.has(table) || layout === undefined || another !== undefined || !recorded.has(layout)) continue;
    const key = tableOwnerKey(table);
    const action = { do: 'restore-owner', table, layout } as const;
    findings.push(
      damage(key, 'it is missing', 'operations', repaired(`write again that it is ${layout}'s`, action)),
    );
  }
  return findings;
}
