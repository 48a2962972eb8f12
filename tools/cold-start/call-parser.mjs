import { readFileSync } from 'node:fs';

/**
 * A process that loads the parser's bundle (its first argument) and calls it once with each event of the JSON array in its second, as Lambda
 * does with one environment. Prints one line of JSON: times in milliseconds, memory in bytes. JavaScript, so that no compiler is counted.
 */
const [, , bundle, events] = process.argv;
const loadingFrom = performance.now();
const { handler } = await import(bundle);
const initMs = performance.now() - loadingFrom;
const calls = [];
for (const [index, event] of JSON.parse(events).entries()) {
  const context = {
    functionName: 'positional-lake-dev-parser',
    functionVersion: '$LATEST',
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    awsRequestId: String(index),
    invokedFunctionArn: 'arn:aws:lambda:sa-east-1:111122223333:function:positional-lake-dev-parser',
    getRemainingTimeInMillis: () => 900_000,
  };
  const [from, before] = [performance.now(), process.cpuUsage()];
  const { inputBytes, rows, rejected, reused } = await handler(event, context);
  const ms = performance.now() - from;
  const { user, system } = process.cpuUsage(before);
  calls.push({ ms, cpuMs: (user + system) / 1000, inputBytes, rows, rejected, reused });
}
const [, kibibytes] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'latin1')) ?? [];
console.error(`measured ${JSON.stringify({ initMs, calls, peakBytes: Number(kibibytes) * 1024 })}`);
