import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { PreconditionFailed, StoreUnavailable } from '../../../shared/errors.ts';
import { compareAndSwap, putFirst, replace } from '../../../shared/pipeline/store/compare-and-swap.ts';

const KEY = 'counter';

async function increase(store: MemoryObjectStore): Promise<number> {
  return compareAndSwap(KEY, async () => {
    const stored = await store.get(KEY);
    const next = (stored ? Number(new TextDecoder().decode(stored.bytes)) : 0) + 1;
    await replace(store, KEY, new TextEncoder().encode(String(next)), stored);
    return next;
  });
}

const lost = () => new PreconditionFailed({ what: 'the object was not written', where: KEY });

describe('compare and swap', () => {
  it('lets every one of fifty writers at once change what the others left', async () => {
    const store = new MemoryObjectStore();
    const results = await Promise.all(Array.from({ length: 50 }, () => increase(store)));
    expect(results.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  });

  describe('that loses every time', () => {
    beforeEach(() => {
      vi.useFakeTimers();
      vi.spyOn(Math, 'random').mockReturnValue(0.5);
    });
    afterEach(() => {
      vi.restoreAllMocks();
      vi.useRealTimers();
    });

    function losing() {
      const tried: number[] = [];
      const begunAt = Date.now();
      const swapping = compareAndSwap(KEY, async () => {
        tried.push(Date.now() - begunAt);
        throw lost();
      });
      return { tried, swapping };
    }

    it('gives up after 100 losses, and says where, why and what to do', async () => {
      const { tried, swapping } = losing();
      const failed = expect(swapping).rejects.toMatchObject({
        name: 'PreconditionFailed',
        where: KEY,
        message: expect.stringMatching(/100 times in a row .* See which executions work on this key/),
      });
      await vi.runAllTimersAsync();
      await failed;
      expect(tried).toHaveLength(100);
    });

    it('waits longer each time before it tries again, up to 64 ms, by chance', async () => {
      const { tried, swapping } = losing();
      swapping.catch(() => undefined);
      await vi.runAllTimersAsync();
      const waits = tried.slice(1).map((at, index) => at - tried[index]!);
      expect(waits.slice(0, 8)).toEqual([1, 2, 4, 8, 16, 32, 32, 32]);
    });
  });

  it('passes every other error on at once', async () => {
    let tries = 0;
    const swapping = compareAndSwap(KEY, async () => {
      tries++;
      throw new StoreUnavailable({ what: 'throttled' });
    });
    await expect(swapping).rejects.toMatchObject({ name: 'StoreUnavailable' });
    expect(tries).toBe(1);
  });

  it('does not try again if a swap within it gave up', async () => {
    let tries = 0;
    const swapping = compareAndSwap('outer', async () => {
      tries++;
      throw new PreconditionFailed({ what: 'gave up', where: KEY, cause: lost() });
    });
    await expect(swapping).rejects.toMatchObject({ where: KEY });
    expect(tries).toBe(1);
  });
});

describe('an object that is never changed', () => {
  it('is written by the first only', async () => {
    const store = new MemoryObjectStore();
    expect(await putFirst(store, KEY, new Uint8Array([1]))).toBe(true);
    expect(await putFirst(store, KEY, new Uint8Array([2]))).toBe(false);
    expect((await store.get(KEY))?.bytes).toEqual(new Uint8Array([1]));
  });
});
