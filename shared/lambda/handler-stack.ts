import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import { PipelineError } from '../errors.ts';
import {
  type FunctionName,
  type InvocationMetricName,
  METRICS,
  NO_DATASET,
} from '../operations/metrics-table.ts';

/** What an invocation came to, besides its duration: counts and bytes, never record content. */
export interface InvocationFigures {
  dataset: string;
  figures?: Partial<Record<InvocationMetricName, number>>;
  /** For the log line, e.g. the key it worked on. */
  facts?: Record<string, string | number | boolean | null | undefined>;
}

export interface LambdaOptions<Event, Result> {
  functionName: FunctionName;
  stage: string;
  metricsNamespace: string;
  /** Parses what Lambda was called with; throws what is wrong with it. */
  read: (event: unknown) => Event;
  handler: (event: Event) => Promise<Result>;
  measure: (event: Event, result: Result) => InvocationFigures;
  /** Milliseconds that only grow. */
  elapsedMs?: () => number;
}

const DURATION_OF: Record<FunctionName, InvocationMetricName> = {
  starter: 'StarterMs',
  splitter: 'SplitterMs',
  parser: 'ParserMs',
  reconciler: 'ReconcilerMs',
  merger: 'MergerMs',
  finalizer: 'FinalizerMs',
  watchdog: 'WatchdogMs',
};

/**
 * Wraps a function for Lambda: one structured log line of what an invocation came to, and its figures as embedded metrics of stage and
 * dataset. A failure is logged once, with its facts, and thrown on with the name that the state machine's `ErrorEquals` knows.
 */
export function lambdaHandler<Event, Result>(options: LambdaOptions<Event, Result>) {
  const { functionName, stage, metricsNamespace, read, handler, measure } = options;
  const elapsedMs = options.elapsedMs ?? (() => performance.now());
  const logger = new Logger({ serviceName: functionName, persistentKeys: { stage } });
  const metrics = new Metrics({ namespace: metricsNamespace });
  let isCold = true;

  const emit = (dataset: string, startedMs: number, figures: InvocationFigures['figures']) => {
    // Powertools would add a dimension `service`: with stage and dataset each metric stands once.
    metrics.clearDefaultDimensions();
    metrics.addDimensions({ stage, dataset });
    const own = { ...figures, [DURATION_OF[functionName]]: elapsedMs() - startedMs };
    const all = isCold ? { ...own, ColdStarts: 1 } : own;
    for (const [name, value] of Object.entries(all)) {
      metrics.addMetric(name, METRICS[name as InvocationMetricName].unit as 'Count', value);
    }
    metrics.publishStoredMetrics();
    isCold = false;
  };

  return middy<unknown, Result>()
    .use(injectLambdaContext(logger))
    .handler(async (input: unknown) => {
      const startedMs = elapsedMs();
      try {
        const event = read(input);
        const result = await handler(event);
        const { dataset, figures, facts } = measure(event, result);
        logger.info('done', { dataset, ...facts, ...figures });
        emit(dataset, startedMs, figures);
        return result;
      } catch (error) {
        const { name, message } = error as Error;
        const facts =
          error instanceof PipelineError
            ? { where: error.where, why: error.why, next: error.next, retryable: error.retryable }
            : { stack: (error as Error).stack };
        const dataset = datasetOf(input);
        logger.error(message, { errorName: name, dataset, ...facts });
        emit(dataset, startedMs, { InvocationsFailed: 1 });
        throw error;
      }
    });
}

/** States pass the dataset along; where it is not known yet there is none. */
function datasetOf(input: unknown): string {
  const { dataset } = (input ?? {}) as { dataset?: unknown };
  return typeof dataset === 'string' && dataset !== '' ? dataset : NO_DATASET;
}
