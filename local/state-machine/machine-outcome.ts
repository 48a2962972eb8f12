import type { JsonValue } from './definition.ts';

/** How a machine, the execution's or a child's, ended. */
export type MachineOutcome =
  | { status: 'SUCCEEDED'; output: JsonValue }
  | { status: 'FAILED' | 'ABORTED'; error: Error; failedState?: string | undefined };
