import { readFileSync } from 'node:fs';
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
}

/**
 * `begun` stands before each try, so that a mutant that never comes back is known. `at import` is code that ran before any test: its
 * switch comes too late. `not repeatable` is a test that fails when it runs a second time: it says nothing of these mutants, which it
 * reaches.
 */
export type SwitchResult =
  | { is: 'begun' | 'caught' | 'endless'; id: number; test: string }
  | { is: 'at import' | 'reached' | 'not repeatable'; ids: number[]; test: string };

/** Where the task stands, for the processes of the tests. */
export const SWITCH_TASK = 'MUTANTS_SWITCH_TASK';

export function switchTask(): SwitchTask {
  return JSON.parse(readFileSync(process.env[SWITCH_TASK] ?? '', 'utf8'));
}

export function resultsOf(path: string): SwitchResult[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.flatMap((line): SwitchResult[] => (line === '' ? [] : [JSON.parse(line)]));
}

/** Is the test file one of these, or in one of these folders? */
export function isAmong(testFile: string, tests: readonly string[]): boolean {
  return tests.some((test) => testFile === test || testFile.startsWith(`${test}/`));
}
