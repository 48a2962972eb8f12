import type { EngineAnswer } from '../ports/query-engine.ts';

/** An answer as it is kept: rows, and which commits they are of. */
export interface Answer extends EngineAnswer {
  /** Table → day → commit. */
  commits: Record<string, Record<string, number>>;
  /** Values of the parameters of a named query. */
  params: Record<string, unknown>;
  executedMs: number;
}

/** Bytes under a key. */
export function storedAnswer(answer: Answer): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(answer));
}

/** The answer that bytes hold; undefined if they hold none: whoever finds it asks the engine again. */
export function answerOf(bytes: Uint8Array): Answer | undefined {
  try {
    const read: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return isAnswer(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

function isAnswer(value: unknown): value is Answer {
  if (typeof value !== 'object' || value === null) return false;
  const { columns, rows, commits, params } = value as Partial<Record<keyof Answer, unknown>>;
  return (
    Array.isArray(columns) && Array.isArray(rows) && typeof commits === 'object' && typeof params === 'object'
  );
}
