import { createHash } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endGroup, startGroup } from './process-group.ts';
import {
  resultsOf,
  SWITCH_TASK,
  SwitchedMutants,
  type SwitchResult,
  type SwitchTask,
  testsNow,
} from './switch-task.ts';
import type { NumberedMutant } from './switched-source.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const LOOK_EVERY_MS = 1000;
/** The two tests that each mutant names first are about its file, and catch most: others, such as those of whole nights, try what is left. */
const PASSES = [2, 'all'] as const;

/**
 * `endless`: it was ended at a limit; a test would have failed there. `unsure`: no switch can judge it, since it runs at import, or a test
 * that reaches it cannot be repeated.
 */
type SwitchedOutcome = 'caught' | 'survived' | 'endless' | 'unsure';

/** How mutants are tried. */
interface Tried {
  slowestTestMs: number;
  /** Tests are ended if nothing is told for so long. */
  silenceMs: number;
  /** So many tests that reach a mutant try it; those nearest to it first. */
  mostTries: number;
  /** A folder that keeps what was told: a run that was ended goes on there if it is about the same mutants. */
  kept: string | undefined;
}

/** What the tests of the mutants say of each: all of them run once, in one process for a test file, which tries one mutant after the other. */
export async function switchedOutcomes(
  mutants: readonly NumberedMutant[],
  { slowestTestMs, silenceMs, mostTries, kept }: Tried,
): Promise<Map<number, SwitchedOutcome>> {
  const dir = kept ?? (await mkdtemp(join(tmpdir(), 'mutants-')));
  try {
    await mkdir(dir, { recursive: true });
    const task: Omit<SwitchTask, 'results' | 'nearest'> = { mutants, slowestTestMs, mostTries };
    // Of another task nothing is taken over: its mutants have other numbers.
    const name = createHash('sha256').update(JSON.stringify(task)).digest('hex').slice(0, 16);
    const results = join(dir, `${name}.results`);
    await appendFile(results, '');
    const left = resultsOf(results).at(-1);
    if (left?.is === 'begun') await tell(results, { ...left, is: 'dropped' });
    for (const nearest of PASSES) {
      const path = join(dir, 'task.json');
      await writeFile(path, JSON.stringify({ ...task, results, nearest }));
      await tryAll(mutants, { path, results, nearest, silenceMs });
    }
    return outcomesOf(mutants, resultsOf(results));
  } finally {
    if (kept === undefined) await rm(dir, { recursive: true, force: true });
  }
}

/** Runs the tests of what is not judged yet, until all of them have tried it. */
async function tryAll(mutants: readonly NumberedMutant[], { path, results, nearest, silenceMs }: Pass) {
  for (;;) {
    const told = new SwitchedMutants(resultsOf(results));
    const left = mutants.filter(({ id }) => !told.isJudged(id));
    const tests = new Set(left.flatMap(({ mutant }) => testsNow(mutant, nearest)));
    if (tests.size === 0 || (await runTests(path, results, [...tests], silenceMs))) return;
    // A mutant that never comes back ends its process; the others go on in another one.
    const last = resultsOf(results).at(-1);
    if (last?.is !== 'begun') return;
    await tell(results, { ...last, is: 'endless' });
  }
}

interface Pass {
  /** Of the task. */
  path: string;
  results: string;
  nearest: SwitchTask['nearest'];
  silenceMs: number;
}

function tell(results: string, result: SwitchResult): Promise<void> {
  return appendFile(results, `${JSON.stringify(result)}\n`);
}

function outcomesOf(
  mutants: readonly NumberedMutant[],
  results: readonly SwitchResult[],
): Map<number, SwitchedOutcome> {
  const told = new SwitchedMutants(results);
  return new Map(
    mutants.map(({ id }) => {
      if (told.caught.has(id)) return [id, 'caught'];
      if (told.endless.has(id)) return [id, 'endless'];
      const isUnsure = told.unsure.has(id) || (told.atImport.has(id) && !told.reached.has(id));
      return [id, isUnsure ? 'unsure' : 'survived'];
    }),
  );
}

/** False if the tests were ended, because nothing was told for too long. */
function runTests(task: string, results: string, tests: string[], silenceMs: number): Promise<boolean> {
  const args = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--config',
    'tools/mutants/vitest.config.ts',
    ...tests,
  ];
  const child = startGroup(args, ROOT, { ...process.env, [SWITCH_TASK]: task });
  return new Promise((resolve, reject) => {
    let told = 0;
    let toldAt = Date.now();
    const watch = setInterval(() => {
      const count = resultsOf(results).length;
      if (count !== told) toldAt = Date.now();
      told = count;
      if (Date.now() - toldAt > silenceMs) endGroup(child);
    }, LOOK_EVERY_MS);
    child.once('error', reject);
    child.once('exit', (_, signal) => {
      clearInterval(watch);
      resolve(signal === null);
    });
  });
}
