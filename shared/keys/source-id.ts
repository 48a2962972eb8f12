import { createHash } from 'node:crypto';

/** File name without extension, `-`, 8 hex digits of the key's hash: readable, and different for each key. */
export function sourceIdOf(sourceKey: string): string {
  return `${stemOfSource(sourceKey)}-${hex(sourceKey, 8)}`;
}

/** The readable part of a source's id: files of one name have the same, whatever their folder. */
export function stemOfSource(sourceKey: string): string {
  const name = sourceKey.slice(sourceKey.lastIndexOf('/') + 1);
  const stem = name.replace(/\.[^.]*$/, '').replace(/[^A-Za-z0-9._-]/g, '_') || 'file';
  return stem.slice(0, 80);
}

/** 20 hex digits, for everything that decides what a run writes and how it is judged. */
export function runIdOf(decided: object): string {
  return hex(JSON.stringify(decided), 20);
}

/** What named a run in versions up to 0.1. */
interface EarlierRunIdentity {
  dataset: string;
  sourceKey: string;
  version: string;
  layoutFingerprint: string;
  softwareVersion: string;
  /** First byte of each planned range, and the byte after its last. */
  ranges: [number, number][];
  attempt: number;
}

export function earlierRunIdOf(identity: EarlierRunIdentity): string {
  const { dataset, sourceKey, version, layoutFingerprint, softwareVersion, ranges, attempt } = identity;
  return runIdOf([dataset, sourceKey, version, layoutFingerprint, softwareVersion, ranges, attempt]);
}

/** Short name of an execution, for the key of the note that says which ledger entry it works on. */
export function executionIdOf(execution: string): string {
  return hex(execution, 20);
}

function hex(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}
