import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SortedKeys } from '../../local/adapters/sorted-keys.ts';

it('keys stand in the order of their bytes, whatever is added and removed', () => {
  const key = fc.string({ unit: fc.constantFrom('a', 'b', '/', 'é', '\uffee', '😀'), maxLength: 3 });
  const step = fc.record({ key, isAdded: fc.boolean() });
  const steps = (all: { key: string; isAdded: boolean }[], prefix: string) => {
    const keys = new SortedKeys();
    const known = new Set<string>();
    for (const { key: one, isAdded } of all) {
      if (isAdded) keys.add(one);
      else keys.remove(one);
      if (isAdded) known.add(one);
      else known.delete(one);
    }
    const wanted = [...known].filter((one) => one.startsWith(prefix));
    const inOrder = wanted.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(keys.startingWith(prefix)).toEqual(inOrder);
  };
  fc.assert(fc.property(fc.array(step, { maxLength: 40 }), key, steps), { numRuns: 300 });
});
