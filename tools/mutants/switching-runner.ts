import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';
import { type RunnerTestCase, TestRunner } from 'vitest';
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

const { results, mutants, slowestTestMs } = switchTask();
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
    const name = `${file} > ${test.name}`;
    tell({ is: 'at import', ids: [...reached], test: name });
    // Nothing is left to judge in this file.
    if (toTry(file).length === 0) return;
    const [started, workedBefore] = [performance.now(), process.cpuUsage()];
    reached = new Set();
    asked = 0;
    mostAsked = Number.POSITIVE_INFINITY;
    await TestRunner.getTestFn(test)();
    const tookMs = performance.now() - started;
    // What a busy machine makes of it says nothing about the test.
    const { user, system } = process.cpuUsage(workedBefore);
    const workedMs = (user + system) / 1000;
    const askedAsIs = asked;
    const ids = [...reached];
    tell({ is: 'reached', ids, test: name });
    if (Math.min(workedMs, tookMs) <= slowestTestMs)
      await this.tryMutants(test, name, toTry(file, reached), tookMs, askedAsIs);
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
      const run = async () => TestRunner.getTestFn(test)();
      const ended = await Promise.race([run().then(() => 'survived' as const), late]);
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

/** The mutants that this file may judge and no test has judged, of those that were reached. */
function toTry(file: string, among?: ReadonlySet<number>): number[] {
  const judged = new Set(
    resultsOf(results).flatMap((result) => ('id' in result && result.is !== 'begun' ? [result.id] : [])),
  );
  return mutants
    .filter(({ id, mutant }) => !judged.has(id) && (among?.has(id) ?? true) && isAmong(file, mutant.tests))
    .map(({ id }) => id);
}

function tell(result: SwitchResult): void {
  if ('ids' in result && result.ids.length === 0) return;
  appendFileSync(results, `${JSON.stringify(result)}\n`);
}
