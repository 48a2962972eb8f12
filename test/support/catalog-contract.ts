import { GetPartitionsCommand, GetTableCommand, type GlueClient } from '@aws-sdk/client-glue';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGlueCatalog } from '../../shared/aws/glue-catalog.ts';
import { dayPartition } from '../../shared/keys/business-date.ts';
import type { Catalog, DayPublication } from '../../shared/ports/catalog.ts';

/** A Data Catalog with an empty database `lake`. */
interface OpenGlue {
  client: GlueClient;
  close(): Promise<void>;
}

export function dayOf(
  dataset: string,
  products: (string | null)[],
  commit = 1,
  businessDate = '2026-03-09',
): DayPublication {
  const { year, month, day } = dayPartition(businessDate);
  return {
    dataset,
    columns: [
      { name: 'id', type: 'bigint' },
      { name: 'saldo', type: 'decimal(15,2)' },
    ],
    partitionKeys: ['year', 'month', 'day', 'produto'].map((name) => ({ name, type: 'string' })),
    businessDate,
    commit,
    partitions: products.map((produto) => ({
      values: { year, month, day, produto },
      location: `${dataset}/year=${year}/month=${month}/day=${day}/produto=${produto}/gen=${commit}/`,
      files: [],
    })),
  };
}

/** The contract of the Glue catalog, run against the Data Catalog that `open` gives. */
export function describeGlueCatalog(name: string, open: () => Promise<OpenGlue>): void {
  describe(`the catalog on ${name}`, () => {
    let opened: OpenGlue;
    let catalog: Catalog;
    beforeAll(async () => {
      opened = await open();
      catalog = createGlueCatalog({ client: opened.client, database: 'lake', bucket: 'published' });
    });
    afterAll(() => opened.close());

    /** Partition values → commit. */
    async function commitsOf(TableName: string): Promise<Record<string, string | undefined>> {
      const found: Record<string, string | undefined> = {};
      let NextToken: string | undefined;
      do {
        const page = await opened.client.send(
          new GetPartitionsCommand({ DatabaseName: 'lake', TableName, NextToken }),
        );
        for (const { Values = [], Parameters } of page.Partitions ?? [])
          found[Values.join('/')] = Parameters?.commit;
        NextToken = page.NextToken;
      } while (NextToken);
      return found;
    }

    it('makes a table and its partitions once, and says what it has', async () => {
      expect(await catalog.tableOf('made')).toBeUndefined();
      expect(await catalog.publishDay(dayOf('made', ['GIRO', null]))).toBe(true);
      expect(await catalog.publishDay(dayOf('made', ['GIRO', null]))).toBe(true);
      expect(await commitsOf('made')).toEqual({
        '2026/03/09/GIRO': '1',
        '2026/03/09/__HIVE_DEFAULT_PARTITION__': '1',
      });
      const { columns, partitionKeys } = dayOf('made', []);
      expect(await catalog.tableOf('made')).toEqual({ columns, partitionKeys });
    });

    it('replaces a day, leaves other days and a higher commit alone', async () => {
      await catalog.publishDay(dayOf('replaced', ['A'], 7, '2026-03-08'));
      await catalog.publishDay(dayOf('replaced', ['A', "O'B"]));
      expect(await catalog.publishDay(dayOf('replaced', ["O'B", 'C'], 2))).toBe(true);
      expect(await catalog.publishDay(dayOf('replaced', ['A'], 1))).toBe(false);
      expect(await catalog.standsAt(dayOf('replaced', ["O'B", 'C'], 2))).toBe(true);
      expect(await commitsOf('replaced')).toEqual({
        '2026/03/08/A': '7',
        "2026/03/09/O'B": '2',
        '2026/03/09/C': '2',
      });
    });

    it('keeps to the limits of batches and reads every page', async () => {
      const products = Array.from({ length: 230 }, (_, index) => `P${index}`);
      await catalog.publishDay(dayOf('wide', products));
      expect(Object.keys(await commitsOf('wide'))).toHaveLength(230);
      await catalog.publishDay(dayOf('wide', products.slice(0, 120), 2));
      expect(Object.values(await commitsOf('wide'))).toEqual(Array(120).fill('2'));
    });

    it('adds columns and widens decimals; two days at once lose none', async () => {
      await catalog.publishDay(dayOf('changed', ['A']));
      const wider = dayOf('changed', ['A'], 1, '2026-03-10');
      wider.columns = [...wider.columns, { name: 'novo', type: 'date' }];
      wider.columns[1] = { name: 'saldo', type: 'decimal(18,2)' };
      await catalog.publishDay(wider);
      const { Table } = await opened.client.send(
        new GetTableCommand({ DatabaseName: 'lake', Name: 'changed' }),
      );
      expect(Table?.StorageDescriptor?.Columns?.map(({ Name, Type }) => `${Name} ${Type}`)).toEqual([
        'id bigint',
        'saldo decimal(18,2)',
        'novo date',
      ]);
      const retyped = dayOf('changed', ['A'], 2);
      retyped.columns[0]!.type = 'string';
      await expect(catalog.publishDay(retyped)).rejects.toMatchObject({ name: 'RunInconsistent' });
      await Promise.all(
        ['11', '12'].map((day) => catalog.publishDay(dayOf('raced', ['A'], 1, `2026-03-${day}`))),
      );
      expect(Object.keys(await commitsOf('raced'))).toHaveLength(2);
    });
  });
}
