import { functionVariables } from '../../shared/aws/function-variables.ts';
import { createAwsPorts } from '../../shared/aws/pipeline-adapters.ts';
import { lambdaHandler } from '../../shared/lambda/handler-stack.ts';
import { createSplitter, readSplitterEvent, splitterFigures } from './handler.ts';

const variables = functionVariables('splitter', process.env);
export const handler = lambdaHandler({
  ...variables.identity,
  read: readSplitterEvent,
  handler: createSplitter(createAwsPorts(variables)),
  measure: splitterFigures,
});
