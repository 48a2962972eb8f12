import { CHAINS, CLAIMS, FORMS, NIGHTS } from './room-tests.ts';
import { DECIDING_STORE } from './store-files.ts';

const PARSED = [
  'test/pipeline/parse/parts-of-a-range.test.ts',
  'test/pipeline/parse/closing-parts.test.ts',
  NIGHTS,
  'test/pipeline/record-types.test.ts',
];

/** The use cases up to the ledger that decide, and the tests of each. */
export const DECIDING_USE_CASES: Record<string, readonly string[]> = {
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
  'shared/pipeline/split/chain-ranges.ts': [
    'test/pipeline/split/chain-reads.test.ts',
    'test/pipeline/split/chain-ranges.test.ts',
    ...CHAINS,
  ],
  'shared/pipeline/split/claim-file.ts': [
    'test/pipeline/split/known-content.test.ts',
    'test/pipeline/publish/unsettled-in-memory.test.ts',
    'test/pipeline/split/claims-in-memory.test.ts',
    'test/pipeline/split/claim-file.test.ts',
    'test/pipeline/watch/given-up-steps.test.ts',
    ...CLAIMS,
  ],
  'shared/pipeline/split/control-record-found.ts': [
    'test/pipeline/split/control-record-found.test.ts',
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
  'shared/pipeline/split/cut-file.ts': [
    'test/pipeline/split/cut-file.test.ts',
    NIGHTS,
    'test/pipeline/split/cut-short.test.ts',
    ...FORMS,
  ],
  'shared/pipeline/split/cut-short.ts': [
    'test/pipeline/split/cut-short-lines.test.ts',
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
    'test/pipeline/split/split-in-memory.test.ts',
    NIGHTS,
    'test/pipeline/store/table-owner.test.ts',
    'test/pipeline/schema-changes.test.ts',
  ],
  'shared/pipeline/split/hold-to-terms.ts': [
    'test/pipeline/split/recorded-terms.test.ts',
    NIGHTS,
    'test/pipeline/publish/day-manifest.test.ts',
    'test/pipeline/whole-run.test.ts',
  ],
  'shared/pipeline/split/key-owner.ts': [
    'test/pipeline/split/known-content.test.ts',
    'test/pipeline/split/claim-file.test.ts',
    ...CLAIMS,
  ],
  'shared/pipeline/split/outside-checksums.ts': [
    'test/pipeline/split/outside-checksums.test.ts',
    'test/pipeline/split/cut-short.test.ts',
    ...FORMS,
  ],
  'shared/pipeline/split/parents-at-cuts.ts': [
    'test/pipeline/split/parents-at-cuts.test.ts',
    'test/pipeline/split/align-ranges.test.ts',
    'test/pipeline/record-types.test.ts',
    'test/pipeline/ranges-within-groups.test.ts',
    'test/pipeline/split/chain-ranges.test.ts',
    ...CHAINS,
  ],
  'shared/pipeline/split/plan-file.ts': [
    'test/pipeline/split/recorded-plan.test.ts',
    'test/pipeline/split/claims-in-memory.test.ts',
    'test/pipeline/split/claim-file.test.ts',
    ...CLAIMS,
  ],
  'shared/pipeline/split/probe-file.ts': [
    'test/pipeline/split/sample-form.test.ts',
    NIGHTS,
    'test/pipeline/physical-forms.test.ts',
    'test/pipeline/split/cut-short.test.ts',
    ...FORMS,
  ],
  'shared/pipeline/split/range-size.ts': ['test/pipeline/split/range-size.test.ts'],
  'shared/pipeline/split/sample-form.ts': [
    'test/pipeline/split/sample-form.test.ts',
    NIGHTS,
    'test/pipeline/physical-forms.test.ts',
    'test/pipeline/split/cut-short.test.ts',
    ...FORMS,
  ],
  'shared/pipeline/split/split-file.ts': [
    'test/pipeline/split/split-in-memory.test.ts',
    'test/pipeline/split/recorded-plan.test.ts',
    'test/pipeline/publish/unsettled-in-memory.test.ts',
    'test/pipeline/split/claims-in-memory.test.ts',
    'test/pipeline/split/claim-file.test.ts',
    ...CLAIMS,
  ],
  'shared/pipeline/split/varying-hint.ts': [
    'test/pipeline/split/varying-hint.test.ts',
    'test/pipeline/split/cut-short.test.ts',
    ...FORMS,
  ],
  'shared/pipeline/parse/closing-parts.ts': PARSED,
  'shared/pipeline/parse/dataset-parts.ts': PARSED,
  'shared/pipeline/parse/part-writer.ts': PARSED,
  ...DECIDING_STORE,
};
