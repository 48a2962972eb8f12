import { besideKey, withBusinessDate } from '../keys/name-pattern.ts';
import type { DayRules } from '../layout/layout.ts';
import { either, listOf, objectOf, optional, text, wholeNumber } from '../run/json-shape.ts';
import { type DayManifestFound, dayManifestShape } from './day-manifest.ts';
import { type DayExpectation, type ExpectedFiles, expectationOf } from './expected-files.ts';

/**
 * What a day is held to: `_terms/<n>.json`, the highest n counts. Written by whoever splits a file of the day, so that it can be
 * published, shown and rolled back by people who have nothing but the lake.
 */
export interface DayTerms {
  layout: { file: string; text: string; fingerprint: string };
  /** Of the command or the environment; stays once it was said. */
  expectedFiles?: ExpectedFiles | undefined;
  /** Key that the layout's `day.manifest` announces. */
  manifestKey?: string | undefined;
  manifest?: DayManifestFound | undefined;
}

export const dayTermsShape = objectOf<DayTerms>(
  {
    layout: objectOf<DayTerms['layout']>({ file: text, text, fingerprint: text }),
    expectedFiles: optional(either(wholeNumber, listOf(text), 'a whole number or a list of names')),
    manifestKey: optional(text),
    manifest: optional(objectOf<DayManifestFound>({ key: text, version: text, file: dayManifestShape })),
  },
  { controlFileKey: 'manifestKey', controlFile: 'manifest' },
);

export function dayManifestKeyOf(
  rules: DayRules,
  sourceKey: string,
  businessDate: string,
): string | undefined {
  const { manifest } = rules;
  return manifest === undefined ? undefined : besideKey(sourceKey, withBusinessDate(manifest, businessDate));
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
      manifestKey: terms?.manifestKey,
      manifestNames: terms?.manifest?.file.files.map(({ name }) => name),
    },
    businessDate,
  );
}
