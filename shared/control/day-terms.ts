import { besideKey, withBusinessDate } from '../keys/name-pattern.ts';
import type { DayRules } from '../layout/layout.ts';
import type { ControlFileFound } from './control-file.ts';
import { type DayExpectation, type ExpectedFiles, expectationOf } from './expected-files.ts';

/**
 * What a day is held to: `_terms/<n>.json`, the highest n counts. Written by whoever splits a file of the day, so that it can be
 * published, shown and rolled back by people who have nothing but the lake.
 */
export interface DayTerms {
  layout: { file: string; text: string; fingerprint: string };
  /** Of the command or the environment; stays once it was said. */
  expectedFiles?: ExpectedFiles;
  /** Key that the layout's `day.controlFile` announces. */
  controlFileKey?: string;
  controlFile?: ControlFileFound;
}

export function controlFileKeyOf(
  rules: DayRules,
  sourceKey: string,
  businessDate: string,
): string | undefined {
  const { controlFile } = rules;
  return controlFile === undefined
    ? undefined
    : besideKey(sourceKey, withBusinessDate(controlFile, businessDate));
}

export function expectationOfTerms(
  terms: DayTerms | undefined,
  rules: DayRules,
  settings: ExpectedFiles | undefined,
  businessDate: string,
): DayExpectation {
  return expectationOf(
    {
      settings: settings ?? terms?.expectedFiles,
      layout: rules.expectedFiles,
      controlFileKey: terms?.controlFileKey,
      controlFileNames: terms?.controlFile?.file.files.map(({ name }) => name),
    },
    businessDate,
  );
}
