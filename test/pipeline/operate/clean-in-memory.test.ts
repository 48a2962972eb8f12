import { expect, it } from 'vitest';
import { cleanLake } from '../../../shared/pipeline/operate/clean-lake.ts';
import type { Catalog } from '../../../shared/ports/catalog.ts';
import { MemoryLake } from '../../support/memory-lake.ts';
import { smallFile, smallLine } from '../../support/small-contracts.ts';
import { KEY } from '../../support/small-day.ts';

it('metadata that no snapshot needs is gone when clean ends, and named in its report', async () => {
  const lake = new MemoryLake();
  for (const cents of [1, 2]) await lake.load(KEY, smallFile(smallLine('A1', cents)));
  const key = 'processed/small/metadata/old.json';
  lake.lake.replace(key, Buffer.from('old'));
  const info = (await lake.lake.head(key))!;
  const retire: Catalog['retire'] = async (table) => ({
    snapshots: [],
    needed: new Map(),
    unneeded: table === 'small' ? [[info]] : [],
  });
  lake.ports.catalog = Object.assign(Object.create(lake.ports.catalog), { retire });
  lake.now = new Date(lake.now.getTime() + 30 * 86_400_000);
  const ages = { runsOlderThanMs: 1e12, generationsOlderThanMs: 86_400_000, dryRun: false };
  const { removed, failed } = await cleanLake(lake.ports, ages);
  await lake.writes.assertEnded();
  expect(failed).toEqual([]);
  expect(removed.map(({ what }) => what)).toContain('snapshot');
  expect(lake.keys(key)).toEqual([]);
});
