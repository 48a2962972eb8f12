import { readFileSync } from 'node:fs';
import type { Mutant } from './mutant.ts';
import type { NumberedMutant } from './switched-source.ts';

/** What a run of the tests with switches is asked. */
export interface SwitchTask {
  /** Each line is a `SwitchResult`. */
  results: string;
  mutants: readonly NumberedMutant[];
  /** Tests that take longer are left out. */
  slowestTestMs: number;
  /** So many tests at most try one mutant. */
  mostTries: number;
  /** Only so many of the tests that a mutant names, or all of them. */
  nearest: number | 'all';
}

/**
 * `begun` stands before each try, so that a mutant that never comes back is known; `dropped` is a try that ended with the whole run, which
 * says nothing. `at import` is code that ran before any test: its switch comes too late. `not repeatable` is a test that fails when it runs
 * a second time: it says nothing of these mutants, which it reaches, also if it was said to have caught them. `done` is a test that has tried
 * all that it was asked.
 */
export type SwitchResult =
  | { is: 'begun' | 'dropped' | 'caught' | 'endless'; id: number; test: string }
  | { is: 'at import' | 'reached' | 'not repeatable' | 'done'; ids: number[]; test: string };

/** Where the task stands, for the processes of the tests. */
export const SWITCH_TASK = 'MUTANTS_SWITCH_TASK';

export function switchTask(): SwitchTask {
  return JSON.parse(readFileSync(process.env[SWITCH_TASK] ?? '', 'utf8'));
}

export function resultsOf(path: string): SwitchResult[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.flatMap((line): SwitchResult[] => (line === '' ? [] : [JSON.parse(line)]));
}

/** What tests have said of each mutant so far. */
export class SwitchedMutants {
  /** Judged by some test. */
  readonly caught = new Set<number>();
  readonly endless = new Set<number>();
  readonly reached = new Set<number>();
  readonly atImport = new Set<number>();
  readonly unsure = new Set<number>();
  /** Tests that have nothing more to try. */
  readonly doneTests = new Set<string>();
  /** The tests that have tried a mutant. */
  readonly #tries = new Map<number, Set<string>>();
  readonly #catchers = new Map<number, string>();

  constructor(results: readonly SwitchResult[]) {
    for (const result of results) this.add(result);
  }

  add(result: SwitchResult): void {
    switch (result.is) {
      case 'begun':
        this.#tries.set(result.id, (this.#tries.get(result.id) ?? new Set()).add(result.test));
        break;
      case 'dropped':
        this.#tries.get(result.id)?.delete(result.test);
        break;
      case 'caught':
        this.caught.add(result.id);
        this.#catchers.set(result.id, result.test);
        break;
      case 'endless':
        this.endless.add(result.id);
        break;
      case 'at import':
        for (const id of result.ids) this.atImport.add(id);
        break;
      case 'reached':
        for (const id of result.ids) this.reached.add(id);
        break;
      case 'not repeatable':
        for (const id of result.ids) {
          this.unsure.add(id);
          if (this.#catchers.get(id) === result.test) this.caught.delete(id);
        }
        break;
      case 'done':
        this.doneTests.add(result.test);
    }
  }

  isJudged(id: number): boolean {
    return this.caught.has(id) || this.endless.has(id);
  }

  /** How many tests have tried it. */
  triesOf(id: number): number {
    return this.#tries.get(id)?.size ?? 0;
  }

  hasTried(test: string, id: number): boolean {
    return this.#tries.get(id)?.has(test) === true;
  }
}

/** The tests that a mutant is tried by now. */
export function testsNow(
  { tests }: Pick<Mutant, 'tests'>,
  nearest: SwitchTask['nearest'],
): readonly string[] {
  return nearest === 'all' ? tests : tests.slice(0, nearest);
}

/** Is the test file one of these, or in one of these folders? */
export function isAmong(testFile: string, tests: readonly string[]): boolean {
  return tests.some((test) => testFile === test || testFile.startsWith(`${test}/`));
}
