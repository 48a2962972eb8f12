import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { installTwin, lackOfPython } from './install.ts';
import { type RunningTwin, startTwin } from './start.ts';
import { TWINS } from './twin.ts';

const VITEST = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const CONFIG = fileURLToPath(new URL('./vitest.config.ts', import.meta.url));

/**
 * Runs the contracts of our adapters, and a night, against servers that others wrote for AWS's APIs: docs/contributing.md. Nobody who uses
 * the project needs them, so where they cannot be installed it says why, and that is no failure.
 */
async function testAgainstTwins(): Promise<number> {
  const lack = await lackOfPython();
  if (lack) return skipped(lack);
  const running: RunningTwin[] = [];
  const stopAll = () => Promise.all(running.map((twin) => twin.stop()));
  const interrupted = () => void stopAll().then(() => process.exit(130));
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    for (const twin of TWINS) {
      console.log(`${twin.name}: installing, if it is not there yet`);
      const folder = await installTwin(twin).catch((error: Error) => lastLine(error));
      if (folder instanceof Error) return skipped(`${twin.name} could not be installed: ${folder.message}`);
      running.push(await startTwin(twin, folder));
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

function lastLine(error: Error): Error {
  return new Error(error.message.trim().split('\n').at(-1));
}

process.exitCode = await testAgainstTwins();
