import { SFNClient } from '@aws-sdk/client-sfn';
import { bundledLayouts } from '../../shared/aws/bundled-layouts.ts';
import { patient } from '../../shared/aws/client-patience.ts';
import { functionVariables } from '../../shared/aws/function-variables.ts';
import { createDeadLetterQueues } from '../../shared/aws/operator-adapters.ts';
import { createAwsPorts } from '../../shared/aws/pipeline-adapters.ts';
import { createLinks } from '../../shared/aws/s3-links.ts';
import { createSfnStates } from '../../shared/aws/sfn-executions.ts';
import { slaOfVariables } from '../../shared/aws/sla-variables.ts';
import { createStarterPorts } from '../../shared/aws/starter-adapters.ts';
import { lambdaHandler } from '../../shared/lambda/handler-stack.ts';
import { adoptTables } from '../../shared/pipeline/operate/adopt-tables.ts';
import { readOperation } from '../../shared/pipeline/operate/operation.ts';
import { createStarter, readStarterEvent } from '../starter/handler.ts';
import { createWatchdog, readWatchdogEvent } from '../watchdog/handler.ts';
import { createOperator, operatorFigures } from './handler.ts';
import { answerStack, isStackRequest } from './stack-request.ts';

const variables = functionVariables('operator', process.env);
const ports = createAwsPorts(variables);
const starter = createStarter(createStarterPorts(variables), variables.need('RAW_BUCKET'));
const watchdog = createWatchdog(ports, slaOfVariables(variables), createSfnStates(new SFNClient(patient())));
const operate = createOperator({
  ports,
  queues: createDeadLetterQueues(variables),
  deliver: {
    starter: async (event, remaining) => starter(readStarterEvent(event), remaining),
    watchdog: async (event) => watchdog(readWatchdogEvent(event)),
  },
  rerun: async (request, remaining) => (await starter({ rerun: request }, remaining)).rerun,
  adopt: () => adoptTables(ports, bundledLayouts()),
  link: createLinks(variables),
});
export const handler = lambdaHandler({
  ...variables.identity,
  read: (event) => (isStackRequest(event) ? event : readOperation(event)),
  handler: async (event, remaining) =>
    'action' in event
      ? operate(event, remaining)
      : answerStack(event, () => operate({ action: 'adopt' }, remaining)),
  measure: (event) => operatorFigures('action' in event ? event : { action: 'adopt' }),
});
