import { expect, it, vi } from 'vitest';
import { readLayout } from '../../../shared/layout/compile/read-layout.ts';
import { judgeDay } from '../../../shared/pipeline/publish/judge-day.ts';
import { MemoryLake } from '../../support/memory-lake.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';

const DATE = '2025-08-12';

/** How many names are put into an index while a day of so many files is judged. */
async function indexedNames(fileCount: number): Promise<number> {
  const lake = new MemoryLake();
  lake.ports.settings.expectedFiles = fileCount;
  for (let file = 0; file < fileCount; file++)
    await lake.load(`f${file}_20250812.txt`, smallFile(smallLine(`A${file}`, 1)));
  const layout = readLayout(smallLayout(), 'small.json');
  // A map that is made of a list puts each of it in by this.
  const put = vi.spyOn(Map.prototype, 'set');
  try {
    const { sound } = await judgeDay(lake.ports, layout, DATE);
    const names = put.mock.calls.length;
    expect(sound.length).toBe(fileCount);
    return names;
  } finally {
    put.mockRestore();
  }
}

it('indexes the files of a day once, and not once for each of them', async () => {
  const [few, more, most] = [await indexedNames(3), await indexedNames(6), await indexedNames(9)];
  expect(more).toBeGreaterThan(few);
  expect(most - more).toBe(more - few);
});
