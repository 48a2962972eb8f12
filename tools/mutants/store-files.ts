import { NIGHTS } from './room-tests.ts';

/** The files that read and write the documents of a lake, and the tests of each: most of them in memory, so that all are tried in minutes. */
export const DECIDING_STORE: Record<string, readonly string[]> = {
  'shared/pipeline/store/compare-and-swap.ts': [
    'test/pipeline/store/compare-and-swap.test.ts',
    'test/pipeline/store/in-parallel.test.ts',
  ],
  'shared/pipeline/store/content-claim.ts': [
    'test/pipeline/store/forced-content.test.ts',
    'test/pipeline/store/content-holder.test.ts',
    'test/pipeline/store/content-claim.test.ts',
  ],
  'shared/pipeline/store/day-holds.ts': [
    'test/pipeline/store/day-holds.test.ts',
    'test/pipeline/operate/day-holds.test.ts',
  ],
  'shared/pipeline/store/day-ledger.ts': [
    'test/pipeline/store/day-ledger.test.ts',
    'test/pipeline/store/numbered-object.test.ts',
  ],
  'shared/pipeline/store/decompress.ts': [
    'test/pipeline/store/decompress.test.ts',
    'test/pipeline/store/decompressed-source.test.ts',
    'test/compression/zip-files.test.ts',
  ],
  'shared/pipeline/store/decompressed-source.ts': [
    'test/pipeline/store/decompressed-source.test.ts',
    'test/pipeline/store/decompress.test.ts',
  ],
  'shared/pipeline/store/field-ids.ts': ['test/pipeline/field-ids.test.ts'],
  'shared/pipeline/store/fit-tables.ts': ['test/pipeline/store/fit-tables.test.ts'],
  'shared/pipeline/store/in-parallel.ts': ['test/pipeline/store/in-parallel.test.ts'],
  'shared/pipeline/store/json-depth.ts': [
    'test/pipeline/store/json-object.test.ts',
    'test/pipeline/deep-json.test.ts',
  ],
  'shared/pipeline/store/json-object.ts': [
    'test/pipeline/store/json-object.test.ts',
    'test/pipeline/store/sealed-json.test.ts',
  ],
  'shared/pipeline/store/kept-terms.ts': [
    'test/pipeline/store/kept-terms.test.ts',
    'test/pipeline/split/recorded-terms.test.ts',
  ],
  'shared/pipeline/store/layout-commits.ts': ['test/pipeline/store/layout-commits.test.ts'],
  'shared/pipeline/store/layout-of-key.ts': ['test/pipeline/store/layout-of-key.test.ts'],
  'shared/pipeline/store/ledger.ts': [
    'test/pipeline/store/in-parallel.test.ts',
    'test/pipeline/store/ledger-in-memory.test.ts',
    'test/pipeline/store/ledger.test.ts',
  ],
  'shared/pipeline/store/load-layout.ts': ['test/pipeline/store/load-layout.test.ts'],
  'shared/pipeline/store/numbered-object.ts': [
    'test/pipeline/store/readable-numbers.test.ts',
    'test/pipeline/store/numbered-object.test.ts',
  ],
  'shared/pipeline/store/open-source.ts': [
    'test/pipeline/store/open-source.test.ts',
    'test/pipeline/store/decompressed-source.test.ts',
  ],
  'shared/pipeline/store/restored-entry.ts': ['test/pipeline/store/restored-entry.test.ts'],
  'shared/pipeline/store/restored-owners.ts': ['test/pipeline/store/restored-owners.test.ts'],
  'shared/pipeline/store/sealed-json.ts': ['test/pipeline/store/sealed-json.test.ts'],
  'shared/pipeline/store/seekable-source.ts': [
    'test/pipeline/store/seekable-frames.test.ts',
    'test/pipeline/store/seekable-source.test.ts',
  ],
  'shared/pipeline/store/settle-rollback.ts': [
    'test/pipeline/store/settle-rollback.test.ts',
    'test/pipeline/publish/unsettled-in-memory.test.ts',
    'test/pipeline/operate/settled-rollback.test.ts',
  ],
  'shared/pipeline/store/supplement-notes.ts': ['test/pipeline/store/supplement-notes.test.ts'],
  'shared/pipeline/store/table-owner.ts': [
    'test/pipeline/store/table-owner-in-memory.test.ts',
    'test/pipeline/store/table-owner.test.ts',
  ],
  'shared/pipeline/store/table-schemas.ts': [NIGHTS, 'test/pipeline/schema-changes.test.ts'],
  'shared/pipeline/store/written-together.ts': ['test/pipeline/store/written-together.test.ts'],
};
