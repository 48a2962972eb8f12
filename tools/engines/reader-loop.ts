import { join } from 'node:path';
import type { Ready } from './engine.ts';
import { EngineLake } from './engine-lake.ts';

/** What is done while an engine reads; the lake has a first day then. */
const STEPS: ((lake: EngineLake) => Promise<void>)[] = [
  (lake) => lake.convert('a_20250813.txt', 'first', 150),
  (lake) => lake.convert('b_20250812.txt', 'first', 90),
  (lake) => lake.convert('a_20250812.txt', 'first', 170),
  (lake) => lake.rollBack('2025-08-12'),
  (lake) => lake.convert('a_20250812.txt', 'first', 40),
  (lake) => lake.clean(),
];

/**
 * Publishes, replaces, rolls back and cleans while an engine reads the table in a loop: each look must be exactly one of the states that the
 * steps leave, over all partitions, and never an earlier one than the look before. Answers with what was wrong.
 */
export async function readInLoop(
  name: string,
  { loop }: Extract<Ready, { read: unknown }>,
  folder: string,
): Promise<{ looks: number; states: number; problems: string[] } | undefined> {
  if (!loop) return undefined;
  const lake = new EngineLake(folder, `loop of ${name}`);
  await lake.convert('a_20250812.txt', 'first', 200);
  const states = [await lake.totals()];
  const table = join(lake.lakeDir, 'processed', 'engines');
  const looks = await loop(table, folder, async () => {
    for (const step of STEPS) {
      await step(lake);
      states.push(await lake.totals());
    }
  });
  const problems: string[] = [];
  const seen = new Set<string>();
  let at = 0;
  for (const look of looks) {
    const next = states.indexOf(look, at);
    if (next < 0) problems.push(`a look saw ${look}, which is no state from ${at} on`);
    else at = next;
    seen.add(look);
  }
  if (looks.at(-1) !== states.at(-1))
    problems.push(`the last look saw ${looks.at(-1)}, not ${states.at(-1)}`);
  return { looks: looks.length, states: seen.size, problems };
}
