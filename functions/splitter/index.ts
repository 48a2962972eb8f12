import { functionVariables } from '../../shared/aws/function-variables.ts';
import { createSplitPorts } from '../../shared/aws/split-adapters.ts';
import { lambdaHandler } from '../../shared/lambda/handler-stack.ts';
import { createSplitter, readSplitterEvent, splitterFigures } from './handler.ts';

const variables = functionVariables('splitter', process.env);
export const handler = lambdaHandler({
  ...variables.identity,
  read: readSplitterEvent,
  handler: createSplitter(createSplitPorts(variables)),
  measure: splitterFigures,
});
