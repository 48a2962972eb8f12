import { objectOf, optional, text } from '../json-shape.ts';
import { besideKey, withBusinessDate } from '../keys/name-pattern.ts';
import type { DayRules } from '../layout/layout.ts';
import { expectedFilesShape } from '../run/file-plan.ts';
import { type DayManifestFound, dayManifestShape } from './day-manifest.ts';
import { type DayExpectation, type ExpectedFiles, expectationOf } from './expected-files.ts';

/**
 * The rules that a day is held to: `_terms/<n>.json`, of which the highest n counts. Every split of a file of the day writes them, so
 * that the lake alone is enough to publish, show or roll back the day.
 */
export interface DayTerms {
  layout: { file: string; text: string; fingerprint: string };
  /** From the command or the environment; kept until it is given again. */
  expectedFiles?: ExpectedFiles | undefined;
  /** Key of the day manifest that the layout's `day.manifest` announces. */
  manifestKey?: string | undefined;
  manifest?: DayManifestFound | undefined;
}

export const dayTermsShape = objectOf<DayTerms>(
  {
    layout: objectOf<DayTerms['layout']>({ file: text, text, fingerprint: text }),
    expectedFiles: optional(expectedFilesShape),
    manifestKey: optional(text),
    manifest: optional(objectOf<DayManifestFound>({ key: text, version: text, file: dayManifestShape })),
  },
  { controlFileKey: 'manifestKey', controlFile: 'manifest' },
);

/** Key of the day manifest beside a data file, or undefined if the layout announces none. */
export function dayManifestKeyOf(
  rules: DayRules,
  sourceKey: string,
  businessDate: string,
): string | undefined {
  const { manifest } = rules;
  return manifest === undefined ? undefined : besideKey(sourceKey, withBusinessDate(manifest, businessDate));
}

/** The files that a day expects by its terms, its layout and the `settings` of the command or the environment. */
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
