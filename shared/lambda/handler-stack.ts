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
import { shownText } from '../shown-text.ts';

/** The result of an invocation in figures, besides its duration: counts and bytes, never record content. */
export interface InvocationFigures {
  dataset: string;
  figures?: Partial<Record<InvocationMetricName, number>>;
  /** For the log line, e.g. the key that it worked on. */
  facts?: Record<string, string | number | boolean | null | undefined>;
}

/** Milliseconds until Lambda stops the invocation. */
export type RemainingTime = () => number;

interface LambdaOptions<Event, Result> {
  functionName: FunctionName;
  stage: string;
  metricsNamespace: string;
  /** Parses what Lambda was called with; throws what is wrong with it. */
  read: (event: unknown) => Event;
  handler: (event: Event, remaining: RemainingTime) => Promise<Result>;
  measure: (event: Event, result: Result) => InvocationFigures;
  /** A monotonic clock, in milliseconds. */
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
  operator: 'OperatorMs',
  query: 'QueryMs',
};

/**
 * Wraps a function for Lambda. Each invocation writes one structured log line with its result, and its figures as embedded metrics with
 * the dimensions stage and dataset. A failure is logged once, with its facts, and thrown again under the name that the state machine's
 * `ErrorEquals` knows.
 */
export function lambdaHandler<Event, Result>(options: LambdaOptions<Event, Result>) {
  const { functionName, stage, metricsNamespace, read, handler, measure } = options;
  const elapsedMs = options.elapsedMs ?? (() => performance.now());
  const logger = new Logger({
    serviceName: functionName,
    persistentKeys: { stage },
    jsonReplacerFn: visible,
  });
  const metrics = new Metrics({ namespace: metricsNamespace });
  let isCold = true;

  const emit = (dataset: string, startedMs: number, figures: InvocationFigures['figures']) => {
    // Powertools would add a dimension `service`; we want each metric only once, by stage and dataset.
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
    .handler(async (input: unknown, context) => {
      const startedMs = elapsedMs();
      try {
        const event = read(input);
        const result = await handler(event, () => context.getRemainingTimeInMillis());
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

/** Log consoles show what a name holds: what JSON leaves as it is must not turn the text around it, or hide. */
function visible(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.split('\n').map(shownText).join('\n') : value;
}

/** The dataset that states pass along, or `NO_DATASET` if it is not known yet. */
function datasetOf(event: unknown): string {
  const { dataset } = (event ?? {}) as { dataset?: unknown };
  return typeof dataset === 'string' && dataset !== '' ? dataset : NO_DATASET;
}
