import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const VITEST = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));

const running = new Map<ChildProcess, () => void>();
let isWatching = false;

/** Hands on a child that ends with this process, whether that comes to its own end or is ended by a signal. */
export function endsWithUs<C extends ChildProcess>(
  child: C,
  end: () => unknown = () => child.kill('SIGTERM'),
): C {
  running.set(child, end);
  child.once('close', () => running.delete(child));
  if (!isWatching) watch();
  isWatching = true;
  return child;
}

function watch(): void {
  const endAll = () => {
    for (const end of running.values()) end();
  };
  process.once('exit', endAll);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => {
      endAll();
      process.kill(process.pid, signal);
    });
}

/** Runs tests with a config of vitest, and answers the exit code. */
export async function runTests(
  config: string,
  words: readonly string[],
  env: Record<string, string> = {},
): Promise<number> {
  const vitest = spawn(process.execPath, [VITEST, 'run', '--config', config, ...words], {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  const [code] = await once(endsWithUs(vitest), 'close');
  return code ?? 1;
}
