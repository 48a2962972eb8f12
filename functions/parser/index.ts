import { functionVariables } from '../../shared/aws/function-variables.ts';
import { createStorePorts } from '../../shared/aws/store-adapters.ts';
import { lambdaHandler } from '../../shared/lambda/handler-stack.ts';
import { createParser, parserFigures, readParserEvent } from './handler.ts';

const variables = functionVariables('parser', process.env);
export const handler = lambdaHandler({
  ...variables.identity,
  read: readParserEvent,
  handler: createParser(createStorePorts(variables)),
  measure: parserFigures,
});
