import { NIGHTS } from './room-tests.ts';

const METADATA = [
  'test/catalog/metadata-catalog.test.ts',
  'test/catalog/restored-table.test.ts',
  'test/catalog/table-files.test.ts',
  'test/catalog/retired-metadata.test.ts',
];
const FOLDER = [...METADATA, 'test/local/iceberg-folder.test.ts'];

const FORMAT = [
  'test/iceberg/table-metadata.test.ts',
  'test/iceberg/day-manifests.test.ts',
  ...METADATA,
  'test/iceberg',
];

/** The files that decide what readers see of a table, and what is removed of its metadata, and the tests of each. */
export const DECIDING_CATALOG: Record<string, readonly string[]> = {
  'shared/catalog/day-entries.ts': FOLDER,
  'shared/catalog/iceberg-table.ts': FOLDER,
  'shared/catalog/lost-metadata.ts': METADATA,
  'shared/catalog/metadata-catalog.ts': METADATA,
  'shared/catalog/metadata-file.ts': METADATA,
  'shared/catalog/remembered-store.ts': ['test/catalog/remembered-store.test.ts'],
  'shared/catalog/retired-metadata.ts': METADATA,
  'shared/catalog/retired-snapshots.ts': METADATA,
  'shared/catalog/table-change.ts': [
    'test/catalog/table-change.test.ts',
    'test/pipeline/schema-changes.test.ts',
  ],
  'shared/catalog/table-differences.ts': METADATA,
  'shared/catalog/table-state.ts': FOLDER,
  'shared/catalog/table-with-days.ts': FOLDER,
  'shared/iceberg/bound-spec.ts': FORMAT,
  'shared/iceberg/day-manifests.ts': FORMAT,
  'shared/iceberg/field-ids.ts': FORMAT,
  'shared/iceberg/snapshot.ts': FORMAT,
  'shared/iceberg/table-metadata.ts': FORMAT,
  'shared/pipeline/finalize/loaded-version.ts': [
    'test/pipeline/finalize-in-memory.test.ts',
    NIGHTS,
    'test/pipeline/whole-run.test.ts',
  ],
};
