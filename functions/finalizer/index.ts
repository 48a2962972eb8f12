import { functionVariables } from '../../shared/aws/function-variables.ts';
import { createAwsPorts } from '../../shared/aws/pipeline-adapters.ts';
import { lambdaHandler } from '../../shared/lambda/handler-stack.ts';
import { createFinalizer, finalizerFigures, readFinalizerEvent } from './handler.ts';

const variables = functionVariables('finalizer', process.env);
export const handler = lambdaHandler({
  ...variables.identity,
  read: readFinalizerEvent,
  handler: createFinalizer(createAwsPorts(variables)),
  measure: finalizerFigures,
});
