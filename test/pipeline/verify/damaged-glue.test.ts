import { describe, expect, it } from 'vitest';
import { adoptTables } from '../../../shared/pipeline/operate/adopt-tables.ts';
import type { Finding } from '../../../shared/pipeline/verify/finding.ts';
import { repairLake } from '../../../shared/pipeline/verify/repair-lake.ts';
import { verifyLake } from '../../../shared/pipeline/verify/verify-lake.ts';
import { lakeOnGlue } from '../../support/lake-on-glue.ts';
import { strictGlue } from '../../support/strict-glue.ts';

const full = { depth: 'full' } as const;
const damaged = ({ findings }: { findings: Finding[] }) =>
  findings.flatMap(({ level, key, what }) => (level === 'damage' ? [`${key}: ${what}`] : []));

/** A lake on Glue with one published day, and a process that has read nothing of it. */
async function publishedOnGlue() {
  const double = await strictGlue();
  const glue = await lakeOnGlue(double.client);
  await adoptTables(glue.lake.ports, glue.layouts);
  await glue.load('a_20250812.txt', 'A');
  glue.again();
  const loseMetadata = async (table: string) => {
    const files = glue.store.keys().filter((key) => key.startsWith(`${table}/metadata/`));
    await glue.store.delete(files.filter((key) => key.endsWith('.metadata.json')));
    glue.again();
  };
  const close = async () => {
    await glue.lake[Symbol.asyncDispose]();
    await double.close();
  };
  return { ...glue, client: double.client, loseMetadata, [Symbol.asyncDispose]: close };
}

describe('a table on Glue without rows whose metadata is lost', () => {
  it('is named, and made again by the next publication', async () => {
    await using glue = await publishedOnGlue();
    await glue.loseMetadata('small_rejects');
    expect(damaged(await verifyLake(glue.lake.ports, full))).toEqual([
      expect.stringMatching(/^glue:db\.small_rejects: .*metadata\.json is missing or damaged$/),
    ]);
    await glue.load('a_20250813.txt', 'A');
    glue.again();
    expect(damaged(await verifyLake(glue.lake.ports, full))).toEqual([]);
    expect((await glue.seen('small_rejects'))?.files).toEqual([]);
    expect((await glue.filesOf()).small).toHaveLength(2);
  });

  it('is made again by the first publication of all, also of its own first rows', async () => {
    const double = await strictGlue();
    const glue = await lakeOnGlue(double.client);
    await using _ = glue.lake;
    await adoptTables(glue.lake.ports, glue.layouts);
    await glue.store.delete(glue.store.keys().filter((key) => key.endsWith('.metadata.json')));
    glue.again();
    await glue.load('a_20250812.txt', 'A');
    expect((await glue.filesOf()).small).toHaveLength(1);
    expect((await glue.filesOf()).small_days).toHaveLength(1);
    await double.close();
  });

  it('is made again by repair', async () => {
    await using glue = await publishedOnGlue();
    await glue.loseMetadata('small_rejects');
    const { failed, verdict } = await repairLake(glue.lake.ports, full);
    expect([failed, damaged(verdict)]).toEqual([[], []]);
    expect((await glue.seen('small_rejects'))?.files).toEqual([]);
  });
});

it('a table on Glue with rows whose metadata is lost is never begun anew by a publication: that would hide its days', async () => {
  await using glue = await publishedOnGlue();
  await glue.loseMetadata('small');
  await expect(glue.load('a_20250813.txt', 'A')).rejects.toMatchObject({ name: 'ObjectDamaged' });
  const { failed, verdict } = await repairLake(glue.lake.ports, full);
  expect([failed, damaged(verdict)]).toEqual([[], []]);
  expect((await glue.filesOf()).small).toHaveLength(1);
});

it('verify and repair name a table that they may not read, and go on with the others', async () => {
  await using glue = await publishedOnGlue();
  await glue.loseMetadata('small_rejects');
  glue.client.middlewareStack.add(
    (next, context) => (args) => {
      const { Name } = args.input as { Name?: string };
      if (context.commandName !== 'GetTableCommand' || Name !== 'small') return next(args);
      throw Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });
    },
    { step: 'initialize' },
  );
  const unreadable = 'glue:db.small: it cannot be looked at: AccessDeniedException: not authorized';
  const { findings } = await verifyLake(glue.lake.ports, full);
  expect(damaged({ findings })).toEqual([unreadable, expect.stringContaining('glue:db.small_rejects')]);
  const { done, failed, verdict } = await repairLake(glue.lake.ports, full);
  expect(done.map(({ key }) => key)).toEqual(['glue:db.small_rejects']);
  expect([failed, damaged(verdict)]).toEqual([[], [unreadable]]);
});

describe('verify compares the days of a layout on Glue with its commits, and repair writes them again:', () => {
  it.each<[string, string, (glue: Awaited<ReturnType<typeof publishedOnGlue>>) => Promise<void>]>([
    [
      'a table whose metadata is lost',
      'glue:db.small_days: s3://lake/small_days/metadata',
      (glue) => glue.loseMetadata('small_days'),
    ],
    [
      'a file that is gone',
      'small_days/year=2025/month=08/day=12/gen=00001/day.parquet: it is missing',
      ({ store }) => store.delete(['small_days/year=2025/month=08/day=12/gen=00001/day.parquet']),
    ],
    [
      'a day that it does not show',
      'glue:db.small_days: it shows commit 1 of 2025-08-12, and commit 2 is written',
      async ({ lake, load, again }) => {
        const { publishDay } = lake.ports.catalog;
        lake.ports.catalog.publishDay = async (day) =>
          day.dataset === 'small_days' ? Promise.reject(new Error('died')) : publishDay(day);
        await expect(load('b_20250812.txt', 'A')).rejects.toThrow('died');
        again();
      },
    ],
  ])('%s', async (_, said, damage) => {
    await using glue = await publishedOnGlue();
    await damage(glue);
    const found = damaged(await verifyLake(glue.lake.ports, full));
    expect(found.filter((one) => one.includes('small_days'))).toEqual([expect.stringContaining(said)]);
    const { failed, verdict } = await repairLake(glue.lake.ports, full);
    expect([failed, damaged(verdict)]).toEqual([[], []]);
    glue.again();
    expect((await glue.filesOf()).small_days).toHaveLength(1);
  });
});
