import { expect, it } from 'vitest';
import { repairLake } from '../../../shared/pipeline/verify/repair-lake.ts';
import { verifyLake } from '../../../shared/pipeline/verify/verify-lake.ts';
import { SampleLake } from '../../../tools/damaged-lakes/sample-lake.ts';
import { TestLake } from '../../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { KEY, smallDay } from '../../support/small-day.ts';

const FULL = { depth: 'full' } as const;
const TERMS = 'ledger/small/year=2025/month=08/day=12/_terms/1.json';

const found = async (lake: TestLake) => (await verifyLake(lake.ports, FULL)).findings;

it('every missing object of a refused and of a waiting file is named', async () => {
  const lake = new SampleLake();
  const bytes = Buffer.from('A1    000000007A    \n');
  const waiting = { expectedFiles: 2, isVisible: false };
  await lake.load('w_20250812.txt', 'night', { bytes, rows: [] }, waiting);
  await lake.convert('r_20250813.txt', Buffer.from('A1    X        A    \n'), { layout: 'night' });
  expect((await verifyLake(lake.ports, FULL)).findings).toEqual([]);
  const unnamed: string[] = [];
  for (const key of lake.lake.keys()) {
    const before = lake.lake.bytesOf(key);
    lake.lake.lose(key);
    const { findings } = await verifyLake(lake.ports, FULL);
    if (!findings.some((finding) => finding.key === key)) unnamed.push(key);
    lake.lake.replace(key, before);
  }
  // An execution that ended needs its pointer no more.
  expect(unnamed.filter((key) => !key.startsWith('runs/executions/'))).toEqual([]);
});

it('the last terms of a day are missed by what was planned under them, and written again as they were', async () => {
  await using lake = await TestLake.make();
  const { load } = smallDay(lake);
  lake.ports.settings.expectedFiles = 2;
  await load(KEY, smallFile(smallLine('A1', 1)));
  lake.ports.settings.expectedFiles = 3;
  await load('g_20250812.txt', smallFile(smallLine('B1', 1)));
  lake.ports.settings.expectedFiles = undefined;
  const last = TERMS.replace('1.json', '2.json');
  const bytes = (await lake.ports.lake.get(last))!.bytes;
  await lake.ports.lake.delete([last]);
  expect((await found(lake)).map(({ key }) => key)).toEqual([last]);
  await repairLake(lake.ports, FULL);
  expect(Buffer.from((await lake.ports.lake.get(last))!.bytes).toString()).toBe(
    Buffer.from(bytes).toString(),
  );
  expect(await found(lake)).toEqual([]);
});

it('terms that no plan holds are asked for with the expected files that are known', async () => {
  await using lake = await TestLake.make();
  const { load } = smallDay(lake);
  lake.ports.settings.expectedFiles = 2;
  const announced = smallLayout({ day: { manifest: 'day_{yyyyMMdd}.json' } });
  await load(KEY, smallFile(smallLine('A1', 1)), {}, announced);
  lake.ports.settings.expectedFiles = undefined;
  await lake.ports.lake.delete([TERMS]);
  const [finding] = (await found(lake)).filter(({ level }) => level === 'damage');
  expect(finding).toMatchObject({
    key: TERMS,
    mend: { by: 'command', command: { sourceKey: KEY, expectedFiles: 2 } },
  });
});
