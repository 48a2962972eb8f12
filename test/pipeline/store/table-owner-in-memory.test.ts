import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import type { DayCommit } from '../../../shared/day/day-commit.ts';
import { dayCommitKey, ledgerEntryKey, tableOwnerKey } from '../../../shared/keys/lake-keys.ts';
import { readLayout } from '../../../shared/layout/compile/read-layout.ts';
import { readJson, writeJson } from '../../../shared/pipeline/store/json-object.ts';
import {
  addColumns,
  ownsNothing,
  refuseTaken,
  tableOwnerShape,
  takeTables,
} from '../../../shared/pipeline/store/table-owner.ts';
import type { TableColumns } from '../../../shared/ports/catalog.ts';
import { HeldWrites } from '../../support/held-writes.ts';
import { sampleEntry } from '../../support/sample-entry.ts';
import { smallLayout } from '../../support/small-contracts.ts';
import { DATE, KEY } from '../../support/small-day.ts';
import { testPorts } from '../../support/test-ports.ts';

const named = (name: string) => readLayout(smallLayout({ name }), 'small.json');
const SMALL = named('small');
const TABLES = ['small', 'small_rejects', 'small_days'];
const { loaded: _, ...NOT_LOADED } = sampleEntry('a');

const commitOf = (dataset: string, isBlank = false): DayCommit => ({
  ...{ dataset, businessDate: DATE, commit: 1, committedAt: '2025-08-13T05:00:00.000Z', files: [] },
  tables: isBlank ? [] : [{ dataset, columns: [], partitionKeys: [], partitions: [] }],
});

function inMemory() {
  const lake = new MemoryObjectStore();
  const ports = testPorts(new MemoryObjectStore(), lake);
  const publish = (dataset: string, isBlank = false) =>
    writeJson(lake, dayCommitKey(dataset, DATE, 1), commitOf(dataset, isBlank));
  const ownerOf = async (table: string) => readJson(lake, tableOwnerKey(table), tableOwnerShape);
  return { lake, ports, publish, ownerOf };
}

type Lake = ReturnType<typeof inMemory>;

describe('a table that another layout took', () => {
  const entry = (changes: object) => (of: Lake) =>
    writeJson(of.lake, ledgerEntryKey('other', DATE, 'a'), { ...NOT_LOADED, ...changes });
  const parsing = (leaseUntil: string) => entry({ state: 'parsing', leaseUntil });

  // The clock says 06:00.
  it.each<[string, boolean, ((of: Lake) => Promise<unknown>)[]]>([
    ['has nothing in the lake', false, []],
    ['has a file that was refused', false, [entry({ state: 'refused' })]],
    ['has a file that is loaded', true, [entry({ loaded: sampleEntry('a').loaded })]],
    ['has a file that is being converted', true, [parsing('2025-08-13T06:00:01.000Z')]],
    ['has a file whose conversion died', false, [parsing('2025-08-13T05:59:59.000Z')]],
    [
      'has a file that is loaded among others that were refused',
      true,
      [
        entry({ state: 'refused' }),
        (of) => writeJson(of.lake, ledgerEntryKey('other', DATE, 'b'), sampleEntry('b')),
        (of) =>
          writeJson(of.lake, ledgerEntryKey('other', '2025-08-11', 'c'), { ...NOT_LOADED, state: 'failed' }),
      ],
    ],
    [
      'has an entry that cannot be read',
      true,
      [async (of) => of.lake.replace(ledgerEntryKey('other', DATE, 'a'), Buffer.from('{'))],
    ],
    ['has published a day, and no entry of it is left', true, [(of) => of.publish('other')]],
    ['has a commit that publishes nothing', false, [(of) => of.publish('other', true)]],
    [
      'has a commit that cannot be read',
      true,
      [async (of) => of.lake.replace(dayCommitKey('other', DATE, 1), Buffer.from('{'))],
    ],
  ])('stays its own if it %s: %s', async (_, staysItsOwn, steps) => {
    const of = inMemory();
    await writeJson(of.lake, tableOwnerKey('small_days'), { layout: 'other' });
    for (const step of steps) await step(of);
    expect(await ownsNothing(of.ports, 'other')).toBe(!staysItsOwn);
    const refusal = await refuseTaken(of.ports, SMALL, KEY);
    const told = "a table 'small_days', and that is the table of layout other";
    if (staysItsOwn) {
      expect(refusal).toMatchObject({ code: 'name-taken', message: expect.stringContaining(told) });
      await expect(takeTables(of.ports, SMALL, KEY)).rejects.toMatchObject({ name: 'RunInconsistent' });
      expect(await of.ownerOf('small_days')).toEqual({ layout: 'other' });
    } else {
      expect(refusal).toBeUndefined();
      await takeTables(of.ports, SMALL, KEY);
      expect(await of.ownerOf('small_days')).toEqual({ layout: 'small' });
    }
  });

  it('is taken back by nobody while its layout takes it again', async () => {
    const { ports, lake } = inMemory();
    const writes = new HeldWrites();
    lake.beforeCall = writes.call;
    await takeTables(ports, SMALL, KEY);
    await writes.assertEnded();
    expect(lake.keys()).toEqual(TABLES.map(tableOwnerKey).sort());
    const puts = () => [lake.calls.putOnce, lake.calls.putIf];
    const before = puts();
    await takeTables(ports, SMALL, KEY);
    expect(puts()).toEqual(before);
  });
});

describe('a table in a lake without owners', () => {
  it.each([
    ['small', 'small_rejects', 'small'],
    ['small', 'small_days', 'small'],
    // As long as those of the rejects and of the days.
    ['small', 'small_archives', undefined],
    ['small', 'small_rows', undefined],
    ['small', 'smallest', undefined],
  ])('of the published layout %s, as layout %s: it is that of %s', async (published, layout, owner) => {
    const { ports, publish } = inMemory();
    await publish(published);
    const told = owner && expect.stringContaining(`the table of layout ${owner}`);
    expect((await refuseTaken(ports, named(layout), KEY))?.message).toEqual(told);
  });

  it("called ledger is nobody else's", async () => {
    const { ports } = inMemory();
    expect((await refuseTaken(ports, named('ledger'), KEY))?.message).toContain("that is the ledger's");
  });
});

describe('the columns of a table', () => {
  const STRING = { name: 'id', type: 'string' };
  const schema = (columns: { name: string; type: string }[], dataset = 'small') => ({
    ...{ dataset, columns, partitionKeys: [] },
  });
  const rejects = schema([STRING], 'small_rejects');
  const withCatalog = (tables: Record<string, TableColumns> = {}) => {
    const of = inMemory();
    of.ports.catalog = { ...of.ports.catalog, tableOf: async (name) => tables[name] };
    return of;
  };
  const add = (of: Lake, ...columns: { name: string; type: string }[]) =>
    addColumns(of.ports, 'small', DATE, { rows: [schema(columns)], rejects });

  it('are those of every commit, in the widest type, and are written only if they change', async () => {
    const of = withCatalog();
    await add(of, STRING, { name: 'amount', type: 'decimal(9,2)' });
    await add(of, { name: 'amount', type: 'decimal(12,2)' });
    const { rows } = await add(of, STRING, { name: 'uf', type: 'string' });
    const types = Object.fromEntries(rows[0]!.columns.map(({ name, type }) => [name, type]));
    expect(types).toEqual({ id: 'string', amount: 'decimal(12,2)', uf: 'string' });
    const puts = of.lake.calls.putIf;
    expect(await add(of, STRING)).toEqual({ rows, rejects });
    expect(of.lake.calls.putIf).toBe(puts);
  });

  it('begin with those that readers have, in a lake that an earlier version filled', async () => {
    const of = withCatalog({ small: { columns: [{ name: 'uf', type: 'string' }], partitionKeys: [] } });
    const { rows } = await add(of, STRING);
    expect(rows[0]!.columns.map(({ name }) => name)).toEqual(['uf', 'id']);
  });

  it('that do not fit are refused before anything is written, with each of them', async () => {
    const of = withCatalog();
    await add(of, STRING);
    const before = await of.ownerOf('small');
    await expect(add(of, { name: 'id', type: 'date' })).rejects.toMatchObject({
      name: 'RunInconsistent',
      message: expect.stringMatching(/small: column id is string there and date in the layout/),
    });
    expect(await of.ownerOf('small')).toEqual(before);
  });
});
