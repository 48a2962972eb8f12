import { FunctionError, reportError } from './function-error.ts';
import type { InvokeFunction } from './worker.ts';
import type { WorkerPool } from './worker-pool.ts';

interface OwnThreadOptions {
  /** As for threads: a module that exports `invokeFunction`. */
  handlerModule: URL;
  /** Handed to every call. */
  setup?: unknown;
}

/**
 * The functions of worker threads, called in this thread: a thread of its own costs 0.2 s before it has read a byte, which is longer than a
 * small file takes. Calls and answers are copied as JSON and errors are `FunctionError`, as between threads; a call that is aborted fails
 * once it has ended by itself, so it must be a short one.
 */
export function createOwnThread({ handlerModule, setup }: OwnThreadOptions): WorkerPool {
  const loaded = import(handlerModule.href) as Promise<{ invokeFunction: InvokeFunction }>;
  // Whoever calls is told; until then it is not unhandled.
  loaded.catch(() => undefined);
  return {
    async run(functionName, input, { signal } = {}) {
      signal?.throwIfAborted();
      const copy: unknown = structuredClone(input);
      try {
        const { invokeFunction } = await loaded;
        const output = await invokeFunction(functionName, copy, setup);
        signal?.throwIfAborted();
        return JSON.parse(JSON.stringify(output) ?? 'null');
      } catch (thrown) {
        signal?.throwIfAborted();
        throw new FunctionError(reportError(thrown));
      }
    },
    close: async () => undefined,
  };
}
