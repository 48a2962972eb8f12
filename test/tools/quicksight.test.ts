import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { DASHBOARDS } from '../../shared/dashboard/dashboards.ts';
import { projectLayouts } from '../../tools/template/project-layouts.ts';
import { quickSightDashboards } from '../../tools/template/quicksight-dashboards.ts';

type Resource = { Type: string; Properties: Record<string, never> };

describe('the dashboards of QuickSight', () => {
  it('are the five that are drawn here, each column of which a dataset has', async () => {
    const layouts = (await projectLayouts()).map(({ layout }) => layout);
    const resources = Object.values((await quickSightDashboards(layouts)) as Record<string, Resource>);
    const ofType = (type: string) => resources.filter(({ Type }) => Type === `AWS::QuickSight::${type}`);
    expect(ofType('Dashboard')).toHaveLength(DASHBOARDS.length);
    const parts = DASHBOARDS.flatMap((dashboard) => dashboard.parts);
    expect(ofType('DataSet')).toHaveLength(parts.length);
    expect(ofType('RefreshSchedule')).toHaveLength(parts.length);
    for (const { Properties } of ofType('DataSet')) {
      const { SqlQuery, Columns } = Object(Properties.PhysicalTableMap).answer.CustomSql;
      expect(SqlQuery).not.toMatch(/\$\{|:[a-z]/);
      expect(SqlQuery).toContain('FROM contracts_days');
      expect(SqlQuery.length).toBeLessThan(65_536);
      const known = new Set(Columns.map(({ Name }: { Name: string }) => Name));
      expect(parts.some(({ columns }) => columns.every(({ column }) => known.has(column)))).toBe(true);
    }
    for (const { Properties } of ofType('Dashboard')) {
      const text = JSON.stringify(Properties.Definition);
      const fields = [...text.matchAll(/"DataSetIdentifier":"([^"]+)","ColumnName":"([^"]+)"/g)];
      expect(fields.length).toBeGreaterThan(0);
      for (const [, query, column] of fields) {
        const part = parts.find((one) => one.query === query);
        expect(part?.columns.map((one) => one.column)).toContain(column);
      }
    }
  });

  it('are nothing if no layout has a table with a mapping', async () => {
    const others = (await projectLayouts()).filter(({ layout }) => layout.name !== 'contracts');
    expect(await quickSightDashboards(others.map(({ layout }) => layout))).toEqual({});
  });

  it('are refreshed once for a day of their table that is published, and for nothing else', async () => {
    const code = await readFile(
      new URL('../../resources/optional/quicksight-refresh.txt', import.meta.url),
      'utf8',
    );
    expect(code.length).toBeLessThan(4096);
    const sent: { DataSetId: string; IngestionId: string }[] = [];
    let fails = '';
    const sdk = {
      QuickSightClient: class {
        async send({ input }: { input: (typeof sent)[number] }) {
          if (input.DataSetId === fails)
            throw Object.assign(new Error('busy'), { name: 'ThrottlingException' });
          if (sent.some((one) => one.DataSetId === input.DataSetId && one.IngestionId === input.IngestionId))
            throw Object.assign(new Error('there'), { name: 'ResourceExistsException' });
          sent.push(input);
        }
      },
      CreateIngestionCommand: class {
        readonly input: unknown;
        constructor(input: unknown) {
          this.input = input;
        }
      },
    };
    const exported: { handler?: (event: unknown) => Promise<void> } = {};
    const variables = { READS: 'contracts contracts_days', DATASETS: 'a,b', ACCOUNT: '1' };
    new Function('require', 'exports', 'process', code)(() => sdk, exported, { env: variables });
    const told = (Message: string, MessageId = 'm1') =>
      exported.handler?.({ Records: [{ Sns: { Message, MessageId } }] });
    const loaded = 'k.txt: 3 rows of 4 records, 1 rejected, control totals balanced. ';
    await told(`${loaded}contracts of 2025-08-12 is waiting for 1 file.`);
    await told(`${loaded}b3_cotahist of 2025-08-12 is published as commit 1.`);
    expect(sent).toEqual([]);
    fails = 'b';
    const published = `${loaded}contracts of 2025-08-12 is published as commit 2.`;
    await expect(told(published)).rejects.toThrow('b: ThrottlingException');
    fails = '';
    await told(published);
    await told(published);
    expect(sent.map(({ DataSetId, IngestionId }) => [DataSetId, IngestionId])).toEqual([
      ['a', 'm1'],
      ['b', 'm1'],
    ]);
  });
});
