import { objectOf, optional, text } from './json-shape.ts';

/** Which ledger entry an execution works on: `runs/executions/<executionId>.json`. */
interface ExecutionPointer {
  ledgerKey: string;
  at?: string;
}

export const executionPointerShape = objectOf<ExecutionPointer>({ ledgerKey: text, at: optional(text) });
