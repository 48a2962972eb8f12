import { expect, test } from 'vitest';
import { ClosingParts } from '../../../shared/pipeline/parse/closing-parts.ts';
import type { PartOutput } from '../../../shared/run/part-manifest.ts';

const part = (key: string) => ({ key }) as PartOutput;

/** A store that closes a part when it is told to, and counts those that wait. */
function slowStore() {
  const waiting = new Map<string, { end: () => void; fail: (error: Error) => void }>();
  let most = 0;
  return {
    waiting,
    most: () => most,
    close: (key: string) => () =>
      new Promise<PartOutput>((resolve, fail) => {
        waiting.set(key, {
          end: () => {
            waiting.delete(key);
            resolve(part(key));
          },
          fail,
        });
        most = Math.max(most, waiting.size);
      }),
  };
}

/** Lets all promises go on that wait for nothing else. */
const turns = () => new Promise((resolve) => setImmediate(resolve));

test('closes eight parts at once, whichever ends first, and answers in the order of the partitions', async () => {
  const store = slowStore();
  const closing = new ClosingParts();
  const keys = Array.from({ length: 20 }, (_, index) => `part-${index}`);
  const adding = (async () => {
    for (const key of keys) await closing.add(store.close(key));
    return closing.outputs();
  })();
  for (let step = 0; step < keys.length; step++) {
    await turns();
    [...store.waiting.values()].at(step % 2 === 0 ? -1 : 0)!.end();
  }
  expect((await adding).map(({ key }) => key)).toEqual(keys);
  expect(store.most()).toBe(8);
});

test('a part that could not be closed fails the range, and is given up only when no other is still being closed', async () => {
  const store = slowStore();
  const closing = new ClosingParts();
  await closing.add(store.close('a'));
  await closing.add(store.close('b'));
  store.waiting.get('a')!.fail(new Error('full'));
  await expect(closing.outputs()).rejects.toThrow('full');
  let isSettled = false;
  const settled = closing.settled().then(() => {
    isSettled = true;
  });
  await turns();
  expect(isSettled).toBe(false);
  store.waiting.get('b')!.end();
  await settled;
});

test('a failure while others wait for their turn stops those that come after it', async () => {
  const store = slowStore();
  const closing = new ClosingParts();
  for (let index = 0; index < 8; index++) await closing.add(store.close(`part-${index}`));
  const ninth = closing.add(store.close('ninth'));
  store.waiting.get('part-3')!.fail(new Error('full'));
  await expect(ninth).rejects.toThrow('full');
  expect(store.waiting.has('ninth')).toBe(false);
});
