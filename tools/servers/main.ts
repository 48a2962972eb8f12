import { fileURLToPath } from 'node:url';
import { runCommand } from '../../terminal/exit.ts';
import { runTests } from '../bound-child.ts';
import { ftpsSuite } from './ftps-suite.ts';
import { fuseSuite } from './fuse-suite.ts';
import { redisSuite } from './redis-suite.ts';
import type { ServerSuite } from './server-suite.ts';
import { sftpSuite } from './sftp-suite.ts';

const CONFIG = fileURLToPath(new URL('./vitest.config.ts', import.meta.url));

const SUITES: readonly ServerSuite[] = [sftpSuite, ftpsSuite, fuseSuite, redisSuite];

/** Runs the suites whose server this machine has, or the ones that are named; the others are told in one line, which is no failure. */
async function testAgainstServers(words: readonly string[]): Promise<number> {
  const wanted = words.length === 0 ? SUITES : SUITES.filter(({ name }) => words.includes(name));
  const unknown = words.filter((word) => !SUITES.some(({ name }) => name === word));
  if (unknown.length > 0) {
    console.error(
      `There is no suite ${unknown.join(', ')}; there are ${SUITES.map(({ name }) => name).join(', ')}.`,
    );
    return 2;
  }
  const able: string[] = [];
  for (const suite of wanted) {
    const lacks = await suite.lacks();
    if (lacks === undefined) able.push(suite.tests);
    else console.log(`test:servers ${suite.name} was skipped: ${lacks}.`);
  }
  if (able.length === 0) return 0;
  return runTests(CONFIG, able);
}

await runCommand(() => testAgainstServers(process.argv.slice(2)));
