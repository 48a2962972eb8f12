import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { EngineSession } from './engine.ts';
import { publishNights, TABLE } from './many-nights.ts';
import { nightQuestions, wronglyOpened } from './night-questions.ts';

const NIGHTS = 20;

/** How many files an engine opens for questions of a table of 20 nights of 40 files, and which of them are too many or too few. */
export async function openedFiles(
  session: EngineSession,
  folder: string,
): Promise<{ counts: number[]; problems: string[] }> {
  const dir = join(folder, 'nights');
  await mkdir(dir, { recursive: true });
  // Made once for all engines.
  for await (const _ of publishNights(dir, NIGHTS));
  const questions = nightQuestions(NIGHTS);
  const planned = await session.plan(join(dir, 'lake', 'processed', TABLE), questions);
  return { counts: planned.map(({ files }) => files), problems: wronglyOpened(questions, planned) };
}
