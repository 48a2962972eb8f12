import { createAwsPorts } from '../../shared/aws/aws-ports.ts';
import { lambdaHandler } from '../../shared/lambda/handler-stack.ts';
import { createReconciler } from './handler.ts';

export const handler = lambdaHandler('reconciler', createReconciler(createAwsPorts(process.env)));
