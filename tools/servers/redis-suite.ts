import { spawnSync } from 'node:child_process';
import type { ServerSuite } from './server-suite.ts';

/** The query service with a real Redis, which the tests start, kill and fill. */
export const redisSuite: ServerSuite = {
  name: 'redis',
  tests: 'test/servers/redis.server.ts',
  lacks: async () =>
    spawnSync('redis-server', ['--version']).error
      ? 'there is no redis-server on the path (apt-get install redis-server)'
      : undefined,
};
