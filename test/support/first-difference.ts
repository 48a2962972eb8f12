import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';

/** Longer texts say no more to a reader. */
const MOST_CHARACTERS = 500;
const BYTES_AROUND = 16;

/**
 * Holds a long list against the right one; a failure prints the first row that differs and nothing else, however long the
 * lists are.
 */
export function expectSameRows(
  actual: readonly unknown[],
  expected: readonly unknown[],
  what = 'rows',
): void {
  const most = Math.max(actual.length, expected.length);
  for (let index = 0; index < most; index++) {
    const [some, other] = [actual[index], expected[index]];
    if (index < actual.length && index < expected.length && isDeepStrictEqual(some, other)) continue;
    expect.fail(
      `${what}: ${actual.length} of them, ${expected.length} expected; the first difference is at ${index}:\n` +
        `  actual:   ${index < actual.length ? shown(some) : '(none)'}\n` +
        `  expected: ${index < expected.length ? shown(other) : '(none)'}`,
    );
  }
}

/** Holds bytes against the right ones; a failure prints the place of the first difference and the bytes around it. */
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

function shown(value: unknown): string {
  const text = JSON.stringify(value, (_, inner) =>
    typeof inner === 'bigint' ? `${inner}n` : inner instanceof Map ? [...inner] : inner,
  );
  return (text ?? String(value)).slice(0, MOST_CHARACTERS);
}
