import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PROGRAM_PATH, runCommand } from '../support/run-command.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';

const CONFIG = {
  scanSeconds: 1,
  sources: [{ folder: 'in' }],
  files: [{ pattern: '*', finished: { by: 'rename' } }],
  target: { folder: 'raw' },
  stateFolder: 'state',
};

/** A line of each command that prints something, in their order in the help. */
const LINES = [
  ...['--help', '--version', 'help query', 'completions bash'],
  'start',
  'convert --layout ./small.json --input f_20250812.txt --out lake --force --json',
  'convert --layout ./small.json --input f_20250812.txt --out lake --dry-run',
  ...['connect --config connector.json --once', 'connect plan --config connector.json'],
  'connect journal --config connector.json',
  ...['table', 'json', 'csv', 'markdown', 'expanded'].map(
    (form) => `query --lake lake ${form === 'table' ? '' : `--${form} `}FROM\u00a0small`,
  ),
  'dashboard --lake lake --out boards --mapping mapping.json',
  ...['layout describe small.json', 'layout preview small.json f_20250812.txt', 'layout lint small.json'],
  ...['layout guess f_20250812.txt', 'layout from-copybook good.cpy'],
  ...['status --lake lake', 'status --lake lake --all', 'status --lake lake --json'],
  'report --lake lake --out night.html',
  ...['history --lake lake', 'rejects --lake lake', 'publish --lake lake'],
  ...['clean --lake lake', 'verify --lake lake', 'repair --lake lake'],
  'generate --records 10 --out made',
  ...['estimate --bytes 1GB', 'simulate --files 2 --bytes 1GB'],
];

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'printed-nowhere-'));
  const files = {
    'small.json': smallLayout(),
    'good.cpy': '       01 R.\n          05 A PIC X(4).\n',
    'connector.json': JSON.stringify(CONFIG),
    'mapping.json': '{}',
    'f_20250812.txt': smallFile(smallLine('A1', 1), smallLine('A2', 2, 'B'), smallLine('', 7)),
    'in/f_20250812.txt': smallFile(smallLine('A1', 1)),
  };
  for (const folder of ['in', 'raw', 'state']) await mkdir(join(dir, folder));
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
  const flags = ['--layout', './small.json', '--input', 'f_20250812.txt', '--out', 'lake'];
  expect(await runCommand('convert', flags, dir)).toMatchObject({ code: 0 });
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function inShell(line: string, words: string[]) {
  const child = spawn('bash', ['-c', line, 'bash', ...words], {
    env: { ...process.env, NODE: process.execPath, PROGRAM: PROGRAM_PATH, INIT_CWD: dir },
    cwd: dir,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { stdout: '', stderr: '' };
  const ended = once(child, 'close');
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    texts.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    texts.stderr += text;
  });
  return { code: (await ended)[0] as number, ...texts };
}

it.each(LINES)('%s on a full disk says so in one line, and never ends with 0', async (line) => {
  const words = line.split(' ').map((word) => word.replaceAll('\u00a0', ' '));
  const whole = await inShell('$NODE "$PROGRAM" "$@"', words);
  const full = await inShell('$NODE "$PROGRAM" "$@" > /dev/full', words);
  expect(full.stderr).not.toMatch(/^\s+at /m);
  if (whole.stdout === '') return;
  expect(full.stderr).toMatch(
    /(^|\n)standard output: not all of it could be written\. The disk is full\. [^\n]*\n$/,
  );
  expect(full.code).toBe(whole.code === 0 ? 2 : whole.code);
  const silent = await inShell('$NODE "$PROGRAM" "$@" > /dev/full 2> /dev/full', words);
  expect(silent.code).toBe(full.code);
});

it.each(LINES)('%s | true says nothing of a reader that is gone', async (line) => {
  const words = line.split(' ').map((word) => word.replaceAll('\u00a0', ' '));
  const { stdout, stderr } = await inShell('$NODE "$PROGRAM" "$@" | true; echo "${PIPESTATUS[0]}"', words);
  expect(stderr).not.toMatch(/EPIPE|^\s+at |standard output/m);
  expect(['0\n', '1\n', '2\n', '3\n']).toContain(stdout);
});

it('connect goes on if nobody reads it any more, and says so', async () => {
  const script = `
    $NODE "$PROGRAM" connect --config connector.json --json > >(head -1 > first) 2> said & service=$!
    until [ -s first ]; do sleep 0.1; done
    for n in 1 2 3 4; do cp f_20250812.txt in/part; mv in/part in/g\${n}_20250812.txt; sleep 2; done
    until find raw -name 'g4_*' | grep -q . || [ $((tries += 1)) -gt 200 ]; do sleep 0.1; done
    kill -TERM $service; wait $service; echo "$?"; find raw -type f; cat said`;
  const { stdout } = await inShell(script, []);
  expect(stdout.split('\n')[0]).toBe('0');
  for (const name of ['g1', 'g2', 'g3', 'g4']) expect(stdout).toContain(`/${name}_20250812.txt\n`);
  expect(stdout.match(/Nobody reads standard output any more/g)).toHaveLength(1);
}, 60_000);
