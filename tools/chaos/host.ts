import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { endsWithUs } from '../bound-child.ts';
import type { HostOrder } from './host-order.ts';

const SCRIPT = fileURLToPath(new URL('./host-process.ts', import.meta.url));
const ISOLATED = ['-r', '--pid', '--fork', '--kill-child'];
/** A host that does not answer for so long hangs. */
const MOST_MS = 180_000;

/** May this process make pid namespaces? */
export function hostsAreAllowed(): boolean {
  return spawnSync('unshare', [...ISOLATED, 'true']).status === 0;
}

/** A process in a pid namespace of its own, which performs one order after the other. */
export class Host {
  private readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  private readonly answers: string[] = [];
  /** What it wrote to its standard error, without what unshare says of its own signals. */
  private complaints = '';
  private heard: () => void = () => undefined;
  private isOver = false;

  private constructor() {
    this.child = spawn('unshare', [...ISOLATED, process.execPath, SCRIPT], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    endsWithUs(this.child);
    createInterface({ input: this.child.stderr }).on('line', (line) => {
      if (!line.startsWith('unshare: sigprocmask')) this.complaints += `${line}\n`;
    });
    this.child.stdin.on('error', () => undefined);
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      this.answers.push(line);
      this.heard();
    });
    this.child.once('close', () => {
      this.isOver = true;
      this.heard();
    });
  }

  /** A host that is ready for orders. */
  static async start(): Promise<Host> {
    const host = new Host();
    if ((await host.answer()) === undefined) throw new Error(`a host did not start: ${host.complaints}`);
    return host;
  }

  /** Performs the order, and answers how its deeds ended; a host that ends before says so. */
  async perform(order: HostOrder): Promise<string[]> {
    this.child.stdin.write(`${JSON.stringify(order)}\n`);
    const answer = await this.answer();
    return answer === undefined ? [`the host ended: ${this.complaints}`] : (JSON.parse(answer) as string[]);
  }

  /** Sends the signal to the process in the namespace. Answers true if it ended by that. */
  async kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<boolean> {
    const { pid } = this.child;
    if (this.isOver) return false;
    const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
    const inner = Number(text.trim().split(' ')[0]);
    if (inner > 0) process.kill(inner, signal);
    const ended = once(this.child, 'close').then(() => true);
    // By SIGTERM it ends once its deed has.
    const isStopped = await Promise.race([ended, sleep(signal === 'SIGTERM' ? 10_000 : MOST_MS, false)]);
    if (!isStopped) this.child.kill('SIGKILL');
    if (!isStopped) await ended;
    return isStopped;
  }

  private async answer(): Promise<string | undefined> {
    const deadline = Date.now() + MOST_MS;
    for (;;) {
      const line = this.answers.shift();
      if (line !== undefined) return line;
      if (this.isOver) return undefined;
      if (Date.now() > deadline) throw new Error('a host hangs: it has not answered for three minutes');
      const { promise, resolve } = Promise.withResolvers<void>();
      this.heard = resolve;
      await Promise.race([promise, sleep(1_000)]);
    }
  }
}
