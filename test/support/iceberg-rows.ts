import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { readManifest } from '../../shared/iceberg/manifest.ts';
import { readManifestList } from '../../shared/iceberg/manifest-list.ts';
import type { TableMetadata } from '../../shared/iceberg/table-metadata.ts';
import { hiveTypeOf } from '../../shared/iceberg/table-schema.ts';
import { ZSTD_PAGES } from '../../tools/zstd-pages.ts';

type Row = Record<string, unknown>;

/**
 * The rows of a snapshot as the specification says they are to be read ("Column Projection"), with the files decoded by hyparquet: a field
 * is the column of the file that has its id, else the value of the identity partition tuple, else null. `bytesOf` reads a file of the table.
 */
export async function icebergRows(
  metadata: TableMetadata,
  bytesOf: (uri: string) => Promise<Uint8Array>,
  snapshotId = metadata['current-snapshot-id'],
): Promise<Row[]> {
  const snapshot = metadata.snapshots.find((one) => one['snapshot-id'] === snapshotId);
  if (!snapshot) return [];
  const list = snapshot['manifest-list'];
  const { fields = [] } =
    metadata.schemas.find((schema) => schema['schema-id'] === metadata['current-schema-id']) ?? {};
  const rows: Row[] = [];
  for (const { manifest_path: path, partition_spec_id: id } of readManifestList(await bytesOf(list), list)) {
    const spec = metadata['partition-specs'].find((one) => one['spec-id'] === id);
    if (!spec) throw new Error(`${path} has the spec ${id}, which the table has not`);
    const keys = spec.fields.map((field) => {
      const source = fields.find((one) => one.id === field['source-id'])!;
      return {
        fieldId: field['field-id'],
        name: field.name,
        type: hiveTypeOf(source.type),
        source: source.id,
      };
    });
    for (const { status, file } of readManifest(await bytesOf(path), keys, path)) {
      if (status === 2) continue;
      const bytes = Uint8Array.from(await bytesOf(file.path)).buffer;
      const stored = new Map(
        parquetMetadata(bytes).schema.flatMap(({ field_id: fieldId, name }) =>
          fieldId === undefined ? [] : [[fieldId, name] as const],
        ),
      );
      for (const row of await parquetReadObjects({ file: bytes, compressors: ZSTD_PAGES })) {
        rows.push(
          Object.fromEntries(
            fields.map(({ id, name }) => {
              const key = keys.find(({ source }) => source === id);
              const column = stored.get(id);
              return [name, (column !== undefined ? row[column] : key && file.partition[key.name]) ?? null];
            }),
          ),
        );
      }
    }
  }
  return rows;
}
