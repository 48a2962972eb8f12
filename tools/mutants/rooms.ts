import type { Mutant } from './mutant.ts';

/** Tests of whole nights in a lake: what is loaded, published, taken back and removed. */
const DAYS = [
  'test/day',
  'test/pipeline/publish',
  'test/pipeline/operate',
  'test/pipeline/finalize-refused.test.ts',
  'test/pipeline/failure-paths.test.ts',
];
const STORE = ['test/pipeline/store', 'test/pipeline/operate/roll-back.test.ts', 'test/pipeline/publish'];
const TOTALS = ['test/totals', 'test/run', 'test/pipeline/group-totals.test.ts'];
const RUNS = ['test/run', 'test/totals', 'test/pipeline/publish', 'test/pipeline/failure-paths.test.ts'];
const CHAINS = ['test/ranges', 'test/pipeline/split/chain-ranges.test.ts'];
const FORMS = ['test/form', 'test/pipeline/split', 'test/pipeline/blanks-and-binary-bytes.test.ts'];
const CLAIMS = [
  'test/pipeline/split/claim-file.test.ts',
  'test/pipeline/split/key-owner.test.ts',
  'test/pipeline/failure-paths.test.ts',
  'test/pipeline/operate/supplements.test.ts',
];

/** The files that decide what is counted, published or removed, and the tests of each: rules make mutants of these files. */
export const DECIDING_FILES: Record<string, readonly string[]> = {
  'shared/run/reconciliation.ts': ['test/run/reconciliation.test.ts', ...RUNS],
  'shared/run/rejects-refusal.ts': [
    'test/run/reconciliation.test.ts',
    'test/pipeline/operate/read-rejects.test.ts',
    ...RUNS,
  ],
  'shared/run/corrected-version.ts': [
    'test/pipeline/operate/supplements-of-other-records.test.ts',
    'test/pipeline/operate',
  ],
  'shared/run/rejects-digest.ts': ['test/pipeline/operate/supplements-of-other-records.test.ts'],
  'shared/run/file-content.ts': ['test/pipeline/store/content-claim.test.ts', ...RUNS],
  'shared/run/stated-figures.ts': ['test/pipeline/publish/day-manifest.test.ts', ...RUNS],
  'shared/run/invalid-values.ts': ['test/run/invalid-values.test.ts', 'test/pipeline/short-records.test.ts'],
  'shared/run/ledger-entry.ts': ['test/run/ledger-entry.test.ts', 'test/pipeline/store', ...DAYS],
  'shared/run/loaded-again.ts': [
    'test/pipeline/split/claim-file.test.ts',
    'test/pipeline/split/key-owner.test.ts',
    'test/pipeline/whole-run.test.ts',
  ],
  'shared/run/stage-durations.ts': ['test/run/stage-durations.test.ts'],
  'shared/day/day-change.ts': ['test/day', 'test/pipeline/publish'],
  'shared/day/day-commit.ts': ['test/day', ...DAYS],
  'shared/day/day-manifest.ts': ['test/pipeline/publish/day-manifest.test.ts', ...DAYS],
  'shared/day/day-terms.ts': ['test/day', 'test/pipeline/publish'],
  'shared/day/expected-files.ts': ['test/day', 'test/pipeline/publish'],
  'shared/totals/control-file.ts': ['test/totals/control-file.test.ts', ...TOTALS],
  'shared/totals/control-record.ts': ['test/totals/control-totals.test.ts', ...TOTALS],
  'shared/totals/control-totals.ts': ['test/totals/control-totals.test.ts', ...TOTALS],
  'shared/totals/control-value.ts': ['test/totals/control-totals.test.ts', ...TOTALS],
  'shared/totals/field-total.ts': ['test/totals/control-totals.test.ts', ...TOTALS],
  'shared/totals/group-fold.ts': ['test/totals/group-fold.test.ts', ...TOTALS],
  'shared/totals/group-totals.ts': ['test/totals/group-fold.test.ts', ...TOTALS],
  'shared/totals/joined-files.ts': ['test/pipeline/control-records-inside.test.ts', ...TOTALS],
  'shared/totals/mismatch-cause.ts': ['test/totals/mismatch-cause.test.ts', ...TOTALS],
  'shared/totals/range-groups.ts': ['test/pipeline/group-totals.test.ts', ...TOTALS],
  'shared/totals/record-counts.ts': ['test/totals/control-totals.test.ts', ...TOTALS],
  'shared/catalog/table-change.ts': ['test/catalog', 'test/pipeline/schema-changes.test.ts'],
  'shared/keys/business-date.ts': ['test/keys'],
  'shared/keys/key-dates.ts': ['test/keys', 'test/pipeline/split/date-file.test.ts'],
  'shared/pipeline/reconcile/reconcile-file.ts': [
    'test/pipeline/publish/day-manifest.test.ts',
    'test/pipeline/failure-paths.test.ts',
    'test/pipeline/store/content-claim.test.ts',
    'test/pipeline/operate/supplements.test.ts',
    'test/pipeline/whole-run.test.ts',
  ],
  'shared/pipeline/reconcile/supplement-refusal.ts': [
    'test/pipeline/operate/supplements-of-other-records.test.ts',
    'test/pipeline/operate',
  ],
  'shared/pipeline/reconcile/merge-specs.ts': [
    'test/pipeline/publish/publish-day.test.ts',
    'test/pipeline/whole-run.test.ts',
    'test/pipeline/record-types.test.ts',
  ],
  'shared/pipeline/publish/apply-commit.ts': ['test/pipeline/publish/apply-commit.test.ts', ...DAYS],
  'shared/pipeline/publish/publish-day.ts': ['test/pipeline/publish/publish-day.test.ts', ...DAYS],
  'shared/pipeline/publish/settle-rollback.ts': ['test/pipeline/operate/roll-back.test.ts', ...DAYS],
  'shared/pipeline/publish/catch-up-catalog.ts': [
    'test/pipeline/publish/catch-up-catalog.test.ts',
    'test/pipeline/publish',
    'test/pipeline/watch',
  ],
  'shared/pipeline/publish/day-row.ts': ['test/pipeline/publish', 'test/pipeline/operate'],
  'shared/pipeline/publish/day-tables.ts': ['test/pipeline/publish', 'test/pipeline/schema-changes.test.ts'],
  'shared/pipeline/finalize/finalize-file.ts': [
    'test/pipeline/finalize-refused.test.ts',
    ...DAYS,
    'test/pipeline/whole-run.test.ts',
  ],
  'shared/pipeline/merge/merge-partition.ts': [
    'test/pipeline/merge',
    'test/pipeline/publish/publish-day.test.ts',
    'test/pipeline/whole-run.test.ts',
    'test/pipeline/compression.test.ts',
  ],
  'shared/pipeline/operate/clean-lake.ts': ['test/pipeline/operate/clean-lake.test.ts', ...DAYS],
  'shared/pipeline/operate/day-status.ts': [
    'test/pipeline/operate',
    'test/pipeline/publish',
    'test/pipeline/watch',
  ],
  'shared/pipeline/operate/read-rejects.ts': [
    'test/pipeline/operate/read-rejects.test.ts',
    'test/pipeline/whole-run.test.ts',
  ],
  'shared/pipeline/operate/roll-back.ts': ['test/pipeline/operate/roll-back.test.ts', ...DAYS],
  'shared/pipeline/operate/take-day-manifest.ts': [
    'test/pipeline/publish/day-manifest.test.ts',
    'test/pipeline/start',
  ],
  'shared/pipeline/split/align-ranges.ts': ['test/pipeline/split/cut-short.test.ts', ...FORMS],
  'shared/pipeline/split/chain-geometry.ts': ['test/pipeline/split/chain-ranges.test.ts', ...CHAINS],
  'shared/pipeline/split/chain-ranges.ts': ['test/pipeline/split/chain-ranges.test.ts', ...CHAINS],
  'shared/pipeline/split/claim-file.ts': ['test/pipeline/split/claim-file.test.ts', ...CLAIMS],
  'shared/pipeline/split/control-record-found.ts': ['test/pipeline/split/cut-short.test.ts', ...FORMS],
  'shared/pipeline/split/convert-request.ts': ['test/pipeline/state-inputs.test.ts'],
  'shared/pipeline/split/cut-file.ts': ['test/pipeline/split/cut-short.test.ts', ...FORMS],
  'shared/pipeline/split/cut-short.ts': [
    'test/pipeline/split/cut-short.test.ts',
    'test/pipeline/compressed-files.test.ts',
  ],
  'shared/pipeline/split/date-file.ts': ['test/pipeline/split/date-file.test.ts'],
  'shared/pipeline/split/file-geometry.ts': ['test/pipeline/split/cut-short.test.ts', ...FORMS],
  'shared/pipeline/split/find-control-file.ts': ['test/totals/control-file.test.ts'],
  'shared/pipeline/split/hold-to-tables.ts': [
    'test/pipeline/split/table-owner.test.ts',
    'test/pipeline/schema-changes.test.ts',
  ],
  'shared/pipeline/split/hold-to-terms.ts': [
    'test/pipeline/publish/day-manifest.test.ts',
    'test/pipeline/whole-run.test.ts',
  ],
  'shared/pipeline/split/key-owner.ts': ['test/pipeline/split/claim-file.test.ts', ...CLAIMS],
  'shared/pipeline/split/outside-checksums.ts': ['test/pipeline/split/cut-short.test.ts', ...FORMS],
  'shared/pipeline/split/parents-at-cuts.ts': ['test/pipeline/split/chain-ranges.test.ts', ...CHAINS],
  'shared/pipeline/split/plan-file.ts': ['test/pipeline/split/claim-file.test.ts', ...CLAIMS],
  'shared/pipeline/split/probe-file.ts': ['test/pipeline/split/cut-short.test.ts', ...FORMS],
  'shared/pipeline/split/sample-form.ts': ['test/pipeline/split/cut-short.test.ts', ...FORMS],
  'shared/pipeline/split/split-file.ts': ['test/pipeline/split/claim-file.test.ts', ...CLAIMS],
  'shared/pipeline/split/table-owner.ts': [
    'test/pipeline/split/table-owner.test.ts',
    'test/pipeline/schema-changes.test.ts',
  ],
  'shared/pipeline/split/varying-hint.ts': ['test/pipeline/split/cut-short.test.ts', ...FORMS],
  'shared/pipeline/store/compare-and-swap.ts': ['test/pipeline/store/compare-and-swap.test.ts', ...STORE],
  'shared/pipeline/store/content-claim.ts': ['test/pipeline/store/content-claim.test.ts', ...STORE],
  'shared/pipeline/store/day-ledger.ts': ['test/pipeline/store', ...STORE],
  'shared/pipeline/store/decompress.ts': [
    'test/pipeline/compressed-files.test.ts',
    'test/pipeline/split/cut-short.test.ts',
  ],
  'shared/pipeline/store/decompressed-source.ts': [
    'test/pipeline/compressed-files.test.ts',
    'test/pipeline/split/cut-short.test.ts',
  ],
  'shared/pipeline/store/fit-tables.ts': ['test/pipeline/schema-changes.test.ts'],
  'shared/pipeline/store/in-parallel.ts': ['test/pipeline/store', ...STORE],
  'shared/pipeline/store/json-object.ts': ['test/pipeline/store/json-object.test.ts', ...STORE],
  'shared/pipeline/store/kept-terms.ts': ['test/pipeline/publish', 'test/pipeline/operate'],
  'shared/pipeline/store/layout-of-key.ts': ['test/pipeline/start', 'test/pipeline/state-inputs.test.ts'],
  'shared/pipeline/store/ledger.ts': ['test/pipeline/store/ledger.test.ts', ...STORE],
  'shared/pipeline/store/load-layout.ts': ['test/pipeline/start', 'test/pipeline/state-inputs.test.ts'],
  'shared/pipeline/store/numbered-object.ts': ['test/pipeline/store', ...STORE],
  'shared/pipeline/store/open-source.ts': [
    'test/pipeline/compressed-files.test.ts',
    'test/pipeline/split/cut-short.test.ts',
  ],
  'shared/pipeline/store/table-schemas.ts': ['test/pipeline/schema-changes.test.ts'],
};

/** Mutants that no test can catch, or need not. */
interface Explained {
  file: string;
  /** The code around the change, which is there exactly once. */
  within: string;
  /** Before and after. */
  edits: readonly (readonly [from: string, to: string])[];
  why: string;
}

const ORDER =
  'keys are never the same, and a sort asks only for the sign: another number of the sign, or an answer for equal keys, changes nothing';
const AT_ONCE = 'how many objects are read or copied at once changes nothing but the time';

export const EXPLAINED: readonly Explained[] = [
  {
    file: 'shared/pipeline/publish/apply-commit.ts',
    within: '= 16;',
    edits: [['16', '17']],
    why: AT_ONCE,
  },
  {
    file: 'shared/keys/key-dates.ts',
    within: 'dated.length === 0',
    edits: [['dated.length === 0', 'false']],
    why: 'without dated patterns the search finds nothing either: the condition only saves time',
  },
  {
    file: 'shared/day/expected-files.ts',
    within: '(a.name < b.name ? -1 : 1)',
    edits: [
      ['<', '<='],
      ['1', '2'],
    ],
    why: ORDER,
  },
  {
    file: 'shared/day/day-commit.ts',
    within: '(a < b ? -1 : 1)',
    edits: [
      ['<', '<='],
      ['1', '2'],
    ],
    why: ORDER,
  },
];

/** Why no test can catch the mutant; undefined if one must. */
export function explanationOf({ file, from, to, at = -1 }: Mutant, text: string): string | undefined {
  return EXPLAINED.find(({ within, edits, ...known }) => {
    const start = text.indexOf(within);
    const isThere = known.file === file && start >= 0 && at >= start && at < start + within.length;
    return isThere && edits.some(([before, after]) => before === from && after === to);
  })?.why;
}
