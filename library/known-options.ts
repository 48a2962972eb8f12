import { UsageError } from '../shared/errors.ts';
import { didYouMean } from '../shared/layout/did-you-mean.ts';

/** Fails with `UsageError` for options that a function does not know: a misspelt one would be passed over in silence. */
export function requireKnown(of: string, options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null)
    throw new UsageError({
      what: `the options of ${of} are an object`,
      next: `It knows ${known.join(', ')}.`,
    });
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new UsageError({ what: `${of} has no option '${unknown}'${didYouMean(unknown, known)}` });
}
