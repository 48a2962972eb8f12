import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { splitFile } from '../../../shared/pipeline/split/split-file.ts';
import { MemoryLake } from '../../support/memory-lake.ts';
import { parseAllRanges, planned } from '../../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { KEY } from '../../support/small-day.ts';

/** A lake whose writers are counted until each is closed or given up, which takes a moment. */
function lakeOfWriters() {
  const lake = new MemoryLake();
  const open = new Set<string>();
  const { createWriter } = lake.lake;
  lake.lake.createWriter = (key) => {
    const writer = createWriter.call(lake.lake, key);
    open.add(key);
    const ended = (end: () => Promise<void>) => async () => {
      await setImmediate();
      await end();
      open.delete(key);
    };
    return {
      write: (bytes) => writer.write(bytes),
      close: () => ended(() => writer.close())(),
      abort: ended(() => writer.abort()),
    };
  };
  return { lake, open };
}

async function split({ lake }: { lake: MemoryLake }, ...lines: string[]) {
  lake.raw.replace(KEY, smallFile(...lines));
  return planned(await splitFile(lake.ports, 'one', { layout: smallLayout(), sourceKey: KEY }));
}

test('a range has a part for each partition, however many', async () => {
  const { lake, open } = lakeOfWriters();
  const products = Array.from({ length: 20 }, (_, index) => `P${index}`);
  const file = smallFile(...products.map((product) => smallLine('A', 1, product)));
  const loaded = await lake.load(KEY, file);
  const { outputs } = (await lake.entry(loaded)).loaded!;
  expect(outputs.map(({ partition }) => partition.product).sort()).toEqual(products.sort());
  expect([...open]).toEqual([]);
});

test('a range that fails leaves no part open: each is given up before it ends', async () => {
  const { lake, open } = lakeOfWriters();
  const { beforeCall } = lake.lake;
  const made = await split(
    { lake },
    smallLine('A', 1, 'P1'),
    smallLine('B', 2, 'P2'),
    smallLine('C', 'X', 'P1'),
  );
  lake.lake.beforeCall = async (operation, key) => {
    if (operation === 'createWriter' && key.includes('P2')) throw new Error('full');
    return beforeCall?.(operation, key);
  };
  await expect(parseAllRanges(lake.ports, made)).rejects.toThrow('full');
  expect([...open]).toEqual([]);
});
