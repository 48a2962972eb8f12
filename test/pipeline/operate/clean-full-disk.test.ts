import { expect, it } from 'vitest';
import { OutputUnwritable } from '../../../shared/errors.ts';
import { cleanLake } from '../../../shared/pipeline/operate/clean-lake.ts';
import { verifyLake } from '../../../shared/pipeline/verify/verify-lake.ts';
import { MemoryLake } from '../../support/memory-lake.ts';
import { smallFile, smallLine } from '../../support/small-contracts.ts';

const WRITES = ['put', 'putOnce', 'putIf', 'createWriter', 'compose', 'copy'];
const OLD = { runsOlderThanMs: 0, generationsOlderThanMs: 0, dryRun: false };

/** Two days, both published, on a disk that from now on has room for so many objects more than it has. */
async function fullLake(room: number): Promise<MemoryLake> {
  const lake = new MemoryLake();
  lake.ports.settings.expectedFiles = 2;
  for (const day of [12, 13])
    for (const file of ['f', 'g'])
      await lake.load(`${file}_202508${day}.txt`, smallFile(smallLine(`${file}${day}`, 1)));
  const most = lake.keys('').length + room;
  lake.lake.beforeCall = (call, key) => {
    // An object that takes the place of another stands beside it first.
    if (WRITES.includes(call) && lake.keys('').length >= most)
      throw new OutputUnwritable({ what: 'this cannot be written', where: key, why: 'The disk is full.' });
    return lake.writes.call(call, key);
  };
  return lake;
}

it('clean makes room on a full disk by what it need not note, and then removes the rest', async () => {
  const lake = await fullLake(0);
  const runs = new Set(lake.keys('runs/').map((key) => key.split('/')[1]));
  runs.delete('executions');
  const { removed, failed } = await cleanLake(lake.ports, OLD);
  expect(failed).toEqual([]);
  expect(removed.filter(({ what }) => what === 'run').map(({ key }) => key.split('/')[1])).toEqual(
    expect.arrayContaining([...runs]),
  );
  expect(lake.keys('runs/')).toEqual([]);
  expect((await verifyLake(lake.ports, { depth: 'full' })).findings).toEqual([]);
});

it('clean says what it needs if there is nothing that it could remove without a note', async () => {
  const lake = await fullLake(0);
  await lake.lake.delete(lake.keys('runs/executions/'));
  const before = lake.keys('runs/');
  lake.lake.beforeCall = (call, key) => {
    if (WRITES.includes(call))
      throw new OutputUnwritable({ what: 'this cannot be written', where: key, why: 'The disk is full.' });
    return lake.writes.call(call, key);
  };
  const { removed, failed } = await cleanLake(lake.ports, OLD);
  expect(removed).toEqual([]);
  expect(lake.keys('runs/')).toEqual(before);
  expect(failed.length).toBeGreaterThan(0);
  for (const { why } of failed)
    expect(why).toMatch(/The disk is full\..*noted first, which takes some KB\.$/);
});
