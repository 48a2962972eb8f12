import { GetTableCommand, type GlueClient } from '@aws-sdk/client-glue';
import { boundSpec } from '../../shared/iceberg/bound-spec.ts';
import { readManifest } from '../../shared/iceberg/manifest.ts';
import { readManifestList } from '../../shared/iceberg/manifest-list.ts';
import { type TableMetadata, tableMetadataShape } from '../../shared/iceberg/table-metadata.ts';
import { fits } from '../../shared/json-shape.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';

/** What a reader sees who begins at the pointer in Glue, with nothing of ours but the parsers. */
export async function seenThroughGlue(
  { client, store, bucket }: { client: GlueClient; store: Pick<ObjectStore, 'get'>; bucket: string },
  database: string,
  table: string,
) {
  const { Table } = await client.send(new GetTableCommand({ DatabaseName: database, Name: table }));
  const location = Table?.Parameters?.metadata_location;
  if (!location) return undefined;
  const bytesOf = async (uri: string) => {
    if (!uri.startsWith(`s3://${bucket}/`)) throw new Error(`${uri} is in no bucket of ours`);
    const stored = await store.get(uri.slice(`s3://${bucket}/`.length));
    if (!stored) throw new Error(`${uri} is missing`);
    return stored.bytes;
  };
  const metadata: TableMetadata = JSON.parse(Buffer.from(await bytesOf(location)).toString());
  if (!fits(tableMetadataShape, metadata)) throw new Error(`${location} is no metadata`);
  const snapshot = metadata.snapshots.find((one) => one['snapshot-id'] === metadata['current-snapshot-id']);
  const list = snapshot?.['manifest-list'];
  const manifests = list ? readManifestList(await bytesOf(list), list) : [];
  const files: string[] = [];
  for (const { manifest_path: path, partition_spec_id: spec } of manifests) {
    for (const { status, file } of readManifest(await bytesOf(path), boundSpec(metadata, spec)!.keys, path))
      if (status !== 2) files.push(file.path.slice(`s3://${bucket}/`.length));
  }
  return { table: Table, metadata, snapshot, manifests, files: files.sort() };
}
