import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { PipelineError } from '../errors.ts';

/**
 * Wraps a function for Lambda: structured logs with the invocation's context. A failure is logged once, with its facts, and thrown on
 * with the name that the state machine's `ErrorEquals` knows.
 */
export function lambdaHandler<Event, Result>(
  serviceName: string,
  handler: (event: Event) => Promise<Result>,
) {
  const logger = new Logger({ serviceName });
  return middy<Event, Result>()
    .use(injectLambdaContext(logger))
    .handler(async (event: Event) => {
      try {
        return await handler(event);
      } catch (error) {
        const facts =
          error instanceof PipelineError
            ? { where: error.where, why: error.why, next: error.next, retryable: error.retryable }
            : {};
        logger.error((error as Error).message, { errorName: (error as Error).name, ...facts });
        throw error;
      }
    });
}
