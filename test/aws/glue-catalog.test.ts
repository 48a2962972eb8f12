import { GetTableCommand, UpdateTableCommand } from '@aws-sdk/client-glue';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../local/adapters/memory-object-store.ts';
import { createGlueCatalog } from '../../shared/aws/glue-catalog.ts';
import { addDays } from '../../shared/keys/business-date.ts';
import type { DayPublication } from '../../shared/ports/catalog.ts';
import { BUCKET, dayOf, publishedFile } from '../support/catalog-contract.ts';
import { seenThroughGlue } from '../support/glue-tables.ts';
import { strictGlue } from '../support/strict-glue.ts';

let double: Awaited<ReturnType<typeof strictGlue>>;
let file: Uint8Array;
let store: MemoryObjectStore;
beforeAll(async () => {
  double = await strictGlue();
  file = await publishedFile();
});
afterAll(() => double.close());
beforeEach(() => {
  double.glue.tables.clear();
  double.glue.partitions.clear();
  double.glue.beforeCall = undefined;
  store = new MemoryObjectStore();
});

const now = () => new Date('2026-03-10T06:00:00Z');
const open = () =>
  createGlueCatalog({ client: double.client, database: 'lake', bucket: BUCKET, store, now, mostWaitMs: 400 });
const day = (products: (string | null)[], commit?: number, date?: string) =>
  dayOf(store, file, 'contracts', products, commit, date);
const seen = () => seenThroughGlue({ client: double.client, store, bucket: BUCKET }, 'lake', 'contracts');
const filesOf = (...days: DayPublication[]) =>
  days.flatMap(({ partitions }) => partitions.flatMap(({ files }) => files)).sort();
const named = (name: string) => Object.assign(new Error('stub'), { name });

describe('publishers at once', () => {
  it('a dozen days lose nothing, and a lost race writes no manifest again (fifty: glue-race.long.test.ts)', async () => {
    const dates = Array.from({ length: 12 }, (_, index) => addDays('2026-01-01', index));
    const days = await Promise.all(dates.map((date) => day(['A', 'B'], 1, date)));
    const manifests: string[] = [];
    store.beforeCall = (operation, key) => {
      if (operation === 'put' && /\/day-[^/]*\.avro$/.test(key)) manifests.push(key);
    };
    expect(await Promise.all(days.map((one) => open().publishDay(one)))).toEqual(Array(12).fill(true));
    const { files, metadata, table } = (await seen())!;
    expect(files).toEqual(filesOf(...days));
    expect(metadata.snapshots).toHaveLength(12);
    expect(metadata['last-sequence-number']).toBe(12);
    expect(table?.VersionId).toBe('11');
    expect(manifests).toHaveLength(12);
    expect(double.glue.archived.size).toBe(0);
  });

  it('of commits of one day the highest stays, whichever comes last', async () => {
    const commits = await Promise.all([3, 1, 5, 2, 4].map((commit) => day([`N${commit}`], commit)));
    await Promise.all(commits.map((one) => open().publishDay(one)));
    expect((await seen())?.files).toEqual(filesOf(commits[2]!));
    expect(await open().publishDay(commits[0]!)).toBe(false);
  });

  it('a change that somebody else makes between reading and writing is not lost', async () => {
    const mine = await day(['A']);
    const other = await day(['B'], 1, '2026-03-08');
    await open().publishDay(await day(['C'], 1, '2026-03-07'));
    let isFirst = true;
    const rest: Promise<unknown>[] = [];
    double.glue.beforeCall = (operation) => {
      if (operation !== 'UpdateTable' || !isFirst) return;
      isFirst = false;
      // The version that this call names is gone when Glue looks at it.
      const table = double.glue.tables.get('contracts')!;
      table.VersionId = String(Number(table.VersionId) + 1);
      rest.push(open().publishDay(other));
    };
    expect(await open().publishDay(mine)).toBe(true);
    await Promise.all(rest);
    expect((await seen())?.files).toEqual(
      [...filesOf(mine, other), ...filesOf(await day(['C'], 1, '2026-03-07'))].sort(),
    );
  });

  it('an update whose answer was lost is not made twice', async () => {
    const first = await day(['A']);
    await open().publishDay(first);
    const second = await day(['A', 'B'], 2);
    const { client } = double;
    const send = client.send.bind(client);
    let lost = 0;
    client.send = (async (command: never) => {
      const answer = await send(command);
      if ((command as object) instanceof UpdateTableCommand && lost++ === 0)
        throw named('ConcurrentModificationException');
      return answer;
    }) as typeof client.send;
    try {
      expect(await open().publishDay(second)).toBe(true);
    } finally {
      client.send = send;
    }
    expect(lost).toBe(1);
    expect((await seen())?.metadata.snapshots).toHaveLength(2);
  });
});

describe('readers', () => {
  /** What a reader sees at every moment: before each call to Glue and to the bucket, and after the last. */
  async function seenDuring(act: () => Promise<unknown>): Promise<string[][]> {
    const found: string[][] = [];
    const look = async () => {
      const { beforeCall } = store;
      delete store.beforeCall;
      found.push((await seen())?.files ?? []);
      if (beforeCall) store.beforeCall = beforeCall;
    };
    store.beforeCall = look;
    await act();
    delete store.beforeCall;
    await look();
    return found;
  }

  it('see one commit or the next over all partitions, while a day is published, replaced, and taken out', async () => {
    const others = await day(['A', 'B'], 1, '2026-03-08');
    await open().publishDay(others);
    const first = await day(['A', 'B', null]);
    const second = await day(['B', 'C'], 2);
    const gone = await day([], 3);
    let standing = filesOf(others);
    for (const one of [first, second, gone]) {
      const next = filesOf(others, one);
      const found = await seenDuring(() => open().publishDay(one));
      expect(found.length).toBeGreaterThan(4);
      const states = [...new Set(found.map((files) => files.join('\n')))];
      expect(states).toEqual([standing.join('\n'), next.join('\n')]);
      standing = next;
    }
  });

  it('see the old or the new when a publisher dies between two writes, and the next one completes it', async () => {
    const others = await day(['A'], 1, '2026-03-08');
    await open().publishDay(others);
    const before = await day(['A', 'B']);
    await open().publishDay(before);
    let standing = filesOf(others, before);
    let deaths = 0;
    for (let failing = 1, commit = 2; ; failing++, commit++) {
      let writes = 0;
      const die = () => {
        if (++writes === failing) throw named('Killed');
      };
      store.beforeCall = (operation) => {
        if (operation === 'put') die();
      };
      double.glue.beforeCall = (operation) => {
        if (operation === 'UpdateTable') die();
      };
      delete store.beforeCall;
      const next = await day(['A', `N${commit}`], commit);
      store.beforeCall = (operation) => {
        if (operation === 'put') die();
      };
      const ended = await open()
        .publishDay(next)
        .then(
          () => 'published',
          () => 'died',
        );
      delete store.beforeCall;
      double.glue.beforeCall = undefined;
      expect((await seen())?.files).toEqual(ended === 'died' ? standing : filesOf(others, next));
      expect(await open().publishDay(next)).toBe(true);
      standing = filesOf(others, next);
      expect((await seen())?.files).toEqual(standing);
      if (ended === 'published') break;
      deaths++;
    }
    // The manifest, the list, the metadata, and the pointer.
    expect(deaths).toBe(4);
  });
});

describe('what else Glue may say', () => {
  it('an update without the version of the table is never sent', async () => {
    const { client } = double;
    await open().publishDay(await day(['A']));
    const send = client.send.bind(client);
    client.send = (async (command: never) => {
      const answer = (await send(command)) as { Table?: { VersionId?: string } };
      if ((command as object) instanceof GetTableCommand) delete answer.Table?.VersionId;
      return answer;
    }) as typeof client.send;
    try {
      await expect(open().publishDay(await day(['A'], 2))).rejects.toMatchObject({
        name: 'OutputUnwritable',
        message: expect.stringContaining('no version'),
      });
    } finally {
      client.send = send;
    }
  });

  it('tells faults that may pass from faults that will not', async () => {
    const one = await day(['A']);
    for (const [thrown, name] of [
      ['ThrottlingException', 'StoreThrottled'],
      ['AccessDeniedException', 'OutputUnwritable'],
    ] as const) {
      double.glue.beforeCall = () => {
        throw named(thrown);
      };
      await expect(open().publishDay(one)).rejects.toMatchObject({ name });
    }
  });

  it('keeps what people noted of a table and its columns', async () => {
    await open().publishDay(await day(['A']));
    const table = double.glue.tables.get('contracts')!;
    Object.assign(table, { Description: 'Contracts', Owner: 'bank' });
    table.Parameters!.comment = 'ours';
    Object.assign(table.StorageDescriptor!.Columns![1]!, { Comment: 'in BRL' });
    await open().publishDay(await day(['A'], 2));
    expect(double.glue.tables.get('contracts')).toMatchObject({
      Description: 'Contracts',
      Owner: 'bank',
      Parameters: { comment: 'ours', table_type: 'ICEBERG' },
      StorageDescriptor: { Columns: [{}, { Name: 'amount', Comment: 'in BRL' }, {}, {}, {}, {}] },
    });
  });
});

it('a table whose pointer somebody wrote over is not begun anew', async () => {
  const days = [await day(['A'], 1, '2026-03-08'), await day(['B'])];
  for (const one of days) await open().publishDay(one);
  const table = double.glue.tables.get('contracts')!;
  // An update by CloudFormation, a crawler, or a person: the parameters are those of its template.
  table.Parameters = { EXTERNAL: 'TRUE' };
  const said = { name: 'ObjectDamaged', message: expect.stringContaining('"action": "adopt"') };
  await expect(open().publishDay(await day(['C'], 2))).rejects.toMatchObject(said);
  await expect(open().tableOf('contracts')).rejects.toMatchObject(said);
  await open().restore('contracts', days);
  expect((await seen())?.files).toEqual(filesOf(...days));
});

describe('a table of the version before, with Hive partitions', () => {
  const hive = {
    Name: 'contracts',
    TableType: 'EXTERNAL_TABLE',
    Parameters: { EXTERNAL: 'TRUE', classification: 'parquet' },
    PartitionKeys: ['year', 'month', 'day', 'product'].map((Name) => ({ Name, Type: 'string' })),
    StorageDescriptor: { Columns: [{ Name: 'id', Type: 'string' }], Location: 's3://published/contracts/' },
  };

  it('is not published over: a day would hide all others', async () => {
    double.glue.tables.set('contracts', { ...hive });
    double.glue.partitions.set('contracts', [{ Values: ['2026', '03', '08', 'A'] }]);
    const said = { name: 'ObjectDamaged', message: expect.stringContaining('"action": "adopt"') };
    await expect(open().publishDay(await day(['A']))).rejects.toMatchObject(said);
    await expect(open().tableOf('contracts')).rejects.toMatchObject(said);
    expect(double.glue.tables.get('contracts')).toEqual(hive);
  });

  it('is taken over with the files that it has, in one step and without touching them', async () => {
    double.glue.tables.set('contracts', { ...hive });
    double.glue.partitions.set('contracts', [{ Values: ['2026', '03', '08', 'A'] }]);
    const days = [await day(['A', null], 3, '2026-03-08'), await day(['A'])];
    store.beforeCall = (operation, key) => {
      if (/^(copy|put|delete|compose)/.test(operation)) expect(key).toMatch(/^contracts\/metadata\//);
    };
    await open().restore('contracts', days);
    const { files, table, snapshot } = (await seen())!;
    expect(files).toEqual(filesOf(...days));
    expect(table).toMatchObject({ PartitionKeys: [], Parameters: { table_type: 'ICEBERG' } });
    expect(table?.Parameters).not.toHaveProperty('classification');
    expect(snapshot?.summary).toMatchObject({ operation: 'append', 'added-data-files': '3' });
    expect(await open().shownDay('contracts', '2026-03-08')).toMatchObject({ commit: 3 });
  });

  it('and one without partitions is taken as it is', async () => {
    double.glue.tables.set('contracts', { ...hive });
    expect(await open().tableOf('contracts')).toBeUndefined();
    const one = await day(['A']);
    await open().publishDay(one);
    expect((await seen())?.files).toEqual(filesOf(one));
  });
});
