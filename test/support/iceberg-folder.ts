import { createFileCatalog } from '../../local/adapters/catalog-file.ts';
import { boundSpec } from '../../shared/iceberg/bound-spec.ts';
import { readManifest } from '../../shared/iceberg/manifest.ts';
import { readManifestList } from '../../shared/iceberg/manifest-list.ts';
import { tableMetadataShape } from '../../shared/iceberg/table-metadata.ts';
import { fromJsonBytes } from '../../shared/pipeline/store/json-object.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { TestLake } from './run-pipeline.ts';

/** Where the tables of tests are for other programs. */
export const ICEBERG = { root: '/lake/processed/', publishedPrefix: 'processed/' };

/** A lake in memory whose tables other programs are shown. */
export async function lakeWithIceberg(
  now: () => Date = () => new Date('2025-08-13T06:00:00Z'),
): Promise<TestLake> {
  const lake = await TestLake.make();
  lake.ports.clock = { now };
  lake.ports.catalog = createFileCatalog(lake.ports.lake, { iceberg: { ...ICEBERG, now } });
  return lake;
}

/** What other programs see of a table: its metadata, and the files of a snapshot (the current one) with their entries. */
export async function shownTable(
  store: ObjectStore,
  table: string,
  snapshotId?: number,
  root = ICEBERG.root,
) {
  const keyOf = (uri: string) => `processed/${uri.slice(root.length)}`;
  const folder = `processed/${table}/metadata/`;
  const hint = await store.get(`${folder}version-hint.text`);
  if (!hint) return undefined;
  const version = Buffer.from(hint.bytes).toString();
  const key = `${folder}v${version}.metadata.json`;
  const metadata = fromJsonBytes((await store.get(key))!.bytes, key, tableMetadataShape);
  const wanted = snapshotId ?? metadata['current-snapshot-id'];
  const snapshot = metadata.snapshots.find((one) => one['snapshot-id'] === wanted);
  const list = snapshot?.['manifest-list'];
  const manifests = list ? readManifestList((await store.get(keyOf(list)))!.bytes, list) : [];
  const entries = [];
  for (const { manifest_path: path, partition_spec_id: spec } of manifests) {
    const { keys } = boundSpec(metadata, spec)!;
    entries.push(...readManifest((await store.get(keyOf(path)))!.bytes, keys, path));
  }
  const living = entries.filter(({ status }) => status !== 2).map(({ file }) => keyOf(file.path));
  return { version: Number(version), metadata, snapshot, manifests, entries, files: living.sort() };
}
