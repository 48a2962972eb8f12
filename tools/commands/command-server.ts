import { createInterface } from 'node:readline';
import { runProgram } from '../../bin/run-program.ts';

/**
 * Runs commands in this process, one line of words after the other, because starting a process for each takes longer than what it does.
 * `{ "words": […] }` → `{ "code": 0, "out": "…", "err": "…" }`
 */

const answer = process.stdout.write.bind(process.stdout);
const printed = { out: '', err: '' };

process.stdout.write = taking('out');
process.stderr.write = taking('err');

for await (const line of createInterface({ input: process.stdin })) {
  const { words } = JSON.parse(line) as { words: string[] };
  printed.out = '';
  printed.err = '';
  const code = await runProgram(words);
  answer(`${JSON.stringify({ code, ...printed })}\n`);
}

function taking(stream: 'out' | 'err'): typeof process.stdout.write {
  return (text: unknown, ...rest: unknown[]) => {
    printed[stream] += String(text);
    for (const done of rest) if (typeof done === 'function') done();
    return true;
  };
}
