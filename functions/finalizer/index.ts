import { createAwsPorts } from '../../shared/aws/aws-ports.ts';
import { functionVariables } from '../../shared/aws/function-variables.ts';
import { lambdaHandler } from '../../shared/lambda/handler-stack.ts';
import { createFinalizer, finalizerFigures } from './handler.ts';

const variables = functionVariables('finalizer', process.env);
export const handler = lambdaHandler({
  ...variables.identity,
  handler: createFinalizer(createAwsPorts(variables)),
  measure: finalizerFigures,
});
