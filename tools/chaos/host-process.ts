import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { createFinalizer, readFinalizerEvent } from '../../functions/finalizer/handler.ts';
import { createMerger, readMergerEvent } from '../../functions/merger/handler.ts';
import { createParser, readParserEvent } from '../../functions/parser/handler.ts';
import { createReconciler, readReconcilerEvent } from '../../functions/reconciler/handler.ts';
import { createSplitter, readSplitterEvent } from '../../functions/splitter/handler.ts';
import { createWatchdog } from '../../functions/watchdog/handler.ts';
import { createLocalPorts } from '../../local/local-ports.ts';
import { loadPipeline, pipelineTasks } from '../../local/pipeline-tasks.ts';
import { runExecution } from '../../local/state-machine/run-execution.ts';
import { taskOf } from '../../local/state-machine/task-function.ts';
import { cleanLake } from '../../shared/pipeline/operate/clean-lake.ts';
import type { PipelinePorts } from '../../shared/ports/pipeline-ports.ts';
import type { HostDeed, HostOrder } from './host-order.ts';

/**
 * One host of a night: converts files of a shared folder as orders arrive on its standard input, one JSON line each, and answers each with
 * a line: how its deeds ended. SIGTERM stops it as it stops `convert`.
 */
const definition = await loadPipeline();
const stop = new AbortController();
process.on('SIGTERM', () => {
  stop.abort();
  // It ends by itself once nothing is left to wait for, as an open input would be.
  process.stdin.destroy();
});

console.log('ready');
orders: for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line) as HostOrder;
  const ends: string[] = [];
  for (const [index, deed] of order.deeds.entries()) {
    // No two executions have one name, on whatever host.
    ends.push(await perform(order, deed, `${order.name}-${index}-${randomUUID()}`));
    if (stop.signal.aborted) break orders;
  }
  console.log(JSON.stringify(ends));
}

async function perform({ lakeDir, rawDir }: HostOrder, deed: HostDeed, name: string): Promise<string> {
  const setup = { lakeDir, rawRoot: rawDir, rangeSizeBytes: 800, expectedFiles: undefined, sync: false };
  const ports = createLocalPorts(setup);
  if (deed.do === 'clean') {
    const ages = { runsOlderThanMs: 0, generationsOlderThanMs: 60_000, dryRun: false };
    const { failed } = await cleanLake(ports, ages);
    return failed.length > 0 ? JSON.stringify(failed) : 'loaded';
  }
  const { do: _do, ...request } = deed;
  const result = await runExecution({
    definition,
    input: request,
    executionName: name,
    store: ports.lake,
    maxConcurrency: 2,
    signal: stop.signal,
    tasks: tasksOf(ports),
  });
  if (result.status === 'SUCCEEDED') return 'loaded';
  const { name: error, message: cause } = result.error;
  const { executionId: executionArn, status } = result;
  await createWatchdog(ports)({
    detail: { executionArn, status, error, cause, input: JSON.stringify(request) },
  });
  return `${error}: ${cause}`;
}

function tasksOf(ports: PipelinePorts) {
  return pipelineTasks({
    splitter: taskOf(readSplitterEvent, createSplitter(ports)),
    parser: taskOf(readParserEvent, createParser(ports)),
    reconciler: taskOf(readReconcilerEvent, createReconciler(ports)),
    merger: taskOf(readMergerEvent, createMerger(ports)),
    finalizer: taskOf(readFinalizerEvent, createFinalizer(ports)),
  });
}
