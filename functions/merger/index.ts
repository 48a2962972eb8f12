import { createAwsPorts } from '../../shared/aws/aws-ports.ts';
import { lambdaHandler } from '../../shared/lambda/handler-stack.ts';
import { createMerger } from './handler.ts';

export const handler = lambdaHandler('merger', createMerger(createAwsPorts(process.env)));
