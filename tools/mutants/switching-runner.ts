import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';
import fc from 'fast-check';
import { type RunnerTestCase, type RunnerTestSuite, TestRunner } from 'vitest';
import {
  isAmong,
  resultsOf,
  SwitchedMutants,
  type SwitchResult,
  switchTask,
  testsNow,
} from './switch-task.ts';

/** A mutant may run so much longer than the code as it is; a test that waits for it still fails. */
const TIMES_AS_LONG = 20;
const LEAST_LIMIT_MS = 10_000;
/** And may ask its switches so often: a loop that never ends has a condition, or something else that is switched. */
const TIMES_AS_OFTEN = 20;
const LEAST_ASKED = 50_000;
/** Steps that nobody waited for end by then. */
const SETTLES_MS = 300;
const MOST_TRIES = 3;
/** A test that waits for nothing has ended by then: its framework waits some times for what is there. */
const TURNS_OF_NO_WAIT = 6;

declare global {
  var isMutantOn: ((id: number) => boolean) | undefined;
  var mutantSwitch: MutantSwitch | undefined;
}

/** What the sources ask: of the whole process, since they are loaded once for all test files. */
interface MutantSwitch {
  on: number;
  asked: number;
  mostAsked: number;
  reached: Set<number>;
}

class EndlessMutant extends Error {}

const { results, mutants, slowestTestMs, mostTries, nearest } = switchTask();
const known = new SwitchedMutants(resultsOf(results));
/** Done by a run that was ended: two tests of a file may have one name, so that what this run does is not looked at. */
const doneBefore: ReadonlySet<string> = new Set(known.doneTests);
const later = globalThis.setTimeout;
const never = globalThis.clearTimeout;

globalThis.mutantSwitch ??= { on: 0, asked: 0, mostAsked: Number.POSITIVE_INFINITY, reached: new Set() };
const state = globalThis.mutantSwitch;
globalThis.isMutantOn ??= (id) => {
  state.reached.add(id);
  if (++state.asked > state.mostAsked) throw new EndlessMutant(`Mutant ${state.on} does not end.`);
  return id === state.on;
};
// That a mutant fails is enough: the smallest sample that shows it would take most of the time.
fc.configureGlobal({ ...fc.readConfigureGlobal(), endOnFailure: true });

/** Runs each test as it is, and then once for each mutant that it reaches and that no test has caught yet. */
export default class SwitchingRunner extends TestRunner {
  async runTask(test: RunnerTestCase): Promise<void> {
    const file = relative(process.cwd(), test.file.filepath);
    // Tests of two suites may have one name.
    const name = `${file} > ${test.fullTestName}`;
    tell({ is: 'at import', ids: [...state.reached], test: name });
    state.reached = new Set();
    // Nothing is left to judge in this file.
    if (doneBefore.has(doneName(name)) || toTry(file).length === 0) return;
    const [started, workedBefore] = [performance.now(), process.cpuUsage()];
    state.asked = 0;
    state.mostAsked = Number.POSITIVE_INFINITY;
    let isAtOnce = false;
    try {
      const running = Promise.resolve(TestRunner.getTestFn(test)()).then(() => {
        isAtOnce = true;
      });
      for (let turn = 0; turn < TURNS_OF_NO_WAIT; turn++) await undefined;
      const isOver = isAtOnce;
      await running;
      isAtOnce = isOver;
    } catch (error) {
      // It says nothing of what it reached: that is then tried alone.
      tell({ is: 'not repeatable', ids: [...state.reached], test: name });
      throw error;
    }
    const tookMs = performance.now() - started;
    // What a busy machine makes of it says nothing about the test.
    const { user, system } = process.cpuUsage(workedBefore);
    const workedMs = (user + system) / 1000;
    const askedAsIs = state.asked;
    const reached = state.reached;
    tell({ is: 'reached', ids: [...reached], test: name });
    if (Math.min(workedMs, tookMs) <= slowestTestMs) {
      const ids = toTry(file, { reached, name });
      if (ids.length > 0) await this.tryMutants(test, { name, ids, tookMs, askedAsIs, isAtOnce });
    }
    tell({ is: 'done', ids: [...reached], test: doneName(name) });
    state.reached = new Set();
  }

  private async tryMutants(test: RunnerTestCase, { name, ids, tookMs, askedAsIs, isAtOnce }: Trial) {
    const limitMs = Math.max(LEAST_LIMIT_MS, tookMs * TIMES_AS_LONG);
    state.mostAsked = Math.max(LEAST_ASKED, askedAsIs * TIMES_AS_OFTEN);
    if (!(await this.isRepeatable(test, limitMs))) return tell({ is: 'not repeatable', ids, test: name });
    for (const [at, id] of ids.entries()) {
      tell({ is: 'begun', id, test: name });
      const outcome = await this.outcome(test, id, limitMs);
      if (outcome === 'survived') continue;
      // What a mutant leaves behind must not be taken for what the next one does. A test that waits for nothing leaves no step under way.
      if (!isAtOnce && !(await this.isRepeatable(test, limitMs)))
        return tell({ is: 'not repeatable', ids: ids.slice(at), test: name });
      tell({ is: outcome, id, test: name });
    }
    if (isAtOnce && !(await this.isRepeatable(test, limitMs)))
      tell({ is: 'not repeatable', ids, test: name });
  }

  /** Does the test pass as it is? Not always at once: steps that a mutant did not wait for may still be under way. */
  private async isRepeatable(test: RunnerTestCase, limitMs: number): Promise<boolean> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      if ((await this.outcome(test, 0, limitMs)) === 'survived') return true;
      await new Promise((resolve) => later(resolve, SETTLES_MS));
    }
    return false;
  }

  private async outcome(test: RunnerTestCase, id: number, limitMs: number) {
    state.on = id;
    state.asked = 0;
    let limit: NodeJS.Timeout | undefined;
    const late = new Promise<'endless'>((resolve) => {
      limit = later(() => resolve('endless'), limitMs);
    });
    const errorsBefore = test.result?.errors?.length ?? 0;
    try {
      const ended = await Promise.race([repeated(test).then(() => 'survived' as const), late]);
      const isSoftlyFailed = test.result?.state === 'fail';
      if (isSoftlyFailed && test.result) {
        test.result.state = 'run';
        test.result.errors?.splice(errorsBefore);
      }
      return isSoftlyFailed ? 'caught' : ended;
    } catch {
      return state.asked > state.mostAsked ? 'endless' : 'caught';
    } finally {
      state.on = 0;
      never(limit);
    }
  }
}

/** A test, and what is to be tried with it. */
interface Trial {
  name: string;
  ids: number[];
  /** As it is. */
  tookMs: number;
  askedAsIs: number;
  /** It waits for nothing. */
  isAtOnce: boolean;
}

/** Runs a test once more, with what its suites do before and after each of their tests. */
async function repeated(test: RunnerTestCase): Promise<void> {
  const suites: RunnerTestSuite[] = [];
  let suite: RunnerTestSuite | undefined = test.suite ?? test.file;
  for (; suite; suite = suite.suite ?? parentOf(suite)) suites.push(suite);
  const after: (() => unknown)[] = [];
  try {
    for (const suite of suites.toReversed()) {
      const hooks = TestRunner.getSuiteHooks(suite);
      after.push(...hooks.afterEach.map((hook) => () => hook(test.context, suite)));
      for (const hook of hooks.beforeEach) {
        const cleanUp = await hook(test.context, suite);
        if (typeof cleanUp === 'function') after.push(() => cleanUp(test.context, suite));
      }
    }
    await TestRunner.getTestFn(test)();
  } finally {
    for (const hook of after.reverse()) await hook();
  }
}

/** A suite at the top of its file has no other one, and belongs to the file. */
function parentOf(suite: RunnerTestSuite): RunnerTestSuite | undefined {
  return 'filepath' in suite ? undefined : suite.file;
}

/** The mutants that this file may judge and no test has judged; of a test, those that it reached and has not tried. */
function toTry(file: string, of?: { reached: ReadonlySet<number>; name: string }): number[] {
  return mutants
    .filter(
      ({ id, mutant }) =>
        !known.isJudged(id) &&
        known.triesOf(id) < mostTries &&
        (of === undefined || (of.reached.has(id) && !known.hasTried(of.name, id))) &&
        isAmong(file, testsNow(mutant, nearest)),
    )
    .map(({ id }) => id);
}

/** A test that was one of the nearest may be asked more afterwards. */
function doneName(test: string): string {
  return `${test} (${nearest})`;
}

function tell(result: SwitchResult): void {
  if ('ids' in result && result.ids.length === 0 && result.is !== 'done') return;
  known.add(result);
  appendFileSync(results, `${JSON.stringify(result)}\n`);
}
