import { objectOf, optional, text } from '../json-shape.ts';

/** Names the ledger entry that an execution works on: `runs/executions/<executionId>.json`. */
interface ExecutionPointer {
  ledgerKey: string;
  at?: string;
}

export const executionPointerShape = objectOf<ExecutionPointer>({ ledgerKey: text, at: optional(text) });
