import { DECIDING_CATALOG } from './catalog-files.ts';
import { DECIDING_CONNECTOR } from './connector-files.ts';
import { DECIDING_PUBLICATIONS } from './publishing-use-cases.ts';
import { DAYS, TOTALS } from './room-tests.ts';
import { DECIDING_USE_CASES } from './use-cases.ts';

/** The files that decide what is counted, published or removed, and the tests of each: rules make mutants of these files. */
export const DECIDING_FILES: Record<string, readonly string[]> = {
  'shared/run/content-digest.ts': ['test/run'],
  'shared/run/corrected-version.ts': ['test/run'],
  'shared/run/distribution.ts': ['test/run'],
  'shared/run/ended-executions.ts': ['test/run'],
  'shared/run/invalid-values.ts': ['test/run'],
  'shared/run/lease.ts': ['test/run'],
  'shared/run/ledger-entry.ts': ['test/run'],
  'shared/run/loaded-again.ts': ['test/run'],
  'shared/run/reconciliation.ts': ['test/run'],
  'shared/run/rejects-digest.ts': ['test/run'],
  'shared/run/rejects-refusal.ts': ['test/run'],
  'shared/run/run-of-plan.ts': ['test/run'],
  'shared/run/source-content.ts': ['test/run'],
  'shared/run/stage-durations.ts': ['test/run'],
  'shared/run/stated-figures.ts': ['test/run'],
  'shared/run/taken-back.ts': ['test/run'],
  'shared/day/day-change.ts': ['test/day/day-change.test.ts', 'test/day', 'test/pipeline/publish'],
  'shared/day/day-commit.ts': ['test/day/day-commit.test.ts', 'test/day', ...DAYS],
  'shared/day/day-manifest.ts': [
    'test/day/day-manifest-text.test.ts',
    'test/pipeline/publish/day-manifest.test.ts',
    ...DAYS,
  ],
  'shared/day/day-terms.ts': ['test/day', 'test/pipeline/publish'],
  'shared/day/expected-files.ts': [
    'test/day/files-of-a-day.test.ts',
    'test/day/expected-files.test.ts',
    'test/day',
    'test/pipeline/publish',
  ],
  'shared/totals/control-file.ts': [
    'test/pipeline/split/find-control-file.test.ts',
    'test/totals/control-file.test.ts',
    ...TOTALS,
  ],
  'shared/totals/control-record.ts': ['test/totals/control-totals.test.ts', ...TOTALS],
  'shared/totals/control-totals.ts': [
    'test/totals/stated-totals.test.ts',
    'test/totals/control-totals.test.ts',
    ...TOTALS,
  ],
  'shared/totals/control-value.ts': [
    'test/totals/stated-totals.test.ts',
    'test/totals/control-totals.test.ts',
    ...TOTALS,
  ],
  'shared/totals/field-total.ts': ['test/totals/control-totals.test.ts', ...TOTALS],
  'shared/totals/group-fold.ts': ['test/totals/group-fold.test.ts', ...TOTALS],
  'shared/totals/group-totals.ts': ['test/totals/group-fold.test.ts', ...TOTALS],
  'shared/totals/joined-files.ts': [
    'test/totals/stated-totals.test.ts',
    'test/pipeline/control-records-inside.test.ts',
    ...TOTALS,
  ],
  'shared/totals/mismatch-cause.ts': [
    'test/totals/mismatch-cause.test.ts',
    'test/totals/stated-totals.test.ts',
    ...TOTALS,
  ],
  'shared/totals/range-groups.ts': ['test/pipeline/group-totals.test.ts', ...TOTALS],
  'shared/totals/record-counts.ts': [
    'test/totals/stated-totals.test.ts',
    'test/totals/record-counts.test.ts',
    ...TOTALS,
  ],
  'shared/keys/business-date.ts': ['test/keys/dates-of-keys.test.ts', 'test/keys'],
  'shared/keys/lake-keys.ts': ['test/keys'],
  'shared/keys/object-key.ts': ['test/keys'],
  'shared/keys/partition-path.ts': ['test/keys'],
  'shared/keys/source-id.ts': ['test/keys'],
  'shared/keys/name-pattern.ts': ['test/keys/name-patterns.test.ts', 'test/keys'],
  'shared/keys/night-calendar.ts': ['test/keys/night-calendar.test.ts'],
  'shared/keys/key-dates.ts': [
    'test/keys/dates-of-keys.test.ts',
    'test/keys',
    'test/pipeline/split/date-file.test.ts',
  ],
  'shared/ranges/chain-marks.ts': [
    'test/ranges/chain-marks.test.ts',
    'test/pipeline/split/chain-reads.test.ts',
    'test/pipeline/split/chain-ranges.test.ts',
  ],
  'shared/ranges/chain-segment.ts': [
    'test/ranges/chain-segment.test.ts',
    'test/pipeline/split/chain-reads.test.ts',
    'test/pipeline/split/chain-ranges.test.ts',
  ],
  'shared/ranges/plan-ranges.ts': [
    'test/ranges/plan-ranges.test.ts',
    'test/pipeline/split/align-ranges.test.ts',
  ],
  'shared/ranges/record-chain.ts': ['test/ranges/record-lengths.test.ts', 'test/ranges/record-chain.test.ts'],
  'shared/ranges/record-chain-search.ts': [
    'test/ranges/guessed-links.test.ts',
    'test/ranges/record-chain-search.test.ts',
  ],
  'shared/ranges/record-chain-walk.ts': [
    'test/ranges/record-chain.test.ts',
    'test/ranges/followed-chains.test.ts',
    'test/pipeline/split/chain-reads.test.ts',
  ],
  'shared/form/broken-records.ts': ['test/form/broken-records.test.ts', 'test/pipeline/whole-run.test.ts'],
  'shared/ranges/terminators.ts': [
    'test/ranges/terminators.test.ts',
    'test/pipeline/split/file-geometry.test.ts',
  ],
  ...DECIDING_USE_CASES,
  ...DECIDING_PUBLICATIONS,
  ...DECIDING_CATALOG,
  ...DECIDING_CONNECTOR,
};
