import { objectOf, wholeNumber } from '../json-shape.ts';

/** How the values of many things spread, such as the rows of row groups. */
export interface Distribution {
  count: number;
  min: number;
  median: number;
  max: number;
}

export const distributionShape = objectOf<Distribution>({
  count: wholeNumber,
  min: wholeNumber,
  median: wholeNumber,
  max: wholeNumber,
});

/** Count, minimum, median and maximum; all 0 without values. */
export function distribution(values: number[]): Distribution {
  const sorted = values.toSorted((a, b) => a - b);
  return {
    count: sorted.length,
    min: sorted[0] ?? 0,
    median: sorted[sorted.length >> 1] ?? 0,
    max: sorted.at(-1) ?? 0,
  };
}
