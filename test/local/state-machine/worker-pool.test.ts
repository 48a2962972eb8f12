import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { createWorkerPool, type WorkerPool } from '../../../local/state-machine/worker-pool.ts';

const handlerModule = new URL('../../support/echo-functions.ts', import.meta.url);

let pool: WorkerPool;
afterEach(() => pool.close());

function open(workerCount = 1): WorkerPool {
  pool = createWorkerPool({
    workerCount,
    handlerModule,
    setup: { out: 'lake' },
    resourceLimits: { maxOldGenerationSizeMb: 24 },
  });
  return pool;
}

const rejection = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('should fail'),
    (error) => error,
  );

describe('a worker pool', () => {
  it('calls invokeFunction of a TypeScript module in a thread, with the setup', async () => {
    const answer = (await open().run('echo', { rangeIndex: 3 })) as Record<string, unknown>;
    expect(answer).toMatchObject({ input: { rangeIndex: 3 }, setup: { out: 'lake' } });
    expect(answer.threadId).toBeGreaterThan(0);
  });

  it('takes more calls than it has threads', async () => {
    open(2);
    const answers = await Promise.all(Array.from({ length: 9 }, (_, index) => pool.run('echo', index)));
    expect(answers.map((answer) => (answer as { input: number }).input)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(new Set(answers.map((answer) => (answer as { threadId: number }).threadId)).size).toBeLessThan(3);
  });

  it('rebuilds an error with its name, message, facts and cause', async () => {
    const error = await rejection(open().run('fail', null));
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'StoreUnavailable',
      message: 'runs/1/ranges.json: cannot read. The connection was lost. Try again.',
      where: 'runs/1/ranges.json',
      why: 'The connection was lost',
      next: 'Try again',
      retryable: true,
    });
    expect(error.cause).toMatchObject({ name: 'Error', message: 'ECONNRESET' });
    expect(error.stack).toContain('echo-functions.ts');
  });

  it('makes an error of anything that is thrown', async () => {
    expect(await rejection(open().run('throw-text', null))).toMatchObject({
      name: 'Error',
      message: 'just text',
    });
  });

  it.each([
    'exit',
    'crash-later',
    'out-of-memory',
  ])('reports a thread that dies by %s as Lambda.Unknown, and goes on with a new one', async (functionName) => {
    open();
    const [died, queued] = await Promise.allSettled([
      pool.run(functionName, null),
      pool.run('echo', 'queued after it'),
    ]);
    expect(died).toMatchObject({ status: 'rejected', reason: { name: 'Lambda.Unknown', retryable: true } });
    expect(queued).toMatchObject({ status: 'fulfilled', value: { input: 'queued after it' } });
    expect(await pool.run('echo', 'afterwards')).toMatchObject({ input: 'afterwards' });
  });

  it('answers with JSON as a Lambda does, and blames the function for what cannot be JSON', async () => {
    expect(await open().run('nothing', null)).toBeNull();
    expect(await rejection(pool.run('bigint', null))).toMatchObject({ name: 'TypeError', retryable: false });
  });

  it('does not call an input that cannot be cloned a lost thread', async () => {
    expect(await rejection(open().run('echo', () => {}))).toMatchObject({ name: 'DataCloneError' });
  });

  it('ends the thread of a call that is aborted, before the call fails', async () => {
    open();
    const shared = new SharedArrayBuffer(4);
    const turns = new Int32Array(shared);
    const abort = new AbortController();
    const spinning = rejection(pool.run('spin', shared, { signal: abort.signal }));
    while (Atomics.load(turns, 0) === 0) await delay(5);
    abort.abort(new Error('enough'));
    expect(await spinning).toMatchObject({ message: 'enough' });
    const stoppedAt = Atomics.load(turns, 0);
    expect(await pool.run('echo', 'next')).toMatchObject({ input: 'next' });
    expect(Atomics.load(turns, 0)).toBe(stoppedAt);
  });

  it('fails an aborted call only when its thread can do nothing more', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'worker-pool-'));
    try {
      open();
      const started = join(folder, 'started');
      const file = join(folder, 'written-by-the-thread');
      const abort = new AbortController();
      const blocked = rejection(pool.run('block', { started, file }, { signal: abort.signal }));
      // Stopped any earlier, the thread might end before its child process is there.
      while (!existsSync(started)) await delay(5);
      abort.abort(new Error('enough'));
      await blocked;
      expect(existsSync(file)).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('replaces a thread that dies between two calls', async () => {
    const told = new Int32Array(new SharedArrayBuffer(4));
    const deadThread = await open().run('crash-when-told', told.buffer);
    Atomics.store(told, 0, 1);
    let answer: unknown;
    do {
      await delay(5);
      answer = await pool.run('echo', null).catch(() => undefined);
    } while (answer === undefined || (answer as { threadId: number }).threadId === deadThread);
    expect(answer).toMatchObject({ input: null });
  });

  it('hands each call what was set up last', async () => {
    const threads = createWorkerPool({ workerCount: 1, handlerModule });
    pool = threads;
    expect(await threads.run('echo', 1)).not.toHaveProperty('setup.out');
    threads.setUp({ out: 'other' });
    expect(await threads.run('echo', 1)).toMatchObject({ setup: { out: 'other' } });
  });

  it('never starts a call that is aborted while it waits for a thread', async () => {
    open();
    const busy = new Int32Array(new SharedArrayBuffer(4));
    const waiting = new Int32Array(new SharedArrayBuffer(4));
    const [abortBusy, abortWaiting] = [new AbortController(), new AbortController()];
    const first = rejection(pool.run('spin', busy.buffer, { signal: abortBusy.signal }));
    const second = rejection(pool.run('spin', waiting.buffer, { signal: abortWaiting.signal }));
    while (Atomics.load(busy, 0) === 0) await delay(5);
    abortWaiting.abort(new Error('not needed any more'));
    expect(await second).toMatchObject({ message: 'not needed any more' });
    abortBusy.abort();
    await first;
    await pool.run('echo', null);
    expect(Atomics.load(waiting, 0)).toBe(0);
    expect(await rejection(pool.run('echo', null, { signal: abortWaiting.signal }))).toMatchObject({
      message: 'not needed any more',
    });
  });

  it('close ends threads at work and takes no further call', async () => {
    open();
    const turns = new Int32Array(new SharedArrayBuffer(4));
    const spinning = rejection(pool.run('spin', turns.buffer));
    while (Atomics.load(turns, 0) === 0) await delay(5);
    await pool.close();
    const stoppedAt = Atomics.load(turns, 0);
    expect(await spinning).toMatchObject({ name: 'Interrupted' });
    expect(await rejection(pool.run('echo', null))).toMatchObject({ name: 'Interrupted' });
    expect(Atomics.load(turns, 0)).toBe(stoppedAt);
  });
});
