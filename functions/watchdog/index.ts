import { createAwsPorts } from '../../shared/aws/aws-ports.ts';
import { lambdaHandler } from '../../shared/lambda/handler-stack.ts';
import { createWatchdog } from './handler.ts';

export const handler = lambdaHandler('watchdog', createWatchdog(createAwsPorts(process.env)));
