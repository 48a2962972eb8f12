import { fileURLToPath } from 'node:url';
import { runCommand } from '../../terminal/exit.ts';
import { runTests } from '../bound-child.ts';
import { pythonTool } from '../python/python-tool.ts';
import { type RunningTwin, startTwin } from './start.ts';
import { TWINS } from './twin.ts';

const CONFIG = fileURLToPath(new URL('./vitest.config.ts', import.meta.url));

/**
 * Runs the contracts of our adapters, and a night, against servers that others wrote for AWS's APIs: docs/contributing.md. Nobody who uses
 * the project needs them, so where they cannot be installed it says why, and that is no failure.
 */
async function testAgainstTwins(): Promise<number> {
  const running: RunningTwin[] = [];
  try {
    for (const twin of TWINS) {
      console.log(`${twin.name}: installing, if it is not there yet`);
      const tool = await pythonTool(twin.name);
      if ('missing' in tool) return skipped(tool.missing);
      running.push(await startTwin(twin, tool.python));
      console.log(`${twin.name}: ${running.at(-1)?.endpoint}`);
    }
    const endpoints = running.map(({ name, endpoint }) => [`TWIN_${name.toUpperCase()}`, endpoint]);
    return await runTests(CONFIG, process.argv.slice(2), Object.fromEntries(endpoints));
  } finally {
    await Promise.all(running.map((twin) => twin.stop()));
  }
}

function skipped(reason: string): number {
  console.log(`test:aws was skipped: ${reason}.`);
  return 0;
}

await runCommand(testAgainstTwins);
