import { either, nullable, objectOf, optional, text, wholeNumber } from '../json-shape.ts';
import { failedBeforeEntryShape } from './ended-executions.ts';
import type { FailureCause } from './failure-cause.ts';
import { supplementedRunShape } from './file-plan.ts';
import { advanced, type LedgerEntry } from './ledger-entry.ts';

/** What an execution is about to claim: enough for an entry, should it fail before it has one. */
type FileToClaim = Pick<
  LedgerEntry,
  | 'dataset'
  | 'sourceId'
  | 'sourceKey'
  | 'businessDate'
  | 'origin'
  | 'version'
  | 'inputBytes'
  | 'layout'
  | 'softwareVersion'
  | 'supplementOf'
>;

/** Names the ledger entry that an execution works on: `runs/executions/<executionId>.json`. */
export interface ExecutionPointer {
  ledgerKey: string;
  at?: string;
  /** Pointers of earlier versions do not say it. */
  file?: FileToClaim;
}

export const executionPointerShape = objectOf<ExecutionPointer>({
  ledgerKey: text,
  at: optional(text),
  file: optional(
    objectOf<FileToClaim>({
      dataset: text,
      sourceId: text,
      sourceKey: text,
      businessDate: nullable(text),
      origin: optional(text),
      version: text,
      inputBytes: wholeNumber,
      layout: objectOf<LedgerEntry['layout']>({ name: text, fingerprint: text }),
      softwareVersion: text,
      supplementOf: optional(supplementedRunShape),
    }),
  ),
});

/** What is noted of an execution: the entry that it works on, or that it failed before there was one. */
export const executionNoteShape = either(
  executionPointerShape,
  failedBeforeEntryShape,
  'a note on an execution',
);

/** The entry of a file whose execution failed before it claimed it. */
export function failedUnclaimed(
  file: FileToClaim,
  { execution, redriveCount }: { execution: string; redriveCount: number },
  failure: FailureCause,
  at: string,
): LedgerEntry {
  const entry: LedgerEntry = {
    ...file,
    ...{ state: 'splitting', runId: null, attempt: 0, execution, history: [], updatedAt: at },
    failedExecutions: [{ execution, redriveCount }],
  };
  return advanced(entry, 'failed', at, { failure });
}
