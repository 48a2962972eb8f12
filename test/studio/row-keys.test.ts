import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { RowKeys } from '../../studio/page/bench/row-keys.ts';

test('rows have keys of their own, and after a small step a record keeps the one that it had', () => {
  const count = 13;
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -40, max: 40 }), { maxLength: 20 }), (steps) => {
      const keys = new RowKeys();
      let ordinal = 0;
      let before = new Map<number, number>();
      for (const step of [0, ...steps]) {
        ordinal += step;
        const keyOf = keys.of(ordinal, count);
        const now = new Map(Array.from({ length: count }, (_, index) => [ordinal + index, keyOf(index)]));
        expect(new Set(now.values()).size).toBe(count);
        if (Math.abs(step) * 2 < count)
          for (const [record, key] of now) if (before.has(record)) expect(key).toBe(before.get(record));
        if (Math.abs(step) >= count)
          expect([...now.values()]).toEqual(before.size > 0 ? [...before.values()] : [...now.values()]);
        before = now;
      }
    }),
  );
});
