import { createAwsPorts } from '../../shared/aws/aws-ports.ts';
import { functionVariables } from '../../shared/aws/function-variables.ts';
import { lambdaHandler } from '../../shared/lambda/handler-stack.ts';
import { createSplitter, splitterFigures } from './handler.ts';

const variables = functionVariables('splitter', process.env);
export const handler = lambdaHandler({
  ...variables.identity,
  handler: createSplitter(createAwsPorts(variables)),
  measure: splitterFigures,
});
