import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runWithFlags, text, textOr, usageError, wholeNumber } from '../../terminal/command-line.ts';
import type { Engine } from '../engines/engine.ts';
import { ENGINES } from '../engines/engines.ts';
import { type NightCost, publishedNights, publishNights, TABLE } from '../engines/many-nights.ts';
import { nightQuestions, wronglyOpened } from '../engines/night-questions.ts';

const ASKED = ['pyiceberg', 'spark', 'trino'];
/** Of so many commits the median is shown. */
const LOOKED_AT = 15;

/**
 * Publishes years of nights, and prints what a commit takes as the history grows, then how many files other programs open for a question and how
 * long they plan it. With `--dir` the lake is kept there, and taken again the next time. Fails if a question opens other files than those that have what it asks for.
 */
async function nights(count: number, engines: string[], kept: string | undefined): Promise<number> {
  return inFolder(kept, async (dir) => {
    const recent: NightCost[] = [];
    let night = Math.max(1, await publishedNights(join(dir, 'lake')));
    for await (const cost of publishNights(dir, count)) {
      night++;
      recent.push(cost);
      if (recent.length > LOOKED_AT) recent.shift();
      if (night === LOOKED_AT + 1 || night === count || night % 250 === 0) console.log(lineOf(night, recent));
    }
    const table = join(dir, 'lake', 'processed', TABLE);
    const wrong: string[] = [];
    for (const engine of ENGINES.filter(({ name }) => engines.includes(name)))
      wrong.push(...(await plan(engine, table, count)));
    for (const problem of wrong) console.log(problem);
    return wrong.length > 0 ? 1 : 0;
  });
}

/** A folder that is kept, or one that is gone afterwards. */
async function inFolder<T>(kept: string | undefined, act: (dir: string) => Promise<T>): Promise<T> {
  const dir = kept ? resolve(kept) : await mkdtemp(join(tmpdir(), 'positional-lake-nights-'));
  try {
    await mkdir(dir, { recursive: true });
    return await act(dir);
  } finally {
    if (!kept) await rm(dir, { recursive: true, force: true });
  }
}

function lineOf(night: number, costs: NightCost[]): string {
  const median = (of: (cost: NightCost) => number) =>
    Math.round(costs.map(of).sort((a, b) => a - b)[costs.length >> 1]!).toLocaleString('en');
  const bytes = Object.entries(costs[0]!.bytes).map(([kind]) => {
    const written = median((cost) => cost.bytes[kind as keyof NightCost['bytes']]);
    return `${kind} ${written} bytes`;
  });
  return `after ${night} nights a commit takes ${median(({ ms }) => ms)} ms, and writes: ${bytes.join(', ')}`;
}

async function plan(engine: Engine, table: string, nights: number): Promise<string[]> {
  const ready = await engine.prepare();
  if ('missing' in ready) {
    console.log(`${engine.name}: skipped: ${ready.missing}`);
    return [];
  }
  const questions = nightQuestions(nights);
  return inFolder(undefined, (folder) =>
    ready.use(folder, async (session) => {
      const planned = await session.plan(table, questions);
      console.log(`${engine.name} plans`);
      console.table(planned);
      return wronglyOpened(questions, planned).map((problem) => `${engine.name}: ${problem}`);
    }),
  );
}

const COMMAND = {
  does: 'Publishes years of nights, and times commits and what other engines plan.',
  usage: 'npm run scale:nights -- [ENGINE…] [flags]',
  flags: {
    nights: textOr('1300', 'N', 'nights that are published'),
    dir: text('DIR', 'keeps the lake here, and takes it again the next time'),
  },
  notes: `Engines: ${ENGINES.map(({ name }) => name).join(', ')}; without one ${ASKED.join(', ')}.

Exit codes: 0 done, 1 a question opens other files than those that have what it asks for, 2 usage.`,
  takesWords: true,
} as const;

await runWithFlags(COMMAND, async (values, words) => {
  const unknown = words.find((word) => !ENGINES.some(({ name }) => name === word));
  if (unknown !== undefined) throw usageError(`there is no engine ${unknown}`);
  return nights(wholeNumber('--nights', values.nights), words.length > 0 ? words : ASKED, values.dir);
});
