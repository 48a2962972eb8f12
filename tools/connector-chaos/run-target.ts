import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { createFolderTarget } from '../../local/connector/folder-target.ts';
import { createS3TransferTarget } from '../../shared/aws/s3-transfer-target.ts';
import type { TransferTarget } from '../../shared/ports/transfer-target.ts';
import { openedBucket } from '../../test/support/strict-s3/opened-bucket.ts';
import type { StrictS3 } from '../../test/support/strict-s3/server.ts';

/** An object that became visible. */
export interface SeenObject {
  key: string;
  bytes: Buffer;
}

/** The target of a run, and what can be seen of it from outside. */
export interface RunTarget {
  target: TransferTarget;
  s3: StrictS3 | undefined;
  /** Tells of each object that became visible since the last call, in order. */
  appeared(): Promise<SeenObject[]>;
  close(): Promise<void>;
}

const BUCKET = 'raw';

/** The strict double of S3, over HTTP, through the SDK. */
export async function bucketTarget(leastPartBytes: number): Promise<RunTarget> {
  const { s3, client, close } = await openedBucket(BUCKET, { leastPartBytes, partsPerPage: 3 });
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await client.send(new PutBucketVersioningCommand({ Bucket: BUCKET, VersioningConfiguration }));
  let seen: SeenObject[] = [];
  s3.onPut = (_bucket, key, bytes) => seen.push({ key, bytes });
  return {
    target: createS3TransferTarget({ client, bucket: BUCKET }),
    s3,
    appeared: async () => {
      const now = seen;
      seen = [];
      return now;
    },
    close,
  };
}

/** Where files, day manifests and the journal appear. */
const FOLDERS = ['', 'year=2025/month=08/day=12/', '_connector/connector/journal/date=2025-08-12/'];

/** The files of a folder that are not the ones that are known by their identity. */
function newIn(rootDir: string, folder: string, known: Map<string, string>): SeenObject[] {
  const path = join(rootDir, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path).flatMap((name) => {
    const key = `${folder}${name}`;
    const stats = statSync(join(rootDir, key), { bigint: true, throwIfNoEntry: false });
    const identity = `${stats?.ino}-${stats?.mtimeNs}`;
    if (!stats?.isFile() || known.get(key) === identity) return [];
    known.set(key, identity);
    return { key, bytes: readFileSync(join(rootDir, key)) };
  });
}

/** A folder in place of the bucket. */
export async function folderTarget(): Promise<RunTarget> {
  const rootDir = await mkdtemp(join(tmpdir(), 'connector-chaos-'));
  const known = new Map<string, string>();
  return {
    target: createFolderTarget({ rootDir, sync: false }),
    s3: undefined,
    async appeared() {
      const found = FOLDERS.flatMap((folder) => newIn(rootDir, folder, known));
      const manifests = found.filter(({ key }) => key.endsWith('.ctl'));
      // A manifest is judged after the files that it names, which may have been listed before they were there.
      const later = manifests.length > 0 ? FOLDERS.flatMap((folder) => newIn(rootDir, folder, known)) : [];
      return [...found.filter(({ key }) => !key.endsWith('.ctl')), ...later, ...manifests];
    },
    // Calls of processes that were killed may still be under way.
    close: () => rm(rootDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 }),
  };
}
