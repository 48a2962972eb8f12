import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const VITEST = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const CONFIG = fileURLToPath(new URL('./vitest.config.ts', import.meta.url));

/** `npm run test:servers`: the query service with a real Redis on the loopback interface, which the tests start, kill and fill. */
async function testWithServers(): Promise<number> {
  const { error } = spawnSync('redis-server', ['--version']);
  if (error) {
    console.log(
      'test:servers was skipped: there is no redis-server on the path (apt-get install redis-server).',
    );
    return 0;
  }
  const vitest = spawn(process.execPath, [VITEST, 'run', '--config', CONFIG, ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  const [code] = await once(vitest, 'close');
  return code ?? 1;
}

process.exitCode = await testWithServers();
