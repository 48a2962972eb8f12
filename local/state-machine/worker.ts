import { parentPort, workerData } from 'node:worker_threads';
import { type ReportedError, reportError } from './function-error.ts';

/** Data that a thread receives when it starts. */
export interface WorkerSetup {
  /** URL of a module that exports `invokeFunction`. */
  handlerModule: string;
}

export interface WorkerTask {
  functionName: string;
  input: unknown;
  /** Handed to `invokeFunction` as it is. */
  setup: unknown;
}

export type WorkerReply = { output: unknown } | { error: ReportedError };

/** What a thread sends: first that it listens, then a reply to each task. */
export type ThreadMessage = WorkerReply | { ready: true };

/** What a handler module exports. */
export type InvokeFunction = (functionName: string, input: unknown, setup: unknown) => Promise<unknown>;

const { handlerModule } = workerData as WorkerSetup;
const send = (message: ThreadMessage) => parentPort!.postMessage(message);

/** Loaded before the first call arrives; that call throws if loading failed. */
const handlerLoaded = loadInvokeFunction(handlerModule);
handlerLoaded.catch(() => undefined);

parentPort!.on('message', async (task: WorkerTask) => send(await runTask(task)));
send({ ready: true });

/** Runs in the thread: one function at a time. Errors are replies, because a thrown one would lose its facts. */
async function runTask(task: WorkerTask): Promise<WorkerReply> {
  try {
    const invokeFunction = await handlerLoaded;
    const output = await invokeFunction(task.functionName, task.input, task.setup);
    // Lambda answers with JSON, so an answer that cannot be JSON is the function's error and not the thread's death.
    return { output: JSON.parse(JSON.stringify(output) ?? 'null') };
  } catch (thrown) {
    return { error: reportError(thrown) };
  }
}

async function loadInvokeFunction(url: string): Promise<InvokeFunction> {
  const loaded = (await import(url)) as { invokeFunction?: InvokeFunction };
  if (typeof loaded.invokeFunction !== 'function') {
    throw new TypeError(`${url} does not export invokeFunction.`);
  }
  return loaded.invokeFunction;
}
