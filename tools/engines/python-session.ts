import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { endsWithUs } from '../bound-child.ts';
import type { Asked, EngineSession, Looking, Planned } from './engine.ts';
import { Looks } from './looking.ts';

const SCRIPT = fileURLToPath(new URL('./engine_session.py', import.meta.url));
const STOP_MS = 20_000;
/** Of what an engine says beside its answers, so much is kept to explain its end. */
const KEPT_CHARACTERS = 4000;

/** An answer of the script; the members that each request has are said there. */
type Answer = {
  done?: true;
  saw?: string;
  from?: number;
  to?: number;
  planned?: Planned[];
  asked?: Asked[];
  folder?: string;
};

/** Starts the script with an engine, lets `act` use it, and ends it. */
export async function withPython<T>(
  { python, engine, environment }: { python: string; engine: string; environment: Record<string, string> },
  folder: string,
  act: (session: EngineSession) => Promise<T>,
): Promise<T> {
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ...environment };
  const child = spawn(python, [SCRIPT, engine], { env, cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] });
  const script = new Script(endsWithUs(child));
  try {
    return await act({
      async read(states) {
        const out = join(folder, `${engine}-rows.json`);
        const wanted = states.map(({ table, snapshot }) => ({ table, snapshot }));
        script.ask({ do: 'read', states: wanted, out });
        await script.answer();
        return JSON.parse(await readFile(out, 'utf8'));
      },
      look: (table) => script.look(table),
      async plan(table, questions) {
        script.ask({ do: 'plan', table, questions });
        return (await script.answer()).planned ?? [];
      },
      async ask(table, questions) {
        script.ask({ do: 'ask', table, questions });
        return (await script.answer()).asked ?? [];
      },
      ...(engine === 'spark' && {
        async rewrite(table: string, warehouse: string, partitions: string[]) {
          script.ask({ do: 'rewrite', table, warehouse, partitions });
          return (await script.answer()).folder ?? '';
        },
      }),
    });
  } finally {
    await script.end();
  }
}

class Script {
  private readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  private readonly answers: AsyncIterator<string>;
  private readonly ended: Promise<void>;
  private said = '';

  constructor(child: ChildProcessByStdio<Writable, Readable, Readable>) {
    this.child = child;
    this.answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    this.ended = new Promise((resolve) => child.once('close', () => resolve()));
    child.stderr.on('data', (text) => {
      this.said = `${this.said}${text}`.slice(-KEPT_CHARACTERS);
    });
    // It may have ended: the answer that is missing says so.
    child.stdin.on('error', () => undefined);
  }

  ask(request: object): void {
    this.child.stdin.write(`${JSON.stringify(request)}\n`);
  }

  async answer(): Promise<Answer> {
    const { done, value } = await this.answers.next();
    if (done) throw new Error(`the engine ended: ${this.said.trim()}`);
    return JSON.parse(value);
  }

  async look(table: string): Promise<Looking> {
    this.ask({ do: 'loop', table });
    const looks = new Looks(
      () => this.ask({ do: 'stop' }),
      async (add) => {
        for (let next = await this.answer(); !next.done; next = await this.answer())
          add({ saw: next.saw ?? '', fromMs: next.from ?? 0, toMs: next.to ?? 0 });
      },
    );
    // A slow start misses nothing.
    await looks.looked();
    return looks;
  }

  async end(): Promise<void> {
    this.child.stdin.end();
    await Promise.race([this.ended, sleep(STOP_MS, undefined, { ref: false })]);
    this.child.kill('SIGKILL');
    await this.ended;
  }
}
