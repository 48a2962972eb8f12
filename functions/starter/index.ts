import { functionVariables } from '../../shared/aws/function-variables.ts';
import { createStarterPorts } from '../../shared/aws/starter-adapters.ts';
import { lambdaHandler } from '../../shared/lambda/handler-stack.ts';
import { createStarter, readStarterEvent, starterFigures } from './handler.ts';

const variables = functionVariables('starter', process.env);
export const handler = lambdaHandler({
  ...variables.identity,
  read: readStarterEvent,
  handler: createStarter(createStarterPorts(variables), variables.need('RAW_BUCKET')),
  measure: starterFigures,
});
