import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../terminal/exit.ts';
import type { Engine, EngineRows, EngineSession } from './engine.ts';
import { type KnownState, makeEngineLake } from './engine-lake.ts';
import { ENGINES } from './engines.ts';
import { openedFiles } from './opened-files.ts';
import { readInLoop } from './reader-loop.ts';
import { differenceOf } from './row-difference.ts';
import { testOnTrino } from './trino-tests.ts';

/** Not engines: tests that need a Trino, those of the queries of analytics/ and those of a table on Glue. */
const ON_TRINO = ['analytics', 'glue'];

/**
 * Converts a small lake with every type of column, and lets the engines of others read every state of its tables, as they are and by time
 * travel: their rows must be those of our own query. Prints a table. Nobody who uses the project needs the engines, so one that cannot be
 * installed here is passed over, with the reason.
 */
async function testEngines(wanted: string[]): Promise<number> {
  const names = [...ENGINES.map(({ name }) => name), ...ON_TRINO];
  const [first = '', ...queries] = wanted;
  const isOfAnalytics =
    first === ON_TRINO[0] && queries.length > 0 && queries.every((query) => !names.includes(query));
  const unknown = wanted.filter((name) => !names.includes(name));
  if (unknown.length > 0 && !isOfAnalytics) {
    console.error(
      `There is no engine ${unknown.join(', ')}. Give none for all, or some of: ${names.join(', ')}.`,
    );
    return 2;
  }
  const isAsked = (name: string) => wanted.length === 0 || wanted.includes(name);
  const onTrino = ON_TRINO.filter(isAsked);
  const engines = ENGINES.filter(({ name }) => isAsked(name) || (name === 'trino' && onTrino.length > 0));
  return inFolder(async (folder) => {
    const isRead = engines.some(({ name }) => isAsked(name));
    const states = isRead ? await makeEngineLake(folder) : [];
    const verdicts: Verdict[] = [];
    let codeOnTrino = 0;
    for (const engine of engines) {
      const ready = await engine.prepare();
      if ('missing' in ready) {
        verdicts.push({ engine: engine.name, verdict: `skipped: ${ready.missing}`, problems: [] });
        continue;
      }
      await ready.use(folder, async (session) => {
        if (isAsked(engine.name)) verdicts.push(await verdictOf(engine, session, states, folder));
        if (session.address !== undefined && onTrino.length > 0)
          codeOnTrino = await testOnTrino(session.address, onTrino, isOfAnalytics ? queries : []);
      });
    }
    show(verdicts, states);
    return codeOnTrino !== 0 || verdicts.some(({ problems }) => problems.length > 0) ? 1 : 0;
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
  verdict: string;
  problems: string[];
  /** Columns of the table, in their order. */
  figures?: Record<string, string | number>;
}

async function verdictOf(
  engine: Engine,
  session: EngineSession,
  states: KnownState[],
  folder: string,
): Promise<Verdict> {
  const startedAt = performance.now();
  const found = await session.read(states);
  const read = found.reduce((sum, one) => sum + (Array.isArray(one) ? one.length : 0), 0);
  const wrong = states.flatMap((state, index) => problemOf(state, found[index]));
  const meanwhile = await readInLoop(engine.name, session, folder);
  const opened = await openedFiles(session, folder);
  const problems = [...wrong, ...meanwhile.problems, ...opened.problems];
  return {
    engine: engine.name,
    figures: {
      states: `${states.length - wrong.length} of ${states.length}`,
      rows: read,
      looks: meanwhile.looks,
      'states seen': meanwhile.states,
      'across a switch': meanwhile.acrossSwitches,
      'half days caught': meanwhile.piecesSeen,
      'files opened': opened.counts.join(', '),
      seconds: Math.round((performance.now() - startedAt) / 1000),
    },
    verdict: problems.length === 0 ? 'the same rows' : 'OTHER ROWS',
    problems,
  };
}

function problemOf({ name, rows }: KnownState, found: EngineRows | undefined): string[] {
  if (!Array.isArray(found)) return [`${name}: ${found?.error ?? 'no answer'}`];
  const difference = differenceOf(rows, found);
  return difference === undefined ? [] : [`${name}: ${difference}`];
}

function show(verdicts: Verdict[], states: KnownState[]): void {
  if (verdicts.length === 0) return;
  const rows = states.reduce((sum, state) => sum + state.rows.length, 0);
  console.log(`${states.length} states of tables, ${rows} rows in all`);
  console.table(verdicts.map(({ engine, figures, verdict }) => ({ engine, ...figures, verdict })));
  for (const { engine, problems } of verdicts)
    for (const problem of problems) console.log(`${engine}: ${problem}`);
}

await runCommand(() => testEngines(process.argv.slice(2)));
