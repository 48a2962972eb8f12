import { createAwsPorts } from '../../shared/aws/aws-ports.ts';
import { lambdaHandler } from '../../shared/lambda/handler-stack.ts';
import { createFinalizer } from './handler.ts';

export const handler = lambdaHandler('finalizer', createFinalizer(createAwsPorts(process.env)));
