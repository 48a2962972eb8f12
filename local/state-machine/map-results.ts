import type { ObjectStore } from '../../shared/ports/object-store.ts';
import type { JsonValue } from './definition.ts';

/** One child of a Distributed Map, for the result files. */
export interface ChildResult {
  executionId: string;
  name: string;
  stateMachineId: string;
  input: JsonValue;
  startDate?: string;
  stopDate?: string;
  outcome:
    | { status: 'SUCCEEDED'; output: JsonValue }
    | { status: 'FAILED' | 'ABORTED'; error: Error }
    | { status: 'PENDING' };
}

/** A child as ResultWriter describes it: input and output are JSON inside a string. */
export function describeChild(child: ChildResult): JsonValue {
  const { outcome } = child;
  return {
    ExecutionArn: child.executionId,
    Input: JSON.stringify(child.input),
    InputDetails: { Included: true },
    Name: child.name,
    ...(outcome.status === 'SUCCEEDED' && { Output: JSON.stringify(outcome.output) }),
    OutputDetails: { Included: outcome.status === 'SUCCEEDED' },
    ...(outcome.status === 'FAILED' && { Error: outcome.error.name, Cause: outcome.error.message }),
    RedriveCount: 0,
    ...(child.startDate && { StartDate: child.startDate }),
    StateMachineArn: child.stateMachineId,
    Status: outcome.status,
    ...(child.stopDate && { StopDate: child.stopDate }),
  };
}

interface ResultLocation {
  bucket: string;
  prefix: string;
  /** Folder below the prefix: a new id for each map run on AWS, the map's label here, so that a rerun replaces it. */
  mapRunId: string;
  mapRunArn: string;
}

/**
 * Writes the files of ResultWriter: `<prefix>/<mapRunId>/SUCCEEDED_0.json` and the like, then `manifest.json`, which
 * lists them. Failed and aborted children are in FAILED, those that never started in PENDING; a file without children
 * is not written. Answers with the output of the map state.
 *
 * AWS starts further files (`_1`, …) at 5 GB; here there is one of each.
 */
export async function writeResults(
  children: ChildResult[],
  location: ResultLocation,
  store: Pick<ObjectStore, 'put'>,
): Promise<JsonValue> {
  const folder = [location.prefix.replace(/\/+$/, ''), location.mapRunId].filter(Boolean).join('/');
  const files: Record<ResultFile, JsonValue[]> = {
    FAILED: [],
    PENDING: [],
    SUCCEEDED: [],
  };
  for (const kind of ['SUCCEEDED', 'FAILED', 'PENDING'] as const) {
    const described = children.filter((child) => fileOf(child) === kind).map(describeChild);
    if (described.length === 0) continue;
    const key = `${folder}/${kind}_0.json`;
    const bytes = jsonBytes(described);
    await store.put(key, bytes);
    files[kind].push({ Key: key, Size: bytes.length });
  }
  const manifestKey = `${folder}/manifest.json`;
  const manifest = {
    DestinationBucket: location.bucket,
    MapRunArn: location.mapRunArn,
    ResultFiles: files,
  };
  await store.put(manifestKey, jsonBytes(manifest));
  return {
    MapRunArn: location.mapRunArn,
    ResultWriterDetails: { Bucket: location.bucket, Key: manifestKey },
  };
}

type ResultFile = 'FAILED' | 'PENDING' | 'SUCCEEDED';

function fileOf({ outcome }: ChildResult): ResultFile {
  return outcome.status === 'ABORTED' ? 'FAILED' : outcome.status;
}

function jsonBytes(value: JsonValue): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
