import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { prepareLake } from '../../cli/prepare-lake.ts';
import { cleanLake } from '../../shared/pipeline/operate/clean-lake.ts';
import { TestLake } from '../support/run-pipeline.ts';
import { smallFile, smallLine } from '../support/small-contracts.ts';
import { KEY, smallDay } from '../support/small-day.ts';

const dir = await mkdtemp(join(tmpdir(), 'nested-'));
afterAll(() => rm(dir, { recursive: true, force: true }));

it.each([
  'ledger',
  'runs',
  'runs/mine',
  'processed/a/b',
  'catalog',
  'damaged/x',
])('a lake in the folder %s of another is refused, before anything is written', async (folder) => {
  const lake = join(dir, 'lake');
  await mkdir(join(lake, 'ledger/_tables'), { recursive: true });
  await expect(prepareLake(join(lake, folder))).rejects.toThrow(
    `${join(lake, folder)} is inside the lake of ${lake}`,
  );
  await prepareLake(lake);
  await prepareLake(join(lake, 'other'));
  await prepareLake(join(dir, 'runs', 'mine'));
});

it('clean leaves a folder among the runs that has not the name of one', async () => {
  await using lake = await TestLake.make();
  const { keysBelow, load } = smallDay(lake);
  await load(KEY, smallFile(smallLine('A1', 1)));
  const foreign = 'runs/mine/processed/small/rows.parquet';
  await lake.ports.lake.put(foreign, smallFile('theirs'));
  const report = await cleanLake(lake.ports, {
    runsOlderThanMs: 0,
    generationsOlderThanMs: 0,
    dryRun: false,
  });
  expect(report.kept).toEqual([{ key: 'runs/mine/', why: expect.stringContaining('name of a run') }]);
  expect((await keysBelow('runs/')).filter((key) => !key.endsWith('.jsonl'))).toEqual([foreign]);
});
