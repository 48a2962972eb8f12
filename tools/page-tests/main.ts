import { fileURLToPath } from 'node:url';
import { runCommand } from '../../terminal/exit.ts';
import { runTests } from '../bound-child.ts';
import { findChromium } from './find-chromium.ts';

const CONFIG = fileURLToPath(new URL('./vitest.config.ts', import.meta.url));

/**
 * Runs what needs a browser, in a real Chromium: docs/contributing.md. Nobody who uses the project needs one, so where there is none it says
 * so, and that is no failure. Words after the command choose tests, and `-u` keeps the pictures anew.
 */
async function testPages(words: string[]): Promise<number> {
  const chromium = await findChromium();
  if (chromium === undefined) {
    console.log(
      'test:pages was skipped: there is no Chromium here (apt-get install chromium, or CHROMIUM=PATH).',
    );
    return 0;
  }
  const keep = words.includes('-u');
  const chosen = words.filter((word) => word !== '-u');
  return runTests(CONFIG, chosen, { CHROMIUM: chromium, ...(keep && { KEEP_PICTURES: 'true' }) });
}

await runCommand(() => testPages(process.argv.slice(2)));
