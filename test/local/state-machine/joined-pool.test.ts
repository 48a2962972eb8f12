import { threadId } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { joinedPool } from '../../../local/state-machine/joined-pool.ts';
import { createWorkerPool, type WorkerPool } from '../../../local/state-machine/worker-pool.ts';
import { StoreUnavailable } from '../../../shared/errors.ts';
import { invokeFunction } from '../../support/echo-functions.ts';

const handlerModule = new URL('../../support/echo-functions.ts', import.meta.url);

let pool: WorkerPool | undefined;
afterEach(() => pool?.close());

type Call = Parameters<typeof joinedPool>[2];

/** One thread beside this one, unless `call` is to be the only one. */
function open(threadCount: number, call: Call = (name, input) => invokeFunction(name, input, 'here')) {
  const threads =
    threadCount > 0
      ? createWorkerPool({ workerCount: threadCount, handlerModule, setup: 'there' })
      : undefined;
  pool = joinedPool(threads, threadCount, call);
  return pool;
}

/** A call that goes on until it is told to end, and what it was told. */
function heldCall() {
  const held: { signal?: AbortSignal; end: (output: unknown) => void } = { end: () => undefined };
  const call: Call = (_, __, signal) => {
    held.signal = signal;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    held.end = resolve;
    signal.addEventListener('abort', () => reject(signal.reason));
    return promise;
  };
  return { held, call };
}

describe('a pool in which this thread works too', () => {
  it('runs a call elsewhere if a thread is free, and else here', async () => {
    const { run } = open(1);
    const calls = Array.from({ length: 2 }, () => run('echo', {}, { elsewhere: true }));
    const answers = (await Promise.all(calls)) as { setup: string }[];
    expect(answers.map(({ setup }) => setup)).toEqual(['there', 'here']);
    expect(await run('echo', {})).toMatchObject({ setup: 'here' });
  });

  it('runs calls here and in the threads, each once', async () => {
    open(1);
    const answers = await Promise.all(Array.from({ length: 12 }, (_, index) => pool!.run('echo', index)));
    const places = answers as { input: number; setup: string; threadId: number }[];
    expect(places.map(({ input }) => input)).toEqual(Array.from({ length: 12 }, (_, index) => index));
    expect(new Set(places.map(({ setup }) => setup))).toEqual(new Set(['here', 'there']));
    for (const { setup, threadId: id } of places) expect(id === threadId).toBe(setup === 'here');
  });

  it('runs one call at a time without threads, in the order in which they came', async () => {
    const order: string[] = [];
    let running = 0;
    open(0, async (name) => {
      expect(++running).toBe(1);
      await Promise.resolve();
      order.push(name);
      running--;
    });
    await Promise.all(['a', 'b', 'c', 'd'].map((name) => pool!.run(name, null)));
    expect(order).toEqual(['a', 'b', 'c', 'd']);
  });

  it('answers with JSON, as a thread does', async () => {
    open(0, async () => ({ when: new Date(0), none: undefined }));
    expect(await pool!.run('any', null)).toEqual({ when: '1970-01-01T00:00:00.000Z' });
  });

  it('fails with the name and the facts of what was thrown, and goes on', async () => {
    open(0, async (name) => {
      if (name === 'good') return 1;
      throw new StoreUnavailable({ what: 'cannot read', where: 'runs/1' });
    });
    await expect(pool!.run('bad', null)).rejects.toMatchObject({
      name: 'StoreUnavailable',
      where: 'runs/1',
      retryable: true,
    });
    expect(await pool!.run('good', null)).toBe(1);
  });

  it('stops a call here, and one that waits, with the reason of the signal', async () => {
    const { held, call } = heldCall();
    open(0, call);
    const interrupt = new AbortController();
    const other = new AbortController();
    const first = pool!.run('first', null, { signal: interrupt.signal });
    const second = pool!.run('second', null, { signal: other.signal });
    const third = pool!.run('third', null);
    await expect.poll(() => held.signal).toBeDefined();
    other.abort(new Error('not wanted'));
    await expect(second).rejects.toThrow('not wanted');
    const firstSignal = held.signal;
    interrupt.abort(new Error('interrupted'));
    await expect(first).rejects.toThrow('interrupted');
    await expect.poll(() => held.signal !== firstSignal).toBe(true);
    held.end('third');
    expect(await third).toBe('third');
  });

  it('takes no answer of a call that ended after it was stopped', async () => {
    const interrupt = new AbortController();
    open(0, async () => {
      interrupt.abort(new Error('interrupted'));
      return 1;
    });
    await expect(pool!.run('late', null, { signal: interrupt.signal })).rejects.toThrow('interrupted');
  });

  it('stops everything when it is closed, and takes no further call', async () => {
    const { held, call } = heldCall();
    open(0, call);
    const first = pool!.run('first', null);
    const second = pool!.run('second', null);
    await expect.poll(() => held.signal).toBeDefined();
    const ended = Promise.allSettled([first, second]);
    await pool!.close();
    for (const { status, reason } of (await ended) as PromiseRejectedResult[])
      expect([status, reason.name]).toEqual(['rejected', 'Interrupted']);
    await expect(pool!.run('third', null)).rejects.toMatchObject({ name: 'Interrupted' });
  });
});
