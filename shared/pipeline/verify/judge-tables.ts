import { dayCommitKey, daysDataset, rejectsDataset, tableOwnerKey } from '../../keys/lake-keys.ts';
import type { DayPublication } from '../../ports/catalog.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { publicationOf } from '../publish/free-commit.ts';
import { tableOwnerShape } from '../store/table-owner.ts';
import { readLastCommit } from './day-record.ts';
import { damage, type Finding, type Mend, note, repaired } from './finding.ts';
import { readDocument } from './stored-document.ts';

/** The layouts whose files fill a table, and the columns that commits have of it, by table. */
export type TableClaims = Map<string, { layouts: Set<string>; columns: Set<string> }>;

export function claimTables(claims: TableClaims, layout: string, tables: string[]): void {
  for (const table of [...tables, rejectsDataset(layout), daysDataset(layout)]) {
    const known = claims.get(table);
    if (known) known.layouts.add(layout);
    else claims.set(table, { layouts: new Set([layout]), columns: new Set() });
  }
}

/** Compares what readers have with the last commits of all days of a layout. */
export async function judgeCatalog(
  { lake, catalog }: PipelinePorts,
  dataset: string,
  dates: Iterable<string>,
  claims: TableClaims,
): Promise<Finding[]> {
  const tables = new Map<string, DayPublication[]>();
  const unreadable = new Set<string>();
  for (const businessDate of dates) {
    const last = await readLastCommit(lake, dataset, businessDate);
    if (last?.problem !== undefined) unreadable.add(businessDate);
    for (const table of last?.value?.tables ?? []) {
      const days = tables.get(table.dataset) ?? [];
      tables.set(table.dataset, days);
      days.push(publicationOf(last!.value!, table));
    }
  }
  if (tables.size > 0) claimTables(claims, dataset, [...tables.keys()]);
  for (const [table, days] of tables) {
    for (const { name } of days.flatMap(({ columns }) => columns)) claims.get(table)?.columns.add(name);
  }
  // A day whose only commit is gone is still in the catalog.
  for (const table of [dataset, rejectsDataset(dataset)]) if (!tables.has(table)) tables.set(table, []);
  const findings: Finding[] = [];
  for (const [table, days] of tables) {
    const differences = (await catalog.differences(table, days)).filter(
      ({ businessDate }) => businessDate === undefined || !unreadable.has(businessDate),
    );
    const isWhole = unreadable.size === 0 && differences.every(({ kind }) => kind !== 'ahead');
    for (const { kind, businessDate, commit, what } of differences) {
      if (kind === 'unshown') {
        const mend = repaired('show it to them', { do: 'show-table', table });
        findings.push({ ...note(catalog.nameOf(table), what, ''), mend });
        continue;
      }
      const lost = kind === 'ahead' && businessDate !== undefined && commit !== undefined;
      // The catalog is right: what it shows is missing in the ledger.
      const key = lost ? dayCommitKey(dataset, businessDate, commit) : catalog.nameOf(table);
      findings.push(
        lost
          ? damage(key, 'it is missing, and readers see it', 'operations', mendOf())
          : damage(key, what, 'readers', mendOf()),
      );
      function mendOf(): Mend {
        if (kind === 'behind' && businessDate !== undefined) {
          return repaired('show the last commit of the day', { do: 'apply', dataset, businessDate });
        }
        if (kind === 'ahead' && businessDate !== undefined) {
          const action = { do: 'write-commit', dataset, businessDate, commit: commit ?? 1 } as const;
          return repaired('write the commit of what readers see again', action);
        }
        if (!isWhole) return { by: 'nobody', does: 'mend the commits that are named, then run repair again' };
        return repaired('write it again from the commits', { do: 'restore-table', table, dataset });
      }
    }
  }
  return findings;
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
    const columns = stored.value?.columns;
    if (isRight && columns === undefined && (claim?.columns.size ?? 0) > 0) {
      const action = { do: 'restore-owner', table, layout: stated, withColumns: true } as const;
      const mend = repaired('note the columns that readers have', action);
      findings.push({ ...note(key, 'it has no columns', ''), mend });
    }
    const lacks =
      columns &&
      [...(claim?.columns ?? [])].some(
        (name) => !columns.some((one) => one.name === name || one.formerly?.includes(name)),
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
