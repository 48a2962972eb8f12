/**
 * How many samples a property is given that converts whole files: a quarter in `npm test`, which people wait for, and all of them in
 * `npm run test:long`.
 */
export function samples(whole: number): number {
  return isLong ? whole : Math.ceil(whole / 4);
}

/** True in `npm run test:long`. */
export const isLong = process.env.TEST_LENGTH === 'long';
