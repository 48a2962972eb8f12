import { ObjectDamaged } from '../errors.ts';
import { boundSpec } from '../iceberg/bound-spec.ts';
import { manifestsByDay } from '../iceberg/day-manifests.ts';
import type { FieldIds } from '../iceberg/field-ids.ts';
import { EntryStatus } from '../iceberg/manifest.ts';
import type { ManifestFile } from '../iceberg/manifest-list.ts';
import { type PartitionSpec, partitionValues } from '../iceberg/partition-spec.ts';
import { earlierNames, type TableMetadata, tableMetadataShape } from '../iceberg/table-metadata.ts';
import { hiveTypeOf, namedIds } from '../iceberg/table-schema.ts';
import { byName, fits, wholeNumber } from '../json-shape.ts';
import type { CatalogPartition, DayPublication, TableColumns } from '../ports/catalog.ts';
import { entriesOf, manifestsOf, unlessLost } from './stored-manifests.ts';
import { type TablePlace, uriOf } from './table-place.ts';

/** What readers have of a table whose metadata is its catalog. */
export interface TableState {
  /** Of the metadata file, as readers name it. */
  uri: string;
  metadata: TableMetadata;
  /** The manifests of the current snapshot. */
  manifests: ManifestFile[];
}

const COMMITS = byName(wholeNumber);
/** The commits of days that have no file, and therefore no manifest that would say them: JSON, date → number. */
const EMPTY_DAYS = 'positional-lake.commits-of-empty-days';

/** Reads what a metadata file says. Fails with `ObjectDamaged` if it, or the list of its manifests, is gone or cannot be read. */
export async function readTableState(place: TablePlace, table: string, uri: string): Promise<TableState> {
  const metadata = await readTableMetadata(place, uri);
  // That of a table elsewhere says nothing of the files here.
  if (metadata?.location !== uriOf(place, table)) throw lost(uri);
  const current = metadata.snapshots.find((one) => one['snapshot-id'] === metadata['current-snapshot-id']);
  const manifests = current ? await manifestsOf(place, current) : [];
  if (!manifests) throw lost(current?.['manifest-list'] ?? uri);
  return { uri, metadata, manifests };
}

/** Undefined if the file is gone or cannot be read. */
export function readTableMetadata(place: TablePlace, uri: string): Promise<TableMetadata | undefined> {
  return unlessLost(place, uri, (bytes) => parsedMetadata(bytes, uri));
}

function parsedMetadata(bytes: Uint8Array, uri: string): TableMetadata {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (fits(tableMetadataShape, value)) return value;
  } catch {
    // The parser's own error would quote the text.
  }
  throw lost(uri);
}

function lost(where: string): ObjectDamaged {
  return new ObjectDamaged({
    what: 'an object by which readers find the rows of a table is missing or damaged',
    where,
    next: 'Nothing was changed for readers. Let it be written again from the commits: "npx positional-lake repair --lake aws", or send the operator { "action": "adopt" }.',
  });
}

/** The commit of each day that readers have, also of days without files. */
export function shownCommits({ metadata, manifests }: TableState): Map<string, number> {
  const commits = new Map(Object.entries(emptyDays(metadata)));
  for (const [date, { commit }] of manifestsByDay(manifests)) commits.set(date, commit);
  return commits;
}

/** The manifests of each day that has files, by their places: their names have a hash of their bytes, so that other files are other ones. */
export function shownManifests({ manifests }: TableState): Map<string, string> {
  return new Map(
    [...manifestsByDay(manifests)].map(([date, { manifests: own }]) => [
      date,
      own.map((manifest) => manifest.manifest_path).join(' '),
    ]),
  );
}

function emptyDays({ properties }: TableMetadata): Record<string, number> {
  const noted: unknown = JSON.parse(properties[EMPTY_DAYS] ?? '{}');
  return fits(COMMITS, noted) ? noted : {};
}

/**
 * The property that notes the commits of days without files, so that an earlier commit of such a day is not shown afterwards. Nothing comes
 * before a first commit, so most days need none. Undefined if there is nothing to change.
 */
export function notedCommits(
  metadata: TableMetadata | undefined,
  days: readonly Pick<DayPublication, 'businessDate' | 'commit' | 'partitions'>[],
): Record<string, string> | undefined {
  const before = metadata ? emptyDays(metadata) : {};
  const noted = { ...before };
  for (const { businessDate, commit, partitions } of days) {
    const isEmpty = partitions.every(({ files }) => files.length === 0);
    if (isEmpty && commit > 1) noted[businessDate] = commit;
    else delete noted[businessDate];
  }
  const text = JSON.stringify(noted);
  return text === JSON.stringify(before) ? undefined : { [EMPTY_DAYS]: text };
}

/** A column or key of a table, with its Hive type. */
export interface TableField {
  id: number;
  name: string;
  type: string;
}

/** The columns of a table, then its keys. */
export function fieldsOfTable(metadata: TableMetadata): TableField[] {
  const schema = metadata.schemas.find((one) => one['schema-id'] === metadata['current-schema-id']);
  return (schema?.fields ?? []).map(({ id, name, type }) => ({ id, name, type: hiveTypeOf(type) }));
}

/** The columns and the keys of a table, in Hive's types. */
export function columnsOfTable(metadata: TableMetadata): TableColumns {
  const earlier = earlierNames(metadata);
  const fields = fieldsOfTable(metadata).map(({ name, type }) => {
    const formerly = earlier.get(name);
    return { name, type, ...(formerly && { formerly }) };
  });
  const specs = metadata['partition-specs'];
  const sourcesOf = (spec: PartitionSpec | undefined) =>
    spec?.fields.map((field) => field['source-id']) ?? [];
  const keys = sourcesOf(specs.find((spec) => spec['spec-id'] === metadata['default-spec-id']));
  const everKeys = new Set(specs.flatMap(sourcesOf));
  const byId = new Map(fieldsOfTable(metadata).map(({ id }, index) => [id, fields[index]!]));
  return {
    columns: [...byId].flatMap(([id, field]) => {
      if (keys.includes(id)) return [];
      return [{ ...field, ...(everKeys.has(id) && { isPartlyInFolders: true }) }];
    }),
    partitionKeys: keys.flatMap((id) => byId.get(id) ?? []),
  };
}

/** The ids of all schemas that a table had: an id is never given to another name. */
export function idsOfTable({ schemas }: Pick<TableMetadata, 'schemas'>): FieldIds {
  return Object.fromEntries(schemas.flatMap(({ fields }) => namedIds(fields)));
}

/** The partitions of a day that readers have; none if it has no files. Fails with `ObjectDamaged` if its manifest cannot be read. */
export async function partitionsOfDay(
  place: TablePlace,
  { metadata, manifests }: TableState,
  businessDate: string,
): Promise<CatalogPartition[]> {
  const partitions = new Map<string, CatalogPartition>();
  for (const manifest of manifestsByDay(manifests).get(businessDate)?.manifests ?? []) {
    const entries = await entriesOf(place, metadata, manifest);
    const keys = boundSpec(metadata, manifest.partition_spec_id)?.keys;
    if (!entries || !keys) throw lost(manifest.manifest_path);
    for (const { status, file } of entries) {
      if (status === EntryStatus.DELETED) continue;
      const key = file.path.slice(place.root.length);
      const values = partitionValues(keys, file.partition);
      const name = JSON.stringify(values);
      const location = key.slice(0, key.lastIndexOf('/') + 1);
      const known = partitions.get(name) ?? { values, location, files: [] };
      // Files that stood before are in folders of earlier generations.
      partitions.set(name, {
        values,
        location: location > known.location ? location : known.location,
        files: [...known.files, key],
      });
    }
  }
  return [...partitions.values()];
}
