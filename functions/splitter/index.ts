import { createAwsPorts } from '../../shared/aws/aws-ports.ts';
import { lambdaHandler } from '../../shared/lambda/handler-stack.ts';
import { createSplitter } from './handler.ts';

export const handler = lambdaHandler('splitter', createSplitter(createAwsPorts(process.env)));
