import { functionVariables } from '../../shared/aws/function-variables.ts';
import { createStorePorts } from '../../shared/aws/store-adapters.ts';
import { lambdaHandler } from '../../shared/lambda/handler-stack.ts';
import { createMerger, mergerFigures, readMergerEvent } from './handler.ts';

const variables = functionVariables('merger', process.env);
export const handler = lambdaHandler({
  ...variables.identity,
  read: readMergerEvent,
  handler: createMerger(createStorePorts(variables)),
  measure: mergerFigures,
});
