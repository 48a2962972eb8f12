import { describe, expect, it } from 'vitest';
import { UsageError } from '../shared/errors.ts';
import { isRefusal, refusalSchema, refuse } from '../shared/refusal.ts';

const FACTS = { where: 'raw/f.txt', what: 'the file is odd', next: 'Send it again.' };

describe('a refusal', () => {
  it('says what, where, why, that nothing was published, and what to do next, in this order', () => {
    expect(refuse('line-too-long', { ...FACTS, why: 'It has no line ends' })).toEqual({
      code: 'line-too-long',
      message: 'raw/f.txt: the file is odd. It has no line ends. Nothing was published. Send it again.',
    });
  });

  it('clips long values as errors do', () => {
    const what = 'x'.repeat(5_000);
    const { message } = refuse('line-too-long', { ...FACTS, what });
    const clipped = new UsageError({ where: FACTS.where, what }).message;
    expect(clipped).toMatch(/^raw\/f\.txt: x+… \(5011 characters\)\.$/);
    expect(message).toBe(`${clipped} Nothing was published. Send it again.`);
  });

  it('differs by its code from other values that have a code', () => {
    expect(isRefusal(refuse('empty-file', FACTS))).toBe(true);
    expect(isRefusal({ code: 'cut-record', message: 'a problem of a chain' })).toBe(false);
    expect(isRefusal({ message: 'no code' })).toBe(false);
    expect(isRefusal(null)).toBe(false);
    expect(isRefusal(undefined)).toBe(false);
  });

  it('is read back from JSON unchanged, and nothing else is accepted', () => {
    const refusal = refuse('empty-file', FACTS);
    expect(refusalSchema.parse(JSON.parse(JSON.stringify(refusal)))).toEqual(refusal);
    expect(refusalSchema.safeParse({ ...refusal, code: 'unknown' }).success).toBe(false);
  });
});
