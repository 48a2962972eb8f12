import { objectOf, text } from '../../json-shape.ts';
import { daysDataset, rejectsDataset, tableOwnerKey } from '../../keys/lake-keys.ts';
import type { Layout } from '../../layout/layout.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { type Refusal, refuse } from '../../refusal.ts';
import { putFirst } from '../store/compare-and-swap.ts';
import { lastReadableCommit } from '../store/day-commits.ts';
import { ledgerDays } from '../store/day-ledger.ts';
import { findJson, unlessDamaged } from '../store/json-object.ts';
import { sealedBytes } from '../store/sealed-json.ts';
import { tableSchemas } from '../store/table-schemas.ts';

/** The layout whose rows a table of the lake holds. Written once, by the first file that is planned for the table. */
interface TableOwner {
  layout: string;
}

const tableOwnerShape = objectOf<TableOwner>({ layout: text });

const REJECTS = rejectsDataset('');
const DAYS = daysDataset('');

/** The table of the ledger itself, which every lake has. */
const LEDGER = 'ledger';

/**
 * Takes the tables of a layout for it, or refuses the file if one of them is another layout's: the two would replace each other's rows.
 * Nothing is taken before every table was looked at, so a refused layout does not keep names from others. A forced run also replaces an
 * owner that cannot be read: by the layout that published the table, if there is one.
 */
export async function takeTables(
  lake: ObjectStore,
  layout: Layout,
  sourceKey: string,
  force = false,
): Promise<Refusal | undefined> {
  if (force) await restoreOwners(lake, layout);
  const free: string[] = [];
  for (const table of tablesOf(layout)) {
    const owner = await ownerOf(lake, table);
    if (table === LEDGER || (owner !== undefined && owner !== layout.name))
      return nameTaken(layout.name, sourceKey, table, owner);
    if (owner === undefined) free.push(table);
  }
  for (const table of free) {
    const key = tableOwnerKey(table);
    if (await putFirst(lake, key, sealedBytes(key, { layout: layout.name }))) continue;
    const first = await findJson(lake, key, tableOwnerShape);
    if (first && first.layout !== layout.name) return nameTaken(layout.name, sourceKey, table, first.layout);
  }
  return undefined;
}

function tablesOf(layout: Layout): Set<string> {
  const { rows, rejects } = tableSchemas(layout);
  return new Set([...[...rows, rejects].map(({ dataset }) => dataset), daysDataset(layout.name)]);
}

async function restoreOwners(lake: ObjectStore, layout: Layout): Promise<void> {
  for (const table of tablesOf(layout)) {
    const key = tableOwnerKey(table);
    const stored = await lake.get(key);
    if (!stored || (await unlessDamaged(findJson(lake, key, tableOwnerShape)))) continue;
    const owner = (await publisherOf(lake, table)) ?? layout.name;
    await lake.putIf(key, sealedBytes(key, { layout: owner }), stored.tag);
  }
}

/** The layout whose last commit of a day has the table. */
async function publisherOf(lake: ObjectStore, table: string): Promise<string | undefined> {
  for (const [dataset, days] of await ledgerDays(lake)) {
    for (const day of days) {
      const commit = (await lastReadableCommit(lake, dataset, day))?.value;
      const published = commit?.tables.some((one) => one.dataset === table) || table === daysDataset(dataset);
      if (commit && published) return dataset;
    }
  }
  return undefined;
}

async function ownerOf(lake: ObjectStore, table: string): Promise<string | undefined> {
  const recorded = await findJson(lake, tableOwnerKey(table), tableOwnerShape);
  if (recorded) return recorded.layout;
  // A lake that an earlier version filled has no owners: a layout that published a day owns its tables. What was refused owns nothing.
  for (const suffix of ['', REJECTS, DAYS]) {
    const layout = table.slice(0, table.length - suffix.length);
    if (table.endsWith(suffix) && layout !== '' && (await hasPublished(lake, layout))) return layout;
  }
  return undefined;
}

async function hasPublished(lake: ObjectStore, layout: string): Promise<boolean> {
  for await (const { key } of lake.list(`ledger/${layout}/`)) if (key.includes('/_day/')) return true;
  return false;
}

function nameTaken(layout: string, where: string, table: string, owner = ''): Refusal {
  const isLedger = table === LEDGER;
  return refuse('name-taken', {
    where,
    what: `layout ${layout} fills a table '${table}', and that is ${isLedger ? "the ledger's" : `the table of layout ${owner} in this lake`}`,
    why: `Two layouts in one table would replace each other's rows.${isLedger ? '' : ` The lake keeps owners below ledger/_tables/; in one that an earlier version filled, a layout owns what it published.`}`,
    next: `Give the layout, or its record type or table '${table}', another name, or convert into another lake.`,
  });
}
