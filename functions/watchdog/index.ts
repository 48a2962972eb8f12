import { SFNClient } from '@aws-sdk/client-sfn';
import { patient } from '../../shared/aws/client-patience.ts';
import { functionVariables } from '../../shared/aws/function-variables.ts';
import { createAwsPorts } from '../../shared/aws/pipeline-adapters.ts';
import { createSfnStates } from '../../shared/aws/sfn-executions.ts';
import { slaOfVariables } from '../../shared/aws/sla-variables.ts';
import { lambdaHandler } from '../../shared/lambda/handler-stack.ts';
import { createWatchdog, readWatchdogEvent, watchdogFigures } from './handler.ts';

const variables = functionVariables('watchdog', process.env);
export const handler = lambdaHandler({
  ...variables.identity,
  read: readWatchdogEvent,
  handler: createWatchdog(
    createAwsPorts(variables),
    slaOfVariables(variables),
    createSfnStates(new SFNClient(patient())),
  ),
  measure: watchdogFigures,
});
