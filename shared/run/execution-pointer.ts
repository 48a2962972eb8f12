import { either, objectOf, optional, text } from '../json-shape.ts';
import { failedBeforeEntryShape } from './ended-executions.ts';

/** Names the ledger entry that an execution works on: `runs/executions/<executionId>.json`. */
interface ExecutionPointer {
  ledgerKey: string;
  at?: string;
}

export const executionPointerShape = objectOf<ExecutionPointer>({ ledgerKey: text, at: optional(text) });

/** What is noted of an execution: the entry that it works on, or that it failed before there was one. */
export const executionNoteShape = either(
  executionPointerShape,
  failedBeforeEntryShape,
  'a note on an execution',
);
