import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { endsWithUs } from '../bound-child.ts';
import type { Said } from './typed-command.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/positional-lake.mjs', import.meta.url));
const SERVER = fileURLToPath(new URL('./command-server.ts', import.meta.url));

/** A command that takes longer than this hangs. */
const MOST_MS = 120_000;

/** A process that runs one command after the other in a folder. */
export class CommandRunner {
  private readonly folder: string;
  private server: ChildProcessByStdio<Writable, Readable, Readable> | undefined;
  private waiting: ((said: Said) => void) | undefined;
  private errors = '';

  constructor(folder: string) {
    this.folder = folder;
  }

  run(words: readonly string[]): Promise<Said> {
    this.server ??= this.start();
    const { stdin } = this.server;
    return new Promise((resolve) => {
      const timer = setTimeout(
        () => answered({ code: null, out: '', err: `no answer for ${MOST_MS / 1000} s` }),
        MOST_MS,
      );
      const answered = (said: Said) => {
        clearTimeout(timer);
        this.waiting = undefined;
        resolve(said);
      };
      this.waiting = answered;
      stdin.write(`${JSON.stringify({ words })}\n`);
    });
  }

  end(): void {
    this.server?.stdin.end();
    this.server = undefined;
  }

  private start(): ChildProcessByStdio<Writable, Readable, Readable> {
    const server = endsWithUs(
      spawn(process.execPath, [SERVER], { cwd: this.folder, stdio: ['pipe', 'pipe', 'pipe'] }),
    );
    createInterface({ input: server.stdout }).on('line', (line) => this.waiting?.(JSON.parse(line) as Said));
    server.stderr.on('data', (text) => {
      this.errors += text;
    });
    server.once('close', (code, signal) => {
      this.server = undefined;
      this.waiting?.({ code: null, signal, out: '', err: `the process ended with ${code}: ${this.errors}` });
    });
    return server;
  }
}

/** Runs a command in a process of its own, as people do, and ends it with a signal after some milliseconds. */
export function runAlone(
  folder: string,
  words: readonly string[],
  kill?: { signal: 'SIGKILL' | 'SIGTERM'; afterMs: number },
): Promise<Said> {
  const child = endsWithUs(
    spawn(process.execPath, [PROGRAM, ...words], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] }),
  );
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => {
    said.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said.err += text;
  });
  const timer = kill && setTimeout(() => child.kill(kill.signal), kill.afterMs);
  return new Promise((resolve) =>
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ ...said, code, signal });
    }),
  );
}
