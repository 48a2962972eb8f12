import type { GlueClient } from '@aws-sdk/client-glue';
import type { MemoryObjectStore } from '../../local/adapters/memory-object-store.ts';
import { createGlueCatalog } from '../../shared/aws/glue-catalog.ts';
import type { ListedLayouts } from '../../shared/ports/layout-source.ts';
import { seenThroughGlue } from './glue-tables.ts';
import { TestLake } from './run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from './small-contracts.ts';

const BUCKET = 'lake';
const TABLES = ['small', 'small_rejects', 'small_days'];

/** A lake as it is on AWS: published at the root of its bucket, tables in Glue. */
export async function lakeOnGlue(client: GlueClient) {
  const lake = await TestLake.make();
  const store = lake.ports.lake as MemoryObjectStore;
  const clock = { now: () => new Date('2025-08-13T06:00:00Z') };
  const catalog = () =>
    createGlueCatalog({
      client,
      database: 'db',
      bucket: BUCKET,
      store,
      now: () => clock.now(),
      mostWaitMs: 50,
    });
  Object.assign(lake.ports, { publishedPrefix: '', catalog: catalog(), clock });
  // Files of the same content would be refused.
  let content = 1;
  const load = async (name: string, ...products: string[]) => {
    await lake.putRaw(
      name,
      smallFile(...products.map((product, row) => smallLine(`${row}`, content++, product))),
    );
    await lake.convert({ sourceKey: name, layout: smallLayout() });
  };
  const filesOf = async () =>
    Object.fromEntries(
      await Promise.all(
        TABLES.map(async (table) => {
          const seen = await seenThroughGlue({ client, store, bucket: BUCKET }, 'db', table);
          return [table, seen?.files ?? []] as const;
        }),
      ),
    );
  const layouts: ListedLayouts = { ...lake.ports.layouts, names: async () => [smallLayout()] };
  return {
    lake,
    store,
    load,
    filesOf,
    layouts,
    clock,
    seen: (table: string) => seenThroughGlue({ client, store, bucket: BUCKET }, 'db', table),
    again: () => Object.assign(lake.ports, { catalog: catalog() }),
  };
}
