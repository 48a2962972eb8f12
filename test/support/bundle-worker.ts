import { parentPort, workerData } from 'node:worker_threads';

/**
 * One deployed function in a thread of its own, with only the environment of that function, as on Lambda. Takes `{ id, event }` and
 * answers `{ id, result }`, or `{ id, error }` with the error's name, as Step Functions sees it.
 */
const { bundleUrl, functionName } = workerData as { bundleUrl: string; functionName: string };
const { handler } = (await import(/* @vite-ignore */ bundleUrl)) as {
  handler: (event: unknown, context: unknown) => Promise<unknown>;
};

parentPort!.on('message', async ({ id, event }: { id: number; event: unknown }) => {
  const context = {
    functionName: `positional-lake-dev-${functionName}`,
    functionVersion: '$LATEST',
    memoryLimitInMB: '1024',
    awsRequestId: String(id),
    invokedFunctionArn: `arn:aws:lambda:sa-east-1:111122223333:function:positional-lake-dev-${functionName}`,
    getRemainingTimeInMillis: () => 900_000,
  };
  try {
    // Events and results are JSON.
    const result = await handler(event, context);
    parentPort!.postMessage({ id, result: JSON.parse(JSON.stringify(result ?? null)) });
  } catch (error) {
    const { name, message } = error as Error;
    parentPort!.postMessage({ id, error: { name, message } });
  }
});
parentPort!.postMessage({ ready: true });
