import { createHash } from 'node:crypto';

/** File name without extension, `-`, 8 hex digits of the key's hash: readable, and different for each key. */
export function sourceIdOf(sourceKey: string): string {
  const name = sourceKey.slice(sourceKey.lastIndexOf('/') + 1);
  const stem = name.replace(/\.[^.]*$/, '').replace(/[^A-Za-z0-9._-]/g, '_') || 'file';
  return `${stem.slice(0, 80)}-${hex(sourceKey, 8)}`;
}

/** What identifies a run: a conversion with the same identity writes to the same keys. */
export interface RunIdentity {
  dataset: string;
  sourceKey: string;
  version: string;
  layoutFingerprint: string;
  softwareVersion: string;
  /** The planned ranges. */
  ranges: { startByte: number; endByte: number }[];
  /** Raised by a forced conversion. */
  attempt: number;
}

/** 20 hex digits. */
export function runIdOf(identity: RunIdentity): string {
  const { dataset, sourceKey, version, layoutFingerprint, softwareVersion, ranges, attempt } = identity;
  const plan = ranges.map(({ startByte, endByte }) => [startByte, endByte]);
  return hex(
    JSON.stringify([dataset, sourceKey, version, layoutFingerprint, softwareVersion, plan, attempt]),
    20,
  );
}

/** Short name of an execution, for the key of the note that says which ledger entry it works on. */
export function executionIdOf(execution: string): string {
  return hex(execution, 20);
}

function hex(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}
