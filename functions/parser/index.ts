import { createAwsPorts } from '../../shared/aws/aws-ports.ts';
import { lambdaHandler } from '../../shared/lambda/handler-stack.ts';
import { createParser } from './handler.ts';

export const handler = lambdaHandler('parser', createParser(createAwsPorts(process.env)));
