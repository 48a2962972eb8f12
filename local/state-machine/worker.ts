import type { MessagePort } from 'node:worker_threads';
import Tinypool from 'tinypool';
import { type ReportedError, reportError } from './function-error.ts';

/** Data that a thread receives when it starts. */
export interface WorkerSetup {
  /** URL of a module that exports `invokeFunction`. */
  handlerModule: string;
  /** Handed to `invokeFunction` as it is. */
  setup: unknown;
}

export interface WorkerTask {
  functionName: string;
  input: unknown;
  /** Closes by itself when this thread ends: that is how the pool notices a `process.exit`. */
  lifeline: MessagePort;
}

export type WorkerReply = { output: unknown } | { error: ReportedError };

/** What a handler module exports. */
export type InvokeFunction = (functionName: string, input: unknown, setup: unknown) => Promise<unknown>;

/** Loaded before the first call arrives; that call throws if loading failed. */
const handlerLoaded = loadInvokeFunction((Tinypool.workerData as WorkerSetup).handlerModule);
handlerLoaded.catch(() => undefined);

/** Referenced here, because the garbage collector would close them. */
const lifelines = new Set<MessagePort>();

/** Runs in the thread: one function at a time. Errors are replies, because a thrown one would lose its facts. */
export default async function runTask(task: WorkerTask): Promise<WorkerReply> {
  lifelines.add(task.lifeline);
  try {
    const { setup } = Tinypool.workerData as WorkerSetup;
    const invokeFunction = await handlerLoaded;
    const output = await invokeFunction(task.functionName, task.input, setup);
    // Lambda answers with JSON, so an answer that cannot be JSON is the function's error and not the thread's death.
    return { output: JSON.parse(JSON.stringify(output) ?? 'null') };
  } catch (thrown) {
    return { error: reportError(thrown) };
  } finally {
    lifelines.delete(task.lifeline);
  }
}

async function loadInvokeFunction(handlerModule: string): Promise<InvokeFunction> {
  const loaded = (await import(handlerModule)) as { invokeFunction?: InvokeFunction };
  if (typeof loaded.invokeFunction !== 'function') {
    throw new TypeError(`${handlerModule} does not export invokeFunction.`);
  }
  return loaded.invokeFunction;
}
