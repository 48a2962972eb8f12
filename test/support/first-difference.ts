import { inspect, isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';

const BYTES_AROUND = 16;

/**
 * Compares a long list with the right one, as `toEqual` does; a failure shows the first row that differs and nothing else, however
 * long the lists are.
 */
export function expectSameRows(
  actual: readonly unknown[],
  expected: readonly unknown[],
  what = 'rows',
): void {
  const counts = `${what}: ${actual.length} of them, ${expected.length} expected`;
  for (const [index, row] of expected.entries()) {
    if (index >= actual.length) expect.fail(`${counts}; the first that is missing is ${inspect(row)}`);
    if (isDeepStrictEqual(actual[index], row)) continue;
    expect(actual[index], `${counts}; the first that may differ is at ${index}`).toEqual(row);
  }
  if (actual.length > expected.length) {
    expect.fail(`${counts}; the first that is too many is ${inspect(actual[expected.length])}`);
  }
}

/** Compares bytes with the right ones; a failure prints the place of the first difference and the bytes around it. */
export function expectSameBytes(actual: Uint8Array, expected: Uint8Array, what = 'bytes'): void {
  if (Buffer.compare(actual, expected) === 0) return;
  let at = 0;
  while (at < actual.length && actual[at] === expected[at]) at++;
  const around = (bytes: Uint8Array) => {
    const start = Math.max(0, at - BYTES_AROUND);
    return Buffer.from(bytes.subarray(start, at + BYTES_AROUND)).toString('hex');
  };
  expect.fail(
    `${what}: ${actual.length} of them, ${expected.length} expected; the first difference is at byte ${at}:\n` +
      `  actual:   ${around(actual)}\n  expected: ${around(expected)}`,
  );
}
