import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';
import { type RunnerTestCase, type RunnerTestSuite, TestRunner } from 'vitest';
import { isAmong, resultsOf, type SwitchResult, switchTask } from './switch-task.ts';

/** A mutant may run so much longer than the code as it is; a test that waits for it still fails. */
const TIMES_AS_LONG = 20;
const LEAST_LIMIT_MS = 10_000;
/** And may ask its switches so often: a loop that never ends has a condition, or something else that is switched. */
const TIMES_AS_OFTEN = 20;
const LEAST_ASKED = 50_000;
/** Steps that nobody waited for end by then. */
const SETTLES_MS = 300;
const MOST_TRIES = 3;

declare global {
  var isMutantOn: ((id: number) => boolean) | undefined;
}

class EndlessMutant extends Error {}

const { results, mutants, slowestTestMs, mostTries } = switchTask();
const later = globalThis.setTimeout;
const never = globalThis.clearTimeout;

let on = 0;
let asked = 0;
let mostAsked = Number.POSITIVE_INFINITY;
let reached = new Set<number>();

globalThis.isMutantOn = (id) => {
  reached.add(id);
  if (++asked > mostAsked) throw new EndlessMutant(`Mutant ${on} does not end.`);
  return id === on;
};

/** Runs each test as it is, and then once for each mutant that it reaches and that no test has caught yet. */
export default class SwitchingRunner extends TestRunner {
  async runTask(test: RunnerTestCase): Promise<void> {
    const file = relative(process.cwd(), test.file.filepath);
    // Tests of two suites may have one name.
    const name = `${file} > ${test.fullTestName}`;
    tell({ is: 'at import', ids: [...reached], test: name });
    // Nothing is left to judge in this file.
    if (toTry(file).length === 0) return;
    const [started, workedBefore] = [performance.now(), process.cpuUsage()];
    reached = new Set();
    asked = 0;
    mostAsked = Number.POSITIVE_INFINITY;
    try {
      await TestRunner.getTestFn(test)();
    } catch (error) {
      // It says nothing of what it reached: that is then tried alone.
      tell({ is: 'not repeatable', ids: [...reached], test: name });
      throw error;
    }
    const tookMs = performance.now() - started;
    // What a busy machine makes of it says nothing about the test.
    const { user, system } = process.cpuUsage(workedBefore);
    const workedMs = (user + system) / 1000;
    const askedAsIs = asked;
    const ids = [...reached];
    tell({ is: 'reached', ids, test: name });
    if (Math.min(workedMs, tookMs) <= slowestTestMs)
      await this.tryMutants(test, name, toTry(file, { reached, name }), tookMs, askedAsIs);
    reached = new Set();
  }

  private async tryMutants(
    test: RunnerTestCase,
    name: string,
    ids: number[],
    tookMs: number,
    askedAsIs: number,
  ) {
    if (ids.length === 0) return;
    const limitMs = Math.max(LEAST_LIMIT_MS, tookMs * TIMES_AS_LONG);
    mostAsked = Math.max(LEAST_ASKED, askedAsIs * TIMES_AS_OFTEN);
    if (!(await this.isRepeatable(test, limitMs))) return tell({ is: 'not repeatable', ids, test: name });
    for (const [at, id] of ids.entries()) {
      tell({ is: 'begun', id, test: name });
      const outcome = await this.outcome(test, id, limitMs);
      if (outcome === 'survived') continue;
      // What a mutant leaves behind must not be taken for what the next one does.
      if (!(await this.isRepeatable(test, limitMs)))
        return tell({ is: 'not repeatable', ids: ids.slice(at), test: name });
      tell({ is: outcome, id, test: name });
    }
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
    on = id;
    asked = 0;
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
      return asked > mostAsked ? 'endless' : 'caught';
    } finally {
      on = 0;
      never(limit);
    }
  }
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
  const told = resultsOf(results);
  const judged = new Set(
    told.flatMap((result) => ('id' in result && result.is !== 'begun' ? [result.id] : [])),
  );
  const tries = new Map<number, number>();
  for (const result of told) {
    if (result.is !== 'begun') continue;
    tries.set(result.id, (tries.get(result.id) ?? 0) + 1);
    // A run that was ended had tried it.
    if (result.test === of?.name) judged.add(result.id);
  }
  for (const [id, count] of tries) if (count >= mostTries) judged.add(id);
  return mutants
    .filter(
      ({ id, mutant }) => !judged.has(id) && (of?.reached.has(id) ?? true) && isAmong(file, mutant.tests),
    )
    .map(({ id }) => id);
}

function tell(result: SwitchResult): void {
  if ('ids' in result && result.ids.length === 0) return;
  appendFileSync(results, `${JSON.stringify(result)}\n`);
}
