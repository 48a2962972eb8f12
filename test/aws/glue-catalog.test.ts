import {
  BatchCreatePartitionCommand,
  BatchDeletePartitionCommand,
  BatchUpdatePartitionCommand,
  type Column,
  CreateTableCommand,
  GetPartitionsCommand,
  GetTableCommand,
  GlueClient,
  type PartitionInput,
  type TableInput,
  UpdateTableCommand,
} from '@aws-sdk/client-glue';
import { describe, expect, it } from 'vitest';
import { createGlueCatalog } from '../../shared/aws/glue-catalog.ts';
import type { DayPublication } from '../../shared/ports/catalog.ts';
import { dayOf as dayOfDataset } from '../support/catalog-contract.ts';

/** As much of Glue as the catalog asks for: one table, partitions by their values, pages of 60, batch limits. */
class StubGlue {
  table: TableInput | undefined;
  readonly partitions = new Map<string, PartitionInput>();
  readonly calls: string[] = [];
  /** Values (joined by /) of a partition that every batch call reports as failed. */
  failing: string | undefined;
  /** Runs before a call is answered: what somebody else does meanwhile. */
  meanwhile: ((call: string) => void) | undefined;
  /** The error that the next call throws. */
  thrown: Error | undefined;

  readonly client = new GlueClient({ region: 'us-east-1' });

  constructor() {
    // The SDK's paginators accept only a real client.
    this.client.send = (async (command: { constructor: { name: string } }) =>
      this.answer(command)) as GlueClient['send'];
  }

  private answer(command: { constructor: { name: string } }): unknown {
    this.calls.push(command.constructor.name.replace(/Command$/, ''));
    this.meanwhile?.(this.calls.at(-1)!);
    if (this.thrown) throw this.thrown;
    if (command instanceof GetTableCommand) {
      if (!this.table) throw named('EntityNotFoundException');
      return { Table: { ...this.table, VersionId: '1' } };
    }
    if (command instanceof CreateTableCommand || command instanceof UpdateTableCommand) {
      this.table = command.input.TableInput;
      return {};
    }
    if (command instanceof GetPartitionsCommand) {
      if (!this.table) throw named('EntityNotFoundException');
      return this.page(command);
    }
    if (command instanceof BatchCreatePartitionCommand) {
      return this.write(command.input.PartitionInputList ?? [], 100, (values) =>
        this.partitions.has(values) ? 'AlreadyExistsException' : undefined,
      );
    }
    if (command instanceof BatchUpdatePartitionCommand) {
      return this.write(
        (command.input.Entries ?? []).map(({ PartitionInput }) => PartitionInput!),
        100,
        (values) => (this.partitions.has(values) ? undefined : 'EntityNotFoundException'),
      );
    }
    if (command instanceof BatchDeletePartitionCommand) {
      const names = (command.input.PartitionsToDelete ?? []).map(({ Values }) => Values!.join('/'));
      expect(names.length).toBeLessThanOrEqual(25);
      for (const name of names) this.partitions.delete(name);
      return { Errors: [] };
    }
    throw new Error(`unexpected ${command.constructor.name}`);
  }

  private page({ input }: GetPartitionsCommand): unknown {
    if (input.Expression === undefined) {
      return { Partitions: [...this.partitions.values()].slice(0, input.MaxResults) };
    }
    const date = /^year ?= ?'(\d+)' AND month ?= ?'(\d+)' AND day ?= ?'(\d+)'$/
      .exec(input.Expression)!
      .slice(1);
    const found = [...this.partitions.values()].filter(({ Values }) =>
      date.every((v, i) => Values![i] === v),
    );
    const at = Number(input.NextToken ?? 0);
    const more = at + 60 < found.length;
    return { Partitions: found.slice(at, at + 60), NextToken: more ? String(at + 60) : undefined };
  }

  private write(
    inputs: PartitionInput[],
    most: number,
    problem: (values: string) => string | undefined,
  ): unknown {
    expect(inputs.length).toBeLessThanOrEqual(most);
    const Errors = [];
    for (const input of inputs) {
      const name = input.Values!.join('/');
      const code = name === this.failing ? 'InternalServiceException' : problem(name);
      const ErrorDetail = { ErrorCode: code, ErrorMessage: 'no' };
      if (code) Errors.push({ PartitionValues: input.Values, PartitionValueList: input.Values, ErrorDetail });
      else this.partitions.set(name, input);
    }
    return { Errors };
  }

  /** Partition → commit, for all registered partitions. */
  commits(): Record<string, string | undefined> {
    return Object.fromEntries(
      [...this.partitions].map(([name, { Parameters }]) => [name, Parameters?.commit]),
    );
  }
}

function named(name: string): Error {
  return Object.assign(new Error('stub'), { name, $metadata: { httpStatusCode: 400 } });
}

const dayOf = (products: (string | null)[], commit?: number, businessDate?: string): DayPublication =>
  dayOfDataset('contracts', products, commit, businessDate);

function open() {
  const glue = new StubGlue();
  return { glue, catalog: createGlueCatalog({ client: glue.client, database: 'lake', bucket: 'published' }) };
}

describe('the Glue catalog', () => {
  it('makes the table and points partitions at their folders', async () => {
    const { glue, catalog } = open();
    expect(await catalog.publishDay(dayOf(['GIRO', null]))).toBe(true);
    expect(glue.table).toMatchObject({
      Name: 'contracts',
      TableType: 'EXTERNAL_TABLE',
      PartitionKeys: [{ Name: 'year' }, { Name: 'month' }, { Name: 'day' }, { Name: 'produto' }],
      StorageDescriptor: {
        Location: 's3://published/contracts/',
        Columns: [
          { Name: 'id', Type: 'bigint' },
          { Name: 'saldo', Type: 'decimal(15,2)' },
        ],
        SerdeInfo: { SerializationLibrary: expect.stringContaining('ParquetHiveSerDe') },
      },
    });
    expect(glue.commits()).toEqual({
      '2026/03/09/GIRO': '1',
      '2026/03/09/__HIVE_DEFAULT_PARTITION__': '1',
    });
    expect(glue.partitions.get('2026/03/09/GIRO')!.StorageDescriptor!.Location).toBe(
      's3://published/contracts/year=2026/month=03/day=09/produto=GIRO/gen=1/',
    );
  });

  it('says what readers see of a day', async () => {
    const { catalog } = open();
    expect(await catalog.shownDay('contracts', '2026-03-09')).toBeUndefined();
    const day = dayOf(['GIRO', null], 3);
    await catalog.publishDay(day);
    expect(await catalog.shownDay('contracts', '2026-03-09')).toEqual({
      commit: 3,
      partitions: day.partitions,
    });
  });

  it('changes nothing when the same commit is published again', async () => {
    const { glue, catalog } = open();
    await catalog.publishDay(dayOf(['A', 'B']));
    glue.calls.length = 0;
    expect(await catalog.publishDay(dayOf(['A', 'B']))).toBe(true);
    expect(glue.calls.toSorted()).toEqual(['GetPartitions', 'GetTable']);
  });

  it('replaces a day: updates, adds and removes its partitions, and leaves other days alone', async () => {
    const { glue, catalog } = open();
    await catalog.publishDay(dayOf(['A'], 7, '2026-03-08'));
    await catalog.publishDay(dayOf(['A', 'B']));
    expect(await catalog.publishDay(dayOf(['B', 'C'], 2))).toBe(true);
    expect(glue.commits()).toEqual({ '2026/03/08/A': '7', '2026/03/09/B': '2', '2026/03/09/C': '2' });
    expect(glue.partitions.get('2026/03/09/B')!.StorageDescriptor!.Location).toContain('/gen=2/');
  });

  it('leaves a day with a higher commit alone', async () => {
    const { glue, catalog } = open();
    await catalog.publishDay(dayOf(['A', 'B'], 3));
    glue.calls.length = 0;
    expect(await catalog.publishDay(dayOf(['A', 'C'], 2))).toBe(false);
    expect(glue.commits()).toEqual({ '2026/03/09/A': '3', '2026/03/09/B': '3' });
    expect(glue.calls).toEqual(['GetPartitions']);
  });

  it('keeps to the batch limits and reads every page', async () => {
    const { glue, catalog } = open();
    const products = Array.from({ length: 250 }, (_, index) => `P${index}`);
    await catalog.publishDay(dayOf(products));
    expect(glue.calls.filter((call) => call === 'BatchCreatePartition')).toHaveLength(3);
    glue.calls.length = 0;
    await catalog.publishDay(dayOf(products.slice(0, 190), 2));
    expect(glue.calls.filter((call) => call === 'BatchUpdatePartition')).toHaveLength(2);
    expect(glue.calls.filter((call) => call === 'BatchDeletePartition')).toHaveLength(3);
    expect(glue.partitions.size).toBe(190);
  });

  it('names the partition that failed, and completes the day the next time', async () => {
    const { glue, catalog } = open();
    glue.failing = '2026/03/09/B';
    await expect(catalog.publishDay(dayOf(['A', 'B', 'C']))).rejects.toMatchObject({
      name: 'StoreUnavailable',
      message: expect.stringContaining('(2026, 03, 09, B)'),
    });
    glue.failing = undefined;
    expect(await catalog.publishDay(dayOf(['A', 'B', 'C']))).toBe(true);
    expect(Object.keys(glue.commits())).toHaveLength(3);
    glue.failing = '2026/03/09/C';
    await expect(catalog.publishDay(dayOf(['C'], 2))).rejects.toThrow(/refused 1 partitions/);
    // Nothing was removed before the rest of the day was registered.
    expect(Object.keys(glue.commits())).toHaveLength(3);
  });

  it('does not mistake a partition that another commit made meanwhile for its own', async () => {
    const { glue, catalog } = open();
    glue.meanwhile = (call) => {
      const older = { Values: ['2026', '03', '09', 'A'], Parameters: { commit: '1' } };
      if (call === 'BatchCreatePartition') glue.partitions.set('2026/03/09/A', older);
    };
    await expect(catalog.publishDay(dayOf(['A'], 2))).rejects.toMatchObject({ name: 'StoreUnavailable' });
    glue.meanwhile = undefined;
    expect(await catalog.publishDay(dayOf(['A'], 2))).toBe(true);
    expect(glue.commits()).toEqual({ '2026/03/09/A': '2' });
  });

  it('adds columns, and refuses other types and other partition keys', async () => {
    const { glue, catalog } = open();
    await catalog.publishDay(dayOf(['A']));
    const wider = dayOf(['A'], 2);
    wider.columns = [{ name: 'novo', type: 'date' }, ...wider.columns];
    await catalog.publishDay(wider);
    const names = (columns: Column[] = []) => columns.map(({ Name }) => Name);
    expect(names(glue.table!.StorageDescriptor!.Columns)).toEqual(['id', 'saldo', 'novo']);

    const retyped = dayOf(['A'], 3);
    retyped.columns[0]!.type = 'string';
    await expect(catalog.publishDay(retyped)).rejects.toMatchObject({ name: 'RunInconsistent' });
    const rekeyed = dayOf(['A'], 3);
    rekeyed.partitionKeys[3]!.name = 'uf';
    await expect(catalog.publishDay(rekeyed)).rejects.toMatchObject({ name: 'RunInconsistent' });
    expect(glue.commits()).toEqual({ '2026/03/09/A': '2' });
  });

  it('makes a decimal wider, for the table and the new partitions; integers stay integers', async () => {
    const { glue, catalog } = open();
    const typesOf = (columns: Column[] = []) => columns.map(({ Type }) => Type);
    await catalog.publishDay(dayOf(['A'], 1, '2026-03-08'));
    const wide = dayOf(['A']);
    wide.columns[1]!.type = 'decimal(18,2)';
    await catalog.publishDay(wide);
    // The files of a narrower layout are in a wide table, and perhaps in a partition with wide files.
    await catalog.publishDay(dayOf(['B'], 1, '2026-03-10'));
    expect(typesOf(glue.table!.StorageDescriptor!.Columns)).toEqual(['bigint', 'decimal(18,2)']);
    const ofPartition = (name: string) => typesOf(glue.partitions.get(name)!.StorageDescriptor!.Columns);
    expect(ofPartition('2026/03/08/A')).toEqual(['bigint', 'decimal(15,2)']);
    expect(ofPartition('2026/03/09/A')).toEqual(['bigint', 'decimal(18,2)']);
    expect(ofPartition('2026/03/10/B')).toEqual(['bigint', 'decimal(18,2)']);
    // A filter would compare unscaled digits of files with another scale, or another stored form.
    for (const [column, type] of [
      [0, 'decimal(19,0)'],
      [1, 'decimal(18,1)'],
      [1, 'decimal(20,4)'],
      [1, 'decimal(19,2)'],
    ] as const) {
      const other = dayOf(['A'], 2);
      other.columns[column]!.type = type;
      await expect(catalog.publishDay(other)).rejects.toMatchObject({ name: 'RunInconsistent' });
    }
  });

  it('says the columns of a table, and where a deployment changed them those that its files have', async () => {
    const { glue, catalog } = open();
    expect(await catalog.tableOf('contracts')).toBeUndefined();
    const { columns, partitionKeys } = dayOf([]);
    await catalog.publishDay(dayOf(['A']));
    expect(await catalog.tableOf('contracts')).toEqual({ columns, partitionKeys });
    const [id, saldo] = glue.table!.StorageDescriptor!.Columns!;
    glue.table!.StorageDescriptor!.Columns = [
      { ...id!, Type: 'date' },
      { ...saldo!, Type: 'decimal(17,2)' },
      { Name: 'novo', Type: 'string' },
    ];
    expect((await catalog.tableOf('contracts'))!.columns).toEqual([
      { name: 'id', type: 'bigint' },
      { name: 'saldo', type: 'decimal(17,2)' },
      { name: 'novo', type: 'string' },
    ]);
    glue.thrown = named('AccessDeniedException');
    await expect(catalog.tableOf('contracts')).rejects.toMatchObject({ name: 'OutputUnwritable' });
  });

  it('tells faults that may pass from faults that will not', async () => {
    const { glue, catalog } = open();
    glue.thrown = named('ThrottlingException');
    await expect(catalog.publishDay(dayOf(['A']))).rejects.toMatchObject({ name: 'StoreThrottled' });
    glue.thrown = named('AccessDeniedException');
    await expect(catalog.publishDay(dayOf(['A']))).rejects.toMatchObject({ name: 'OutputUnwritable' });
  });
});
