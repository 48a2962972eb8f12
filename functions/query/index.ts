import { readFile } from 'node:fs/promises';
import { S3Client } from '@aws-sdk/client-s3';
import { readRoles } from '../../shared/ask/grant.ts';
import { cacheLogin } from '../../shared/aws/cache-login.ts';
import { patient } from '../../shared/aws/client-patience.ts';
import { functionVariables } from '../../shared/aws/function-variables.ts';
import { createQueryPorts } from '../../shared/aws/query-adapters.ts';
import { lambdaHandler } from '../../shared/lambda/handler-stack.ts';
import { RedisCache } from '../../shared/redis/redis-cache.ts';
import { createQueryHandler, queryFigures, readApiRequest } from './handler.ts';

const variables = functionVariables('query', process.env);
const roles = readRoles(variables.need('QUERY_ROLES'), 'QUERY_ROLES');
const redisUrl = variables.optional('REDIS_URL');
const cacheName = variables.optional('REDIS_IAM_CACHE');
const user = variables.optional('REDIS_IAM_USER');
const credentials =
  cacheName !== undefined && user !== undefined
    ? cacheLogin({ cacheName, user, client: new S3Client(patient()) })
    : undefined;
const redis =
  redisUrl === undefined
    ? undefined
    : new RedisCache({ url: redisUrl, prefix: `positional-lake-${variables.identity.stage}`, credentials });
redis?.start();
const texts = () => readFile(new URL('./queries.json', import.meta.url), 'utf8');
const answering = createQueryPorts(variables, texts, redis).then((ports) => createQueryHandler(ports, roles));
// Who asks is told of it.
answering.catch(() => undefined);
export const handler = lambdaHandler({
  ...variables.identity,
  read: readApiRequest,
  handler: async (event) => (await answering)(event),
  measure: queryFigures,
});
