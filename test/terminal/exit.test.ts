import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';

/** More than a pipe takes at once. */
const PRINTED = 4_000_000;

describe('a command', () => {
  it('whose reader is slow ends after everything it printed was read', async () => {
    const exit = resolve(import.meta.dirname, '../../terminal/exit.ts');
    const program = `const { runCommand } = await import(${JSON.stringify(exit)});
      await runCommand(async () => { console.log('x'.repeat(${PRINTED})); return 3; });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    await Promise.race([ended, sleep(1_500)]);
    let read = 0;
    for await (const chunk of child.stdout) read += chunk.length;
    expect(read).toBe(PRINTED + 1);
    expect((await ended)[0]).toBe(3);
  });

  it.each([
    ['by itself, without process.exit, when nothing is left to do', '', 'false'],
    ['although something still holds the process', 'setInterval(() => undefined, 1000);', 'true'],
  ])('ends %s', async (_how, left, isForced) => {
    const exit = resolve(import.meta.dirname, '../../terminal/exit.ts');
    const program = `const { runCommand } = await import(${JSON.stringify(exit)});
      const exit = process.exit;
      let isForced = false;
      process.exit = (code) => { isForced = true; exit(code); };
      process.on('exit', () => console.log(isForced));
      ${left}
      await runCommand(async () => 3);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    let said = '';
    for await (const chunk of child.stdout) said += chunk;
    expect((await ended)[0]).toBe(3);
    expect(said.trim()).toBe(isForced);
  });
});
