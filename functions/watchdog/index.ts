import { functionVariables } from '../../shared/aws/function-variables.ts';
import { createAwsPorts } from '../../shared/aws/pipeline-adapters.ts';
import { slaSettings } from '../../shared/aws/sla-settings.ts';
import { lambdaHandler } from '../../shared/lambda/handler-stack.ts';
import { createWatchdog, type WatchdogEvent, watchdogFigures } from './handler.ts';

const variables = functionVariables('watchdog', process.env);
export const handler = lambdaHandler({
  ...variables.identity,
  read: (event) => event as WatchdogEvent,
  handler: createWatchdog(createAwsPorts(variables), slaSettings(variables)),
  measure: watchdogFigures,
});
