import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outcomeOf, startScript } from '../support/run-command.ts';

const moduleUrl = (name: string) =>
  JSON.stringify(resolve(import.meta.dirname, '../../terminal', `${name}.ts`));

/** A command of its own: `main` is its body, with the functions of terminal/print.ts. */
const programOf = (main: string, worksUnread = false) => `
  import { runWithFlags } from ${moduleUrl('command-line')};
  import { say, sayJson, sayMany, warn } from ${moduleUrl('print')};
  await runWithFlags({ does: '', usage: '', flags: {}, notes: '', worksUnread: ${worksUnread} }, async () => { ${main} });`;

/** Waits for a signal, and says which came; with the word `stays` it goes on waiting. */
const WAITS = `
  import { runCommand } from ${moduleUrl('exit')};
  import { interruption } from ${moduleUrl('interruption')};
  await runCommand(async () => {
    const signal = interruption((name) => console.log(name));
    console.log('ready');
    const held = setInterval(() => undefined, 1000);
    await new Promise((end) => signal.addEventListener('abort', () => process.argv.includes('stays') || end()));
    clearInterval(held);
    return 130;
  });`;

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'output-'));
  await writeFile(join(dir, 'waits.mjs'), WAITS);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** Runs a program with its streams as the shell gives them: `$NODE` is Node, `"$P"` the program. */
async function inShell(line: string, program: string) {
  const child = spawn('bash', ['-c', line], {
    env: { ...process.env, NODE: process.execPath, P: program, OUT: join(dir, 'out') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [texts, ended] = [{ stdout: '', stderr: '' }, once(child, 'close')];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (texts.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (texts.stderr += text));
  return { code: (await ended)[0] as number, ...texts };
}

const RUN = '$NODE --input-type=module -e "$P"';

describe.skipIf(!existsSync('/dev/full'))('on a full disk', () => {
  const told =
    /^standard output: not all of it could be written\. The disk is full\. .*run the command again\.\n$/;

  it.each([
    ['a line', "say('x'); return 0;", 2],
    ['an object', 'sayJson({ a: 1 }); return 0;', 2],
    ['many lines', "await sayMany(['x']); return 0;", 2],
    ['lines that never end', "for (;;) await sayMany(['x']);", 2],
    ['lines one by one that never end', "for (;;) { say('x'); await new Promise(setImmediate); }", 2],
    ['what printed past all this', "console.log('x'); return 0;", 2],
    ['a refusal', "say('x'); return 3;", 3],
  ])('%s ends with one plain line and never with 0', async (_what, main, code) => {
    const ended = await inShell(`${RUN} > /dev/full`, programOf(main));
    expect({ ...ended, stderr: ended.stderr.replace(told, 'TOLD') }).toEqual({
      code,
      stdout: '',
      stderr: 'TOLD',
    });
  });

  it('what is done is done to the end, although nothing of it can be told', async () => {
    const main =
      "for (let n = 0; n < 3; n++) { say('x'); await new Promise(setImmediate); } warn('did all three'); return 0;";
    const ended = await inShell(`${RUN} > /dev/full`, programOf(main, true));
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/^did all three\nstandard output: not all/);
  });

  it('standard error that is full gives no 0 either', async () => {
    expect(await inShell(`${RUN} 2> /dev/full`, programOf("warn('x'); return 0;"))).toMatchObject({
      code: 2,
    });
    expect(await inShell(`${RUN} > /dev/full 2>&1`, programOf("say('x'); return 0;"))).toMatchObject({
      code: 2,
    });
    expect(await inShell(`${RUN} 2> /dev/full`, programOf("say('x'); return 0;"))).toMatchObject({ code: 0 });
  });
});

describe('a file', () => {
  it('that takes only a part of what is printed is a loss: Node itself would end with 0', async () => {
    const ended = await inShell(
      `ulimit -f 8; ${RUN} > "$OUT"`,
      programOf("say('x'.repeat(20000)); return 0;"),
    );
    expect([ended.code, ended.stderr]).toEqual([
      2,
      expect.stringContaining('The file may not become larger'),
    ]);
    expect((await readFile(join(dir, 'out'))).length).toBe(8192);
  });

  it('has all that was printed', async () => {
    const ended = await inShell(
      `${RUN} > "$OUT"`,
      programOf("say('x'.repeat(3e6)); await sayMany(['é', 'y']); return 0;"),
    );
    expect(ended).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await readFile(join(dir, 'out'), 'utf8')).toBe(`${'x'.repeat(3e6)}\né\ny\n`);
  });
});

describe('a reader that has seen enough', () => {
  it.each([
    ['many lines', "for (;;) await sayMany(Array(1000).fill('x'));"],
    ['lines one by one', "for (;;) { say('x'); await new Promise(setImmediate); }"],
  ])('stops %s that never end, quietly', async (_what, main) => {
    const ended = await inShell(`${RUN} | head -1; echo "\${PIPESTATUS[0]}"`, programOf(main));
    expect(ended).toEqual({ code: 0, stdout: 'x\n0\n', stderr: '' });
  });

  it('does not stop a command that is there for what it does', async () => {
    const main =
      "for (let n = 0; n < 2000; n++) { say('x'); await sayMany(['y']); } warn('did all'); return 3;";
    const ended = await inShell(`${RUN} | head -1; echo "\${PIPESTATUS[0]}"`, programOf(main, true));
    expect(ended).toEqual({ code: 0, stdout: 'x\n3\n', stderr: 'did all\n' });
  });

  it('of standard error stops nothing', async () => {
    const main =
      "for (let n = 0; n < 2000; n++) { warn('x'); await new Promise(setImmediate); } say('did all'); return 0;";
    const ended = await inShell(`${RUN} 2> >(head -1 >&2)`, programOf(main));
    expect(ended).toEqual({ code: 0, stdout: 'did all\n', stderr: 'x\n' });
  });
});

describe('a signal', () => {
  async function started(...words: string[]) {
    const script = join(dir, 'waits.mjs');
    const child = startScript(script, words, dir);
    const outcome = outcomeOf(child);
    await once(child.stdout, 'data');
    return { child, outcome };
  }

  it.each(['SIGINT', 'SIGTERM'] as const)('%s lets a command leave things tidy', async (signal) => {
    const { child, outcome } = await started();
    child.kill(signal);
    expect(await outcome).toEqual({ code: 130, stdout: `ready\n${signal}\n`, stderr: '' });
  });

  it.each([
    ['SIGINT', 'SIGINT'],
    ['SIGINT', 'SIGTERM'],
  ] as const)('%s and then %s end it at once', async (first, second) => {
    const { child, outcome } = await started('stays');
    child.kill(first);
    await once(child.stdout, 'data');
    child.kill(second);
    await outcome;
    expect(child.signalCode).toBe(second);
  });

  it('a hangup does not end what no terminal is left of', async () => {
    const { child, outcome } = await started();
    child.kill('SIGHUP');
    child.kill('SIGTERM');
    expect(await outcome).toEqual({ code: 130, stdout: 'ready\nSIGTERM\n', stderr: '' });
  });
});

it('a command that waits for what cannot come any more says so, and does not end with 0', async () => {
  const ended = await inShell(RUN, programOf('await new Promise(() => undefined); return 0;'));
  expect(ended).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^The command ended before it was done: [^\n]*\n$/),
  });
});

it('a command that another one started and talks to ends when the other is killed', async () => {
  const script = join(dir, 'waits.mjs');
  const parent = `
    const { spawn } = await import('node:child_process');
    spawn(process.execPath, [${JSON.stringify(script)}], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', parent], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  for await (const text of child.stdout.setEncoding('utf8')) {
    said += text;
    if (said === 'ready\n') child.kill('SIGKILL');
  }
  expect(said).toBe('ready\nSIGTERM\n');
});
