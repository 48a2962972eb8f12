import { functionVariables } from '../../shared/aws/function-variables.ts';
import { createAwsPorts } from '../../shared/aws/pipeline-adapters.ts';
import { lambdaHandler } from '../../shared/lambda/handler-stack.ts';
import { createReconciler, readReconcilerEvent, reconcilerFigures } from './handler.ts';

const variables = functionVariables('reconciler', process.env);
export const handler = lambdaHandler({
  ...variables.identity,
  read: readReconcilerEvent,
  handler: createReconciler(createAwsPorts(variables)),
  measure: reconcilerFigures,
});
