import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';

const MODULE = new URL('../../local/garbage-collection.ts', import.meta.url).href;
const THREADS = 24;

/** Hides V8's collector every few milliseconds, as threads do that have taken it. */
const HIDING = `
  const { setFlagsFromString } = require('node:v8');
  const sleeping = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    setFlagsFromString('--no-expose-gc');
    Atomics.wait(sleeping, 0, 0, 1 + Math.random() * 3);
  }`;

test('threads that begin at once each find the collector, which every other one hides', async () => {
  const hiding = new Worker(HIDING, { eval: true });
  try {
    for (let begun = 0; begun < THREADS; begun += 4) {
      const threads = Array.from(
        { length: 4 },
        () =>
          new Worker(`import(${JSON.stringify(MODULE)}).then((module) => module.exposedCollector())`, {
            eval: true,
          }),
      );
      const codes = await Promise.all(threads.map(async (thread) => (await once(thread, 'exit'))[0]));
      expect(codes).toEqual([0, 0, 0, 0]);
    }
  } finally {
    await hiding.terminate();
  }
});
