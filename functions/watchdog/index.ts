import { functionVariables } from '../../shared/aws/function-variables.ts';
import { createAwsPorts } from '../../shared/aws/pipeline-adapters.ts';
import { slaSettings } from '../../shared/aws/sla-settings.ts';
import { lambdaHandler } from '../../shared/lambda/handler-stack.ts';
import { createWatchdog, readWatchdogEvent, watchdogFigures } from './handler.ts';

const variables = functionVariables('watchdog', process.env);
export const handler = lambdaHandler({
  ...variables.identity,
  read: readWatchdogEvent,
  handler: createWatchdog(createAwsPorts(variables), slaSettings(variables)),
  measure: watchdogFigures,
});
