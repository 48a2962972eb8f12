import { describe, expect, it } from 'vitest';
import { invalidRefusal, neverValidWarnings, nulledTexts } from '../../shared/run/invalid-values.ts';

const refusal = (maxInvalidPercent: number | undefined, nulled: object, valid: object) =>
  invalidRefusal(
    'a.txt',
    { rejects: { maxPercent: 0, maxInvalidPercent } },
    {
      nulled: { ...nulled } as Record<string, number>,
      valid: { ...valid } as Record<string, number>,
    },
  );

describe('values that became null because they are invalid', () => {
  it('refuse a file if they are more of those of their field than the layout allows', () => {
    expect(refusal(10, { v: 1 }, { v: 9 })).toBeUndefined();
    expect(refusal(9.9, { v: 1 }, { v: 9 })?.message).toContain('1 of 10 values of v (10.000 %) are invalid');
    expect(refusal(undefined, { v: 10 }, {})).toBeUndefined();
    expect(refusal(99.9, { v: 10 }, {})?.code).toBe('too-many-invalid');
    expect(refusal(0, { v: 0 }, { v: 3 })).toBeUndefined();
    expect(refusal(0, { v: 1, w: 2 }, { v: 3, w: 2 })?.message).toContain(
      '1 of 4 values of v (25.000 %) and 2 of 4 values of w (50.000 %)',
    );
  });

  it('are a warning if no value of the field can be read', () => {
    const warned = (nulled: Record<string, number>, valid: Record<string, number>) =>
      neverValidWarnings('a.txt', { nulled, valid }).map((text) =>
        /value of (\S+) .* all (\d+)/.exec(text)?.slice(1),
      );
    expect(warned({ v: 2, w: 1, x: 0 }, { w: 1 })).toEqual([['v', '2']]);
    expect(warned({ v: 1 }, { v: 0 })).toEqual([['v', '1']]);
  });

  it('are told with their number and the bytes of the first', () => {
    expect(nulledTexts()).toEqual([]);
    expect(nulledTexts({ v: 1, w: 2000 }, { v: { hex: '3133ff', byteOffset: 0 } })).toEqual([
      'v: 1 invalid value became null, the first in the record at byte 0: 31 33 ff',
      'w: 2,000 invalid values became null',
    ]);
  });
});
