import { createAwsPorts } from '../../shared/aws/aws-ports.ts';
import { functionVariables } from '../../shared/aws/function-variables.ts';
import { lambdaHandler } from '../../shared/lambda/handler-stack.ts';
import { createReconciler, reconcilerFigures } from './handler.ts';

const variables = functionVariables('reconciler', process.env);
export const handler = lambdaHandler({
  ...variables.identity,
  handler: createReconciler(createAwsPorts(variables)),
  measure: reconcilerFigures,
});
