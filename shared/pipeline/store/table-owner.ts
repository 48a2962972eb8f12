import { planTableChange } from '../../catalog/table-change.ts';
import { catalogColumnsShape } from '../../day/catalog-columns.ts';
import type { TableSchema } from '../../day/day-commit.ts';
import { RunInconsistent } from '../../errors.ts';
import { objectOf, optional, text } from '../../json-shape.ts';
import { daysDataset, rejectsDataset, tableOwnerKey } from '../../keys/lake-keys.ts';
import type { Layout } from '../../layout/layout.ts';
import type { CatalogColumn } from '../../ports/catalog.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { type Refusal, refuse } from '../../refusal.ts';
import { isInUse, isLoaded } from '../../run/ledger-entry.ts';
import { compareAndSwap, replace } from './compare-and-swap.ts';
import { lastReadableCommit } from './day-commits.ts';
import { dayEntries, ledgerDays, unlessBlank } from './day-ledger.ts';
import { findJson, findStoredJson } from './json-object.ts';
import { sealedBytes } from './sealed-json.ts';
import { tableSchemas } from './table-schemas.ts';

/**
 * The layout whose rows a table of the lake holds, and the columns that the table has with every commit that is written:
 * `ledger/_tables/<table>.json`. The first file that balances takes the table for its layout, and each commit adds its columns before it is
 * written. So two commits at once, of two days, cannot have columns that no catalog shows together.
 */
interface TableOwner {
  layout: string;
  /** Missing until the first commit, and in a lake of an earlier version: then they are those that readers have. */
  columns?: CatalogColumn[] | undefined;
  partitionKeys?: CatalogColumn[] | undefined;
}

const columnsShape = optional(catalogColumnsShape);
export const tableOwnerShape = objectOf<TableOwner>({
  layout: text,
  columns: columnsShape,
  partitionKeys: columnsShape,
});

type OwnerPorts = Pick<PipelinePorts, 'lake' | 'clock'>;

const REJECTS = rejectsDataset('');
const DAYS = daysDataset('');

/** The table of the ledger itself, which every lake has. */
const LEDGER = 'ledger';

/** Refuses a file whose layout fills a table of another layout: the two would replace each other's rows. Takes nothing. */
export async function refuseTaken(
  ports: OwnerPorts,
  layout: Layout,
  sourceKey: string,
): Promise<Refusal | undefined> {
  for (const table of tablesOf(layout)) {
    const recorded = await findJson(ports.lake, tableOwnerKey(table), tableOwnerShape);
    const owner = await otherOwner(ports, layout.name, table, recorded);
    if (owner !== undefined) return refuse('name-taken', nameTaken(layout.name, sourceKey, table, owner));
  }
  return undefined;
}

/** Takes the tables of a layout for it, once a file of it balances. Fails with `RunInconsistent` if another layout was faster. */
export async function takeTables(ports: OwnerPorts, layout: Layout, sourceKey: string): Promise<void> {
  for (const table of tablesOf(layout)) {
    await changeOwner(ports, layout.name, sourceKey, table, async (current) => current);
  }
}

/**
 * Adds the columns of a day to its tables before a commit is written, and answers with the tables as they then are: every later commit has
 * these columns too, so a catalog can show them in any order. Fails with `RunInconsistent` if a table cannot hold both.
 */
export async function addColumns(
  ports: OwnerPorts & Pick<PipelinePorts, 'catalog'>,
  layout: string,
  where: string,
  { rows, rejects }: { rows: TableSchema[]; rejects: TableSchema },
): Promise<{ rows: TableSchema[]; rejects: TableSchema }> {
  const added = async (schema: TableSchema): Promise<TableSchema> => {
    const { dataset, partitionKeys } = schema;
    const owner = await changeOwner(ports, layout, where, dataset, async (current) => {
      const known = current.columns && {
        columns: current.columns,
        partitionKeys: current.partitionKeys ?? [],
      };
      const standing = known ?? (await ports.catalog.tableOf(dataset));
      if (!standing) return { ...current, columns: schema.columns, partitionKeys };
      const change = planTableChange(standing, schema, ports.catalog);
      if (change.problems.length > 0) throw unfit(where, dataset, change.problems);
      return { ...current, columns: change.columns, partitionKeys: change.partitionKeys };
    });
    return {
      dataset,
      columns: owner.columns ?? schema.columns,
      partitionKeys: owner.partitionKeys ?? partitionKeys,
    };
  };
  const [ofRejects, ...ofRows] = await Promise.all([rejects, ...rows].map(added));
  return { rows: ofRows, rejects: ofRejects! };
}

/** Makes the table the layout's by conditional write, if it is nobody's, and changes what is noted of it. */
async function changeOwner(
  ports: OwnerPorts,
  layout: string,
  where: string,
  table: string,
  change: (current: TableOwner) => Promise<TableOwner>,
): Promise<TableOwner> {
  const key = tableOwnerKey(table);
  return compareAndSwap(key, async () => {
    const stored = await findStoredJson(ports.lake, key, tableOwnerShape);
    const other = await otherOwner(ports, layout, table, stored?.value);
    if (other !== undefined) throw new RunInconsistent(nameTaken(layout, where, table, other));
    const next = await change(stored?.value.layout === layout ? stored.value : { layout });
    const bytes = sealedBytes(key, next);
    if (!stored || Buffer.compare(bytes, stored.bytes) !== 0) await replace(ports.lake, key, bytes, stored);
    return next;
  });
}

export function tablesOf(layout: Layout): Set<string> {
  const { rows, rejects } = tableSchemas(layout);
  return new Set([...[...rows, rejects].map(({ dataset }) => dataset), daysDataset(layout.name)]);
}

/** The other layout that a table belongs to. One that has published nothing, has nothing loaded and runs nothing owns it no longer. */
async function otherOwner(
  ports: OwnerPorts,
  layout: string,
  table: string,
  recorded: TableOwner | undefined,
): Promise<string | undefined> {
  if (table === LEDGER) return '';
  const owner = recorded?.layout ?? (await earlierOwner(ports.lake, table));
  if (owner === undefined || owner === layout || (await ownsNothing(ports, owner))) return undefined;
  return owner;
}

/** Has the layout nothing in the lake that its tables are needed for? */
export async function ownsNothing({ lake, clock }: OwnerPorts, layout: string): Promise<boolean> {
  if (await hasPublished(lake, layout)) return false;
  const now = clock.now();
  for (const date of (await ledgerDays(lake, layout)).get(layout) ?? []) {
    const damaged: RunInconsistent[] = [];
    const entries = await dayEntries(lake, layout, date, [], damaged);
    if (damaged.length > 0 || entries.some((entry) => isLoaded(entry) || isInUse(entry, now))) return false;
  }
  return true;
}

/** A lake that an earlier version filled has no owners: a layout that published a day owns its tables. What was refused owns nothing. */
async function earlierOwner(lake: ObjectStore, table: string): Promise<string | undefined> {
  for (const suffix of ['', REJECTS, DAYS]) {
    const layout = table.slice(0, table.length - suffix.length);
    if (table.endsWith(suffix) && (await hasPublished(lake, layout))) return layout;
  }
  return undefined;
}

async function hasPublished(lake: ObjectStore, layout: string): Promise<boolean> {
  for (const date of (await ledgerDays(lake, layout)).get(layout) ?? []) {
    const last = await lastReadableCommit(lake, layout, date);
    if (last && (last.value === undefined || unlessBlank(last.value))) return true;
  }
  return false;
}

function nameTaken(layout: string, where: string, table: string, owner: string) {
  const isLedger = table === LEDGER;
  return {
    where,
    what: `layout ${layout} fills a table '${table}', and that is ${isLedger ? "the ledger's" : `the table of layout ${owner} in this lake`}`,
    why: `Two layouts in one table would replace each other's rows.${isLedger ? '' : ` The lake keeps owners below ledger/_tables/; in one that an earlier version filled, a layout owns what it published.`}`,
    next: `Give the layout, or its record type or table '${table}', another name, or convert into another lake.`,
  };
}

function unfit(where: string, table: string, problems: string[]): RunInconsistent {
  return new RunInconsistent({
    what: 'the files of this day do not fit into one table with what is published',
    where,
    why: `${table}: ${problems.join('; ')}`,
    next: `Nothing was changed for readers. Correct the layout and convert the file again; or take it out with rollback --file F --remove, and convert it under a layout with another name. If no published file has these columns, because that publication died, remove ${tableOwnerKey(table)} while nothing is published: it is made again from the catalog.`,
  });
}
