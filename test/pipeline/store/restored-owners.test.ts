import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { dayCommitKey, ledgerEntryKey, tableOwnerKey } from '../../../shared/keys/lake-keys.ts';
import { readLayout } from '../../../shared/layout/compile/read-layout.ts';
import { readJson, writeJson } from '../../../shared/pipeline/store/json-object.ts';
import { restoreOwner, restoreOwners } from '../../../shared/pipeline/store/restored-owners.ts';
import { tableOwnerShape } from '../../../shared/pipeline/store/table-owner.ts';
import { HeldWrites } from '../../support/held-writes.ts';
import { sampleCommit } from '../../support/sample-commit.ts';
import { sampleEntry } from '../../support/sample-entry.ts';
import { smallLayout } from '../../support/small-contracts.ts';
import { DATE } from '../../support/small-day.ts';
import { testPorts } from '../../support/test-ports.ts';

const LAYOUT = readLayout(smallLayout(), 'small.json');
const TABLES = ['small', 'small_rejects', 'small_days'];
const SHOWN = { columns: [{ name: 'id', type: 'string' }], partitionKeys: [] };

async function lakeWith(owners: Record<string, string | 'damaged'>) {
  const lake = new MemoryObjectStore();
  const ports = testPorts(new MemoryObjectStore(), lake);
  ports.catalog = { ...ports.catalog, tableOf: async () => SHOWN };
  for (const [table, layout] of Object.entries(owners))
    if (layout === 'damaged') lake.replace(tableOwnerKey(table), Buffer.from('{'));
    else await writeJson(lake, tableOwnerKey(table), { layout });
  const ownerOf = (table: string) => readJson(lake, tableOwnerKey(table), tableOwnerShape);
  return { lake, ports, ownerOf };
}

describe('owners of tables that cannot be read', () => {
  const damaged = Object.fromEntries(TABLES.map((table) => [table, 'damaged']));

  it('become the layout that is converted, if nobody published the table', async () => {
    const { lake, ports, ownerOf } = await lakeWith(damaged);
    // Another layout, and a commit without tables, published none of them.
    await writeJson(lake, dayCommitKey('other', DATE, 1), sampleCommit({ dataset: 'other' }));
    await writeJson(lake, dayCommitKey('blank', DATE, 1), sampleCommit({ dataset: 'blank', tables: [] }));
    lake.replace(dayCommitKey('lost', DATE, 1), Buffer.from('{'));
    const writes = new HeldWrites();
    lake.beforeCall = writes.call;
    await restoreOwners(ports, LAYOUT);
    await writes.assertEnded();
    for (const table of TABLES) expect(await ownerOf(table)).toEqual({ layout: 'small' });
  });

  it('become the layout whose last commit of some day has the table', async () => {
    const { lake, ports, ownerOf } = await lakeWith(damaged);
    const [table] = sampleCommit().tables;
    const tables = [sampleCommit({ dataset: 'other' }).tables[0]!, { ...table!, dataset: 'small_rejects' }];
    await writeJson(lake, dayCommitKey('other', DATE, 1), sampleCommit({ dataset: 'other', tables }));
    await restoreOwners(ports, LAYOUT);
    const owners = await Promise.all(TABLES.map(async (name) => (await ownerOf(name)).layout));
    expect(owners).toEqual(['small', 'other', 'small']);
  });

  it('of days become the layout that has published any', async () => {
    const { lake, ports, ownerOf } = await lakeWith({ small_days: 'damaged' });
    await writeJson(lake, dayCommitKey('small', DATE, 1), sampleCommit());
    await restoreOwners(ports, readLayout(smallLayout({ name: 'small_days' }), 'small.json'));
    expect(await ownerOf('small_days')).toEqual({ layout: 'small' });
  });

  it('of days are not those of a layout that has published none', async () => {
    const { lake, ports, ownerOf } = await lakeWith({ small_days: 'damaged' });
    await writeJson(lake, ledgerEntryKey('small', DATE, 'a'), sampleEntry('a'));
    await restoreOwners(ports, readLayout(smallLayout({ name: 'small_days' }), 'small.json'));
    expect(await ownerOf('small_days')).toEqual({ layout: 'small_days' });
  });

  it('are not those that can be read, or that are not there', async () => {
    const { lake, ports } = await lakeWith({ small: 'other' });
    const before = lake.bytesOf(tableOwnerKey('small'));
    await restoreOwners(ports, LAYOUT);
    expect(lake.bytesOf(tableOwnerKey('small'))).toBe(before);
    expect(lake.keys()).toEqual([tableOwnerKey('small')]);
  });
});

describe('the owner of one table', () => {
  it('is written once, with the columns that readers have if they are wanted', async () => {
    const { lake, ports, ownerOf } = await lakeWith({});
    expect(await restoreOwner(ports, 'small', 'small')).toBe(true);
    expect(await ownerOf('small')).toEqual({ layout: 'small' });
    const writes = new HeldWrites();
    lake.beforeCall = writes.call;
    expect(await restoreOwner(ports, 'small', 'small', true)).toBe(true);
    await writes.assertEnded();
    expect(await ownerOf('small')).toEqual({ layout: 'small', ...SHOWN });
    const puts = lake.calls.putIf;
    expect(await restoreOwner(ports, 'small', 'small', true)).toBe(false);
    expect(lake.calls.putIf).toBe(puts);
  });
});
