import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testAnalytics } from './analytics.ts';
import type { Engine, EngineRows } from './engine.ts';
import { type KnownState, makeEngineLake } from './engine-lake.ts';
import { ENGINES } from './engines.ts';
import { readInLoop } from './reader-loop.ts';
import { differenceOf } from './row-difference.ts';

/** Not an engine: the queries of analytics/ on Trino. */
const ANALYTICS = 'analytics';

/**
 * Converts a small lake with every type of column, and lets the engines of others read every state of its tables, as they are and by time
 * travel: their rows must be those of our own query. Prints a table. Nobody who uses the project needs the engines, so one that cannot be
 * installed here is passed over, with the reason.
 */
async function testEngines(wanted: string[]): Promise<number> {
  if (wanted[0] === ANALYTICS) return inFolder((folder) => testAnalytics(folder, wanted.slice(1)));
  const names = [...ENGINES.map(({ name }) => name), ANALYTICS];
  const unknown = wanted.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    console.error(
      `There is no engine ${unknown.join(', ')}. Give none for all, or some of: ${names.join(', ')}.`,
    );
    return 2;
  }
  return inFolder(async (folder) => {
    const isAsked = wanted.length === 0 || wanted.includes(ANALYTICS);
    const ofAnalytics = isAsked ? await testAnalytics(folder, []) : 0;
    if (ofAnalytics !== 0) return ofAnalytics;
    const states = await makeEngineLake(folder);
    const rows = states.reduce((sum, state) => sum + state.rows.length, 0);
    console.log(`${states.length} states of tables, ${rows} rows in all`);
    const verdicts: Verdict[] = [];
    for (const engine of ENGINES.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
      verdicts.push(await verdictOf(engine, states, folder));
    }
    console.table(
      verdicts.map(({ engine, states: right, rows: read, looks, verdict }) => ({
        engine,
        states: right,
        rows: read,
        'looks meanwhile': looks,
        verdict,
      })),
    );
    for (const { engine, problems } of verdicts) {
      for (const problem of problems) console.log(`${engine}: ${problem}`);
    }
    return verdicts.some(({ problems }) => problems.length > 0) ? 1 : 0;
  });
}

async function inFolder(act: (folder: string) => Promise<number>): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'positional-lake-engines-'));
  try {
    return await act(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Verdict {
  engine: string;
  /** States that it read rightly, of all. */
  states: string;
  /** Rows that it read. */
  rows: number;
  /** How often it looked while days were published, replaced and rolled back, and how many states it met. */
  looks: string;
  verdict: string;
  problems: string[];
}

async function verdictOf(engine: Engine, states: KnownState[], folder: string): Promise<Verdict> {
  const ready = await engine.prepare();
  if ('missing' in ready)
    return {
      engine: engine.name,
      states: '',
      rows: 0,
      looks: '',
      verdict: `skipped: ${ready.missing}`,
      problems: [],
    };
  const found = await ready.read(states, folder);
  const problems = states.flatMap((state, index) => problemOf(state, found[index]));
  const rows = found.reduce((sum, one) => sum + (Array.isArray(one) ? one.length : 0), 0);
  const right = states.length - problems.length;
  const meanwhile = await readInLoop(engine.name, ready, folder);
  problems.push(...(meanwhile?.problems ?? []));
  const verdict = problems.length === 0 ? 'the same rows' : 'OTHER ROWS';
  return {
    engine: engine.name,
    states: `${right} of ${states.length}`,
    rows,
    looks: meanwhile ? `${meanwhile.looks} of ${meanwhile.states} states` : '',
    verdict,
    problems,
  };
}

function problemOf({ name, rows }: KnownState, found: EngineRows | undefined): string[] {
  if (!Array.isArray(found)) return [`${name}: ${found?.error ?? 'no answer'}`];
  const difference = differenceOf(rows, found);
  return difference === undefined ? [] : [`${name}: ${difference}`];
}

process.exitCode = await testEngines(process.argv.slice(2));
