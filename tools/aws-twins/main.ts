import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { pythonTool } from '../python/python-tool.ts';
import { type RunningTwin, startTwin } from './start.ts';
import { TWINS } from './twin.ts';

const VITEST = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const CONFIG = fileURLToPath(new URL('./vitest.config.ts', import.meta.url));

/**
 * Runs the contracts of our adapters, and a night, against servers that others wrote for AWS's APIs: docs/contributing.md. Nobody who uses
 * the project needs them, so where they cannot be installed it says why, and that is no failure.
 */
async function testAgainstTwins(): Promise<number> {
  const running: RunningTwin[] = [];
  const stopAll = () => Promise.all(running.map((twin) => twin.stop()));
  const interrupted = () => void stopAll().then(() => process.exit(130));
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    for (const twin of TWINS) {
      console.log(`${twin.name}: installing, if it is not there yet`);
      const tool = await pythonTool(twin.name);
      if ('missing' in tool) return skipped(tool.missing);
      running.push(await startTwin(twin, tool.python));
      console.log(`${twin.name}: ${running.at(-1)?.endpoint}`);
    }
    const endpoints = running.map(({ name, endpoint }) => [`TWIN_${name.toUpperCase()}`, endpoint]);
    const vitest = spawn(process.execPath, [VITEST, 'run', '--config', CONFIG, ...process.argv.slice(2)], {
      stdio: 'inherit',
      env: { ...process.env, ...Object.fromEntries(endpoints) },
    });
    const [code] = await once(vitest, 'close');
    return code ?? 1;
  } finally {
    await stopAll();
  }
}

function skipped(reason: string): number {
  console.log(`test:aws was skipped: ${reason}.`);
  return 0;
}

process.exitCode = await testAgainstTwins();
