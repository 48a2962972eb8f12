import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const VITEST = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const CONFIG = fileURLToPath(new URL('./vitest.config.ts', import.meta.url));

/** Runs suites of tests that need a real Trino on the one at this address; of the queries of analytics/ only those that are named, if any. Answers the exit code. */
export async function testOnTrino(
  address: string,
  suites: readonly string[],
  queries: readonly string[],
): Promise<number> {
  const chosen = queries.length === 0 ? [] : ['-t', `(${queries.join('|')})$`];
  const vitest = spawn(process.execPath, [VITEST, 'run', '--config', CONFIG, ...suites, ...chosen], {
    stdio: 'inherit',
    env: { ...process.env, TRINO_ADDRESS: address },
  });
  const [code] = await once(vitest, 'close');
  return code ?? 1;
}
