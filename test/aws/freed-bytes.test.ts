import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freeBytes, grownBytes } from '../../shared/aws/freed-bytes.ts';

describe('bytes that are given back', () => {
  it('are empty, and what is a part of a larger buffer stays', () => {
    const own = new Uint8Array(10).fill(7);
    freeBytes(own);
    expect(own.byteLength).toBe(0);
    const whole = new Uint8Array(10).fill(7);
    freeBytes(whole.subarray(2));
    freeBytes(Buffer.from('a few bytes of the pool'));
    freeBytes(new Uint8Array(new SharedArrayBuffer(4)));
    expect([...whole]).toEqual(Array(10).fill(7));
  });

  it('grow with their content, followed by zeros, whether or not they are a part of a larger buffer', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), fc.nat(20), fc.nat(5), (content, more, before) => {
        const larger = new Uint8Array(before + content.length);
        larger.set(content, before);
        const grown = grownBytes(larger.subarray(before), content.length + more);
        expect([...grown]).toEqual([...content, ...Array(more).fill(0)]);
        expect(grown.byteLength).toBe(grown.buffer.byteLength);
      }),
    );
  });
});
