import { fileURLToPath } from 'node:url';
import { runTests } from '../bound-child.ts';

const CONFIG = fileURLToPath(new URL('./vitest.config.ts', import.meta.url));

/** Runs suites of tests that need a real Trino on the one at this address; of the queries of analytics/ only those that are named, if any. Answers the exit code. */
export async function testOnTrino(
  address: string,
  suites: readonly string[],
  queries: readonly string[],
): Promise<number> {
  const chosen = queries.length === 0 ? [] : ['-t', `(${queries.join('|')})$`];
  return runTests(CONFIG, [...suites, ...chosen], { TRINO_ADDRESS: address });
}
