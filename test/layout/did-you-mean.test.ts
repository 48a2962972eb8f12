import fc from 'fast-check';
import { expect, it } from 'vitest';
import { didYouMean } from '../../shared/layout/did-you-mean.ts';

it('takes two letters in the wrong order for one slip, as fingers make it', () => {
  expect(didYouMean('stauts', ['start', 'status'])).toContain("one is 'status'");
  expect(didYouMean('status', [])).toBe('');
});

it('names the word itself after one swap, whatever words of other letters are beside it', () => {
  const word = fc.stringMatching(/^[a-m]{4,10}$/);
  const other = fc.array(fc.stringMatching(/^[n-z]{4,10}$/), { maxLength: 5 });
  fc.assert(
    fc.property(word, other, fc.nat(), (name, others, place) => {
      const at = place % (name.length - 1);
      const typed = name.slice(0, at) + name[at + 1] + name[at] + name.slice(at + 2);
      expect(didYouMean(typed, [...others, name])).toContain(`one is '${name}'`);
    }),
  );
});
