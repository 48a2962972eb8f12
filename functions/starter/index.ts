import { functionVariables } from '../../shared/aws/function-variables.ts';
import { createStarterPorts } from '../../shared/aws/starter-adapters.ts';
import { lambdaHandler } from '../../shared/lambda/handler-stack.ts';
import { createStarter, type StarterEvent, starterFigures } from './handler.ts';

const variables = functionVariables('starter', process.env);
export const handler = lambdaHandler({
  ...variables.identity,
  read: (event) => event as StarterEvent,
  handler: createStarter(createStarterPorts(variables), variables.need('RAW_BUCKET')),
  measure: starterFigures,
});
