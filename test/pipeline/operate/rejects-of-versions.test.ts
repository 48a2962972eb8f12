import { describe, expect, it } from 'vitest';
import { cleanLake } from '../../../shared/pipeline/operate/clean-lake.ts';
import { groupRejects, readRejects } from '../../../shared/pipeline/operate/read-rejects.ts';
import { splitFile } from '../../../shared/pipeline/split/split-file.ts';
import { TestLake } from '../../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { DAY, smallDay } from '../../support/small-day.ts';

const KEY = 'in/f_20250812.txt';
const STRICT = smallLayout({ rejects: { maxPercent: 10 } });

describe('the rejects of a file', () => {
  const idsOf = async (lake: TestLake, filter: object = {}) => {
    const rejects = await Array.fromAsync(readRejects(lake.ports, { ...DAY, ...filter }));
    return rejects.map(({ raw }) => Buffer.from(raw).toString('latin1').slice(0, 2));
  };

  it('are those of the loaded version, published or not, with its run or without', async () => {
    await using lake = await TestLake.make();
    const { load } = smallDay(lake);
    lake.ports.settings.expectedFiles = 2;
    await load(KEY, smallFile(smallLine('A1', 1), smallLine('A2', 'X')));
    expect(await idsOf(lake)).toEqual(['A2']);
    lake.ports.settings.expectedFiles = 1;
    await load(KEY, smallFile(smallLine('B1', 'X'), smallLine('B2', 1)));
    const clean = { runsOlderThanMs: 0, generationsOlderThanMs: 0, dryRun: false };
    await cleanLake(lake.ports, clean);
    expect(await idsOf(lake)).toEqual(['B1']);
    await lake.putRaw(KEY, smallFile(smallLine('C1', 'X')));
    await splitFile(lake.ports, 'running', { layout: smallLayout(), sourceKey: KEY });
    expect(await idsOf(lake)).toEqual(['B1']);
  });

  it('are those of a later version that was refused, and of the loaded one once it is loaded again', async () => {
    await using lake = await TestLake.make();
    const { load } = smallDay(lake);
    const good = smallFile(...Array.from({ length: 10 }, (_, n) => smallLine(`A${n}`, n === 3 ? 'X' : n)));
    await load(KEY, good, {}, STRICT);
    await load(KEY, smallFile(smallLine('C1', 'X'), smallLine('C2', 1)), {}, STRICT);
    expect(await idsOf(lake)).toEqual(['C1']);
    await load(KEY, good, {}, STRICT);
    expect(await idsOf(lake)).toEqual(['A3']);
  });

  it('are found by the name or key of their file, reason and field', async () => {
    await using lake = await TestLake.make();
    const { load } = smallDay(lake);
    await load(KEY, smallFile(smallLine('A1', 'X'), smallLine('', 1), smallLine('A3', 'X')));
    await load('in/g_20250812.txt', smallFile(smallLine('G1', 'X')));
    expect(await idsOf(lake, { file: KEY })).toEqual(['A1', '  ', 'A3']);
    expect(await idsOf(lake, { file: 'g_20250812.txt' })).toEqual(['G1']);
    expect(await idsOf(lake, { file: '_20250812.txt' })).toEqual([]);
    expect(await idsOf(lake, { reason: 'required-blank' })).toEqual(['  ']);
    expect(await idsOf(lake, { field: 'amount' })).toEqual(['A1', 'A3', 'G1']);
    const groups = await groupRejects(readRejects(lake.ports, DAY), 2);
    expect(groups.map(({ count, examples }) => [count, examples.length])).toEqual([
      [3, 2],
      [1, 1],
    ]);
    const [first] = await Array.fromAsync(readRejects(lake.ports, DAY));
    expect(first).toMatchObject({ sourceKey: KEY, byteOffset: 0, recordLengthBytes: 20 });
  });
});
