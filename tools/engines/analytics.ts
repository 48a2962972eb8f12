import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { installTrino, withTrino } from './trino.ts';

const VITEST = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const CONFIG = fileURLToPath(new URL('./vitest.config.ts', import.meta.url));

/** Runs the queries of analytics/, or those of these names, on a real Trino and compares them with what was worked out without SQL. Answers the exit code. */
export async function testAnalytics(folder: string, queries: readonly string[]): Promise<number> {
  const installed = await installTrino();
  if ('missing' in installed) {
    console.log(`The queries of analytics/ were not tried on Trino: ${installed.missing}.`);
    return 0;
  }
  return withTrino(installed, folder, async (_, address) => {
    const chosen = queries.length === 0 ? [] : ['-t', `(${queries.join('|')})$`];
    const vitest = spawn(process.execPath, [VITEST, 'run', '--config', CONFIG, ...chosen], {
      stdio: 'inherit',
      env: { ...process.env, TRINO_ADDRESS: address },
    });
    const [code] = await once(vitest, 'close');
    return code ?? 1;
  });
}
