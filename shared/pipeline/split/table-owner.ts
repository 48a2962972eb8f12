import { objectOf, text } from '../../json-shape.ts';
import { daysDataset, tableOwnerKey } from '../../keys/lake-keys.ts';
import type { Layout } from '../../layout/layout.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { type Refusal, refuse } from '../../refusal.ts';
import { putFirst } from '../store/compare-and-swap.ts';
import { findJson, toJsonBytes } from '../store/json-object.ts';
import { tableSchemas } from '../store/table-schemas.ts';

/** The layout whose rows a table of the lake holds. Written once, by the first file that is planned for the table. */
interface TableOwner {
  layout: string;
}

const tableOwnerShape = objectOf<TableOwner>({ layout: text });

/** The table of the ledger itself, which every lake has. */
const LEDGER = 'ledger';

/**
 * Takes the tables of a layout for it, or refuses the file if one of them is another layout's: the two would replace each other's rows.
 * Nothing is taken before every table was looked at, so a refused layout does not keep names from others.
 */
export async function takeTables(
  lake: ObjectStore,
  layout: Layout,
  sourceKey: string,
): Promise<Refusal | undefined> {
  const { rows, rejects } = tableSchemas(layout);
  const tables = [...[...rows, rejects].map(({ dataset }) => dataset), daysDataset(layout.name)];
  const free: string[] = [];
  for (const table of new Set(tables)) {
    const owner = await ownerOf(lake, table, layout.name);
    if (table === LEDGER || (owner !== undefined && owner !== layout.name))
      return nameTaken(layout.name, sourceKey, table, owner);
    if (owner === undefined) free.push(table);
  }
  for (const table of free) {
    const key = tableOwnerKey(table);
    if (await putFirst(lake, key, toJsonBytes({ layout: layout.name }))) continue;
    const first = await findJson(lake, key, tableOwnerShape);
    if (first && first.layout !== layout.name) return nameTaken(layout.name, sourceKey, table, first.layout);
  }
  return undefined;
}

async function ownerOf(lake: ObjectStore, table: string, layout: string): Promise<string | undefined> {
  const recorded = await findJson(lake, tableOwnerKey(table), tableOwnerShape);
  if (recorded || table === layout) return recorded?.layout;
  // A lake that an earlier version filled has no owners: the ledger of a layout of that name says the same.
  for await (const _ of lake.list(`ledger/${table}/`)) return table;
  return undefined;
}

function nameTaken(layout: string, where: string, table: string, owner = ''): Refusal {
  const isLedger = table === LEDGER;
  return refuse('name-taken', {
    where,
    what: `layout ${layout} fills a table '${table}', and that is ${isLedger ? "the ledger's" : `the table of layout ${owner} in this lake`}`,
    why: `Two layouts in one table would replace each other's rows.${isLedger ? '' : ` The lake keeps the owner in ${tableOwnerKey(table)}.`}`,
    next: `Give the layout, or its record type or table '${table}', another name, or convert into another lake.`,
  });
}
