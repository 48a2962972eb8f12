import type { EventEmitter } from 'node:events';
import { beforeEach, expect, it, vi } from 'vitest';
import { createWorkerPool } from '../../../local/state-machine/worker-pool.ts';

const begun = vi.hoisted(() => ({ count: 0, mode: 'refused' as 'refused' | 'dead' }));

vi.mock('node:worker_threads', async (original) => {
  const { EventEmitter: Emitter } = await import('node:events');
  class Worker extends (Emitter as typeof EventEmitter) {
    constructor() {
      super();
      begun.count++;
      if (begun.mode === 'refused')
        throw new Error('ERR_WORKER_INIT_FAILED: EAGAIN', { cause: 'pthread_create' });
      setTimeout(() => this.emit('exit', 1), 5);
    }
    ref() {}
    unref() {}
    postMessage() {}
    async terminate() {}
  }
  return { ...(await original<object>()), Worker };
});

const handlerModule = new URL('../../support/echo-functions.ts', import.meta.url);

beforeEach(() => {
  begun.count = 0;
});

it.each([
  'refused',
  'dead',
] as const)('calls fail, and none waits for ever, if each thread that begins is %s', async (mode) => {
  begun.mode = mode;
  const pool = createWorkerPool({ workerCount: 2, handlerModule });
  for (let again = 0; again < 2; again++) {
    const calls = await Promise.allSettled([1, 2, 3].map((input) => pool.run('echo', input)));
    for (const call of calls)
      expect(call).toMatchObject({ status: 'rejected', reason: { name: 'Lambda.Unknown' } });
  }
  // Not again and again by itself.
  expect(begun.count).toBeLessThanOrEqual(mode === 'dead' ? 5 : 8);
  await pool.close();
});
