/** Everything that some nights answer, tell and keep: fast, because their lake is in memory. */
const NIGHTS = 'test/pipeline/nights-in-memory.test.ts';
/** Tests of whole nights in a lake: what is loaded, published, taken back and removed. */
const DAYS = [
  NIGHTS,
  'test/day',
  'test/pipeline/publish',
  'test/pipeline/operate',
  'test/pipeline/finalize-refused.test.ts',
  'test/pipeline/failure-paths.test.ts',
];
const STORE = [
  NIGHTS,
  'test/pipeline/store',
  'test/pipeline/operate/roll-back.test.ts',
  'test/pipeline/publish',
];
const TOTALS = ['test/totals', 'test/run', 'test/pipeline/group-totals.test.ts'];
const RUNS = [
  NIGHTS,
  'test/run',
  'test/totals',
  'test/pipeline/publish',
  'test/pipeline/failure-paths.test.ts',
];
const CHAINS = ['test/ranges', 'test/pipeline/split/chain-ranges.test.ts'];
const FORMS = ['test/form', 'test/pipeline/split', 'test/pipeline/blanks-and-binary-bytes.test.ts'];
const CLAIMS = [
  NIGHTS,
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
    'test/run/versions.test.ts',
    NIGHTS,
    'test/pipeline/operate/supplements-of-other-records.test.ts',
    'test/pipeline/operate',
  ],
  'shared/run/rejects-digest.ts': [
    'test/run/judged-in-order.test.ts',
    'test/pipeline/operate/supplements-of-other-records.test.ts',
  ],
  'shared/run/content-digest.ts': ['test/pipeline/store/content-claim.test.ts', ...RUNS],
  'shared/run/stated-figures.ts': [
    'test/run/versions.test.ts',
    'test/pipeline/publish/day-manifest.test.ts',
    ...RUNS,
  ],
  'shared/run/invalid-values.ts': ['test/run/invalid-values.test.ts', 'test/pipeline/short-records.test.ts'],
  'shared/run/ledger-entry.ts': [
    'test/run/versions.test.ts',
    'test/run/ledger-entry.test.ts',
    'test/pipeline/store',
    ...DAYS,
  ],
  'shared/run/loaded-again.ts': [
    'test/run/versions.test.ts',
    'test/pipeline/split/claim-file.test.ts',
    'test/pipeline/split/key-owner.test.ts',
    'test/pipeline/whole-run.test.ts',
  ],
  'shared/run/stage-durations.ts': ['test/run/versions.test.ts', 'test/run/stage-durations.test.ts'],
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
  'shared/catalog/table-change.ts': [
    'test/catalog/table-change.test.ts',
    'test/pipeline/schema-changes.test.ts',
  ],
  'shared/keys/business-date.ts': ['test/keys/dates-of-keys.test.ts', 'test/keys'],
  'shared/keys/key-dates.ts': [
    'test/keys/dates-of-keys.test.ts',
    'test/keys',
    'test/pipeline/split/date-file.test.ts',
  ],
  'shared/pipeline/reconcile/reconcile-file.ts': [
    NIGHTS,
    'test/pipeline/publish/day-manifest.test.ts',
    'test/pipeline/failure-paths.test.ts',
    'test/pipeline/store/content-claim.test.ts',
    'test/pipeline/operate/supplements.test.ts',
    'test/pipeline/whole-run.test.ts',
  ],
  'shared/pipeline/reconcile/supplement-refusal.ts': [
    NIGHTS,
    'test/pipeline/operate/supplements-of-other-records.test.ts',
    'test/pipeline/operate',
  ],
  'shared/pipeline/reconcile/merge-specs.ts': [
    NIGHTS,
    'test/pipeline/publish/publish-day.test.ts',
    'test/pipeline/whole-run.test.ts',
    'test/pipeline/record-types.test.ts',
  ],
  'shared/pipeline/publish/apply-commit.ts': ['test/pipeline/publish/apply-commit.test.ts', ...DAYS],
  'shared/pipeline/publish/publish-day.ts': [
    'test/pipeline/publish/unsettled-in-memory.test.ts',
    'test/pipeline/publish/publish-day.test.ts',
    ...DAYS,
  ],
  'shared/pipeline/publish/settle-rollback.ts': [
    'test/pipeline/publish/unsettled-in-memory.test.ts',
    'test/pipeline/operate/settled-rollback.test.ts',
    'test/pipeline/operate/roll-back.test.ts',
    ...DAYS,
  ],
  'shared/pipeline/publish/catch-up-catalog.ts': [
    NIGHTS,
    'test/pipeline/publish/catch-up-catalog.test.ts',
    'test/pipeline/publish',
    'test/pipeline/watch',
  ],
  'shared/pipeline/publish/day-row.ts': [NIGHTS, 'test/pipeline/publish', 'test/pipeline/operate'],
  'shared/pipeline/publish/day-tables.ts': [
    NIGHTS,
    'test/pipeline/publish',
    'test/pipeline/schema-changes.test.ts',
  ],
  'shared/pipeline/finalize/finalize-file.ts': [
    'test/pipeline/finalize-told.test.ts',
    'test/pipeline/finalize-refused.test.ts',
    ...DAYS,
    'test/pipeline/whole-run.test.ts',
  ],
  'shared/pipeline/merge/merge-partition.ts': [
    NIGHTS,
    'test/pipeline/merge',
    'test/pipeline/publish/publish-day.test.ts',
    'test/pipeline/whole-run.test.ts',
    'test/pipeline/compression.test.ts',
  ],
  'shared/pipeline/operate/clean-lake.ts': [
    'test/pipeline/operate/clean-ages.test.ts',
    'test/pipeline/operate/clean-lake.test.ts',
    ...DAYS,
  ],
  'shared/pipeline/operate/day-status.ts': [
    NIGHTS,
    'test/pipeline/operate',
    'test/pipeline/publish',
    'test/pipeline/watch',
  ],
  'shared/pipeline/operate/read-rejects.ts': [
    NIGHTS,
    'test/pipeline/operate/rejects-of-versions.test.ts',
    'test/pipeline/operate/read-rejects.test.ts',
    'test/pipeline/whole-run.test.ts',
  ],
  'shared/pipeline/operate/roll-back.ts': ['test/pipeline/operate/roll-back.test.ts', ...DAYS],
  'shared/pipeline/operate/take-day-manifest.ts': [
    NIGHTS,
    'test/pipeline/publish/day-manifest.test.ts',
    'test/pipeline/start',
  ],
  'shared/pipeline/split/align-ranges.ts': [
    'test/pipeline/split/align-ranges.test.ts',
    'test/pipeline/split/ranges-of-lines.test.ts',
    'test/pipeline/record-types.test.ts',
    'test/pipeline/ranges-within-groups.test.ts',
    'test/pipeline/split/cut-short.test.ts',
    ...FORMS,
  ],
  'shared/pipeline/split/chain-geometry.ts': [
    'test/pipeline/split/chain-geometry.test.ts',
    'test/pipeline/split/chain-ranges.test.ts',
    ...CHAINS,
  ],
  'shared/pipeline/split/chain-ranges.ts': ['test/pipeline/split/chain-ranges.test.ts', ...CHAINS],
  'shared/pipeline/split/claim-file.ts': [
    'test/pipeline/split/claims-in-memory.test.ts',
    'test/pipeline/split/claim-file.test.ts',
    ...CLAIMS,
  ],
  'shared/pipeline/split/control-record-found.ts': [
    'test/pipeline/split/file-geometry.test.ts',
    'test/pipeline/physical-forms.test.ts',
    'test/pipeline/split/cut-short.test.ts',
    ...FORMS,
  ],
  'shared/pipeline/split/convert-request.ts': [
    NIGHTS,
    'test/pipeline/split/convert-request.test.ts',
    'test/pipeline/state-inputs.test.ts',
  ],
  'shared/pipeline/split/cut-file.ts': [NIGHTS, 'test/pipeline/split/cut-short.test.ts', ...FORMS],
  'shared/pipeline/split/cut-short.ts': [
    'test/pipeline/split/file-geometry.test.ts',
    'test/pipeline/split/cut-short.test.ts',
    'test/pipeline/compressed-files.test.ts',
  ],
  'shared/pipeline/split/date-file.ts': [NIGHTS, 'test/pipeline/split/date-file.test.ts'],
  'shared/pipeline/split/file-geometry.ts': [
    'test/pipeline/split/file-geometry.test.ts',
    'test/pipeline/split/ranges-of-lines.test.ts',
    'test/pipeline/physical-forms.test.ts',
    'test/pipeline/split/cut-short.test.ts',
    ...FORMS,
  ],
  'shared/pipeline/split/find-control-file.ts': [
    'test/pipeline/split/find-control-file.test.ts',
    NIGHTS,
    'test/totals/control-file.test.ts',
  ],
  'shared/pipeline/split/hold-to-tables.ts': [
    NIGHTS,
    'test/pipeline/store/table-owner.test.ts',
    'test/pipeline/schema-changes.test.ts',
  ],
  'shared/pipeline/split/hold-to-terms.ts': [
    NIGHTS,
    'test/pipeline/publish/day-manifest.test.ts',
    'test/pipeline/whole-run.test.ts',
  ],
  'shared/pipeline/split/key-owner.ts': ['test/pipeline/split/claim-file.test.ts', ...CLAIMS],
  'shared/pipeline/split/outside-checksums.ts': ['test/pipeline/split/cut-short.test.ts', ...FORMS],
  'shared/pipeline/split/parents-at-cuts.ts': [
    'test/pipeline/split/align-ranges.test.ts',
    'test/pipeline/record-types.test.ts',
    'test/pipeline/ranges-within-groups.test.ts',
    'test/pipeline/split/chain-ranges.test.ts',
    ...CHAINS,
  ],
  'shared/pipeline/split/plan-file.ts': [
    'test/pipeline/split/claims-in-memory.test.ts',
    'test/pipeline/split/claim-file.test.ts',
    ...CLAIMS,
  ],
  'shared/pipeline/split/probe-file.ts': [
    NIGHTS,
    'test/pipeline/physical-forms.test.ts',
    'test/pipeline/split/cut-short.test.ts',
    ...FORMS,
  ],
  'shared/pipeline/split/sample-form.ts': [
    NIGHTS,
    'test/pipeline/physical-forms.test.ts',
    'test/pipeline/split/cut-short.test.ts',
    ...FORMS,
  ],
  'shared/pipeline/split/split-file.ts': [
    'test/pipeline/split/claims-in-memory.test.ts',
    'test/pipeline/split/claim-file.test.ts',
    ...CLAIMS,
  ],
  'shared/pipeline/store/table-owner.ts': [
    NIGHTS,
    'test/pipeline/store/table-owner.test.ts',
    'test/pipeline/schema-changes.test.ts',
  ],
  'shared/pipeline/split/varying-hint.ts': ['test/pipeline/split/cut-short.test.ts', ...FORMS],
  'shared/pipeline/store/compare-and-swap.ts': [
    'test/pipeline/store/in-parallel.test.ts',
    'test/pipeline/store/compare-and-swap.test.ts',
    ...STORE,
  ],
  'shared/pipeline/store/content-claim.ts': [
    'test/pipeline/store/forced-content.test.ts',
    'test/pipeline/store/content-claim.test.ts',
    ...STORE,
  ],
  'shared/pipeline/store/day-ledger.ts': ['test/pipeline/store/day-ledger.test.ts', ...STORE],
  'shared/pipeline/store/decompress.ts': [
    'test/pipeline/store/decompressed-source.test.ts',
    'test/compression',
    'test/pipeline/compressed-files.test.ts',
    'test/pipeline/split/cut-short.test.ts',
  ],
  'shared/pipeline/store/decompressed-source.ts': [
    'test/pipeline/store/decompressed-source.test.ts',
    'test/compression',
    'test/pipeline/compressed-files.test.ts',
    'test/pipeline/split/cut-short.test.ts',
  ],
  'shared/pipeline/store/fit-tables.ts': [NIGHTS, 'test/pipeline/schema-changes.test.ts'],
  'shared/pipeline/store/in-parallel.ts': [
    'test/pipeline/store/in-parallel.test.ts',
    'test/pipeline/store',
    ...STORE,
  ],
  'shared/pipeline/store/json-object.ts': ['test/pipeline/store/json-object.test.ts', ...STORE],
  'shared/pipeline/store/kept-terms.ts': [NIGHTS, 'test/pipeline/publish', 'test/pipeline/operate'],
  'shared/pipeline/store/layout-of-key.ts': [
    NIGHTS,
    'test/pipeline/start',
    'test/pipeline/state-inputs.test.ts',
  ],
  'shared/pipeline/store/ledger.ts': [
    'test/pipeline/store/in-parallel.test.ts',
    'test/pipeline/store/ledger.test.ts',
    ...STORE,
  ],
  'shared/pipeline/store/load-layout.ts': [
    NIGHTS,
    'test/pipeline/start',
    'test/pipeline/state-inputs.test.ts',
  ],
  'shared/pipeline/store/numbered-object.ts': ['test/pipeline/store/numbered-object.test.ts', ...STORE],
  'shared/pipeline/store/open-source.ts': [
    'test/pipeline/store/decompressed-source.test.ts',
    NIGHTS,
    'test/compression',
    'test/pipeline/compressed-files.test.ts',
    'test/pipeline/split/cut-short.test.ts',
  ],
  'shared/pipeline/store/table-schemas.ts': [NIGHTS, 'test/pipeline/schema-changes.test.ts'],
};
