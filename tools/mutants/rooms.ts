/** The files that decide what is counted, published or removed, and the tests of each: rules make mutants of these files. */
export const DECIDING_FILES: Record<string, readonly string[]> = {
  'shared/run/reconciliation.ts': ['test/run', 'test/totals', 'test/pipeline/publish'],
  'shared/run/rejects-refusal.ts': ['test/run', 'test/pipeline/operate'],
  'shared/run/stated-figures.ts': ['test/run', 'test/pipeline/publish'],
  'shared/day/day-commit.ts': ['test/day', 'test/pipeline/publish', 'test/pipeline/operate'],
  'shared/day/day-change.ts': ['test/day', 'test/pipeline/publish'],
  'shared/day/expected-files.ts': ['test/day', 'test/pipeline/publish'],
  'shared/keys/business-date.ts': ['test/keys'],
  'shared/keys/key-dates.ts': ['test/keys', 'test/pipeline/split/date-file.test.ts'],
  'shared/pipeline/publish/apply-commit.ts': ['test/pipeline/publish', 'test/pipeline/operate'],
  'shared/pipeline/publish/catch-up-catalog.ts': ['test/pipeline/publish', 'test/pipeline/watch'],
  'shared/pipeline/publish/publish-day.ts': ['test/pipeline/publish', 'test/pipeline/operate'],
  'shared/pipeline/publish/settle-rollback.ts': ['test/pipeline/operate'],
  'shared/pipeline/operate/clean-lake.ts': ['test/pipeline/operate'],
  'shared/pipeline/operate/roll-back.ts': ['test/pipeline/operate'],
  'shared/pipeline/split/claim-file.ts': ['test/pipeline/split', 'test/pipeline/operate'],
  'shared/pipeline/split/plan-file.ts': ['test/pipeline/split', 'test/pipeline/operate'],
  'shared/pipeline/store/compare-and-swap.ts': ['test/pipeline/store'],
  'shared/pipeline/store/content-claim.ts': ['test/pipeline/store'],
  'shared/pipeline/store/ledger.ts': ['test/pipeline/store', 'test/pipeline/operate'],
};

/** Mutants that no test can catch, or need not: by file, the code before and after, and why. */
export const EXPLAINED: readonly { file: string; from: string; to: string; why: string }[] = [
  {
    file: 'shared/pipeline/publish/apply-commit.ts',
    from: '16',
    to: '17',
    why: 'how many objects are copied at once changes nothing but the time',
  },
  {
    file: 'shared/keys/key-dates.ts',
    from: 'dated.length === 0',
    to: 'false',
    why: 'without dated patterns the search finds nothing either: the condition only saves time',
  },
];
