import { RunInconsistent } from './errors.ts';

/** An exact number: `unscaled` × 10^−`scale`. 123.45 is { unscaled: 12345n, scale: 2 }. */
export interface Decimal {
  unscaled: bigint;
  /** Digits after the point, 0 or more. */
  scale: number;
}

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d+))?$/;

/**
 * `-12.50` → { unscaled: -1250n, scale: 2 }. Undefined for every other text, and for more than `mostDigits` before or after the
 * point.
 */
export function parseDecimal(text: string, mostDigits = Number.POSITIVE_INFINITY): Decimal | undefined {
  const [, sign, whole, fraction = ''] = DECIMAL.exec(text) ?? [];
  if (whole === undefined || Math.max(whole.length, fraction.length) > mostDigits) return undefined;
  const magnitude = BigInt(whole + fraction);
  return { unscaled: sign === '-' ? -magnitude : magnitude, scale: fraction.length };
}

/** Reads an amount that this project wrote. Fails with `RunInconsistent` if it is not a decimal number. */
export function storedDecimal(text: string): Decimal {
  const decimal = parseDecimal(text);
  if (decimal) return decimal;
  throw new RunInconsistent({ what: 'a stored amount is not a decimal number' });
}

/** { unscaled: -1250n, scale: 2 } → `-12.50`, with all digits of the scale. */
export function decimalText({ unscaled, scale }: Decimal): string {
  const digits = String(magnitude(unscaled)).padStart(scale + 1, '0');
  const pointAt = digits.length - scale;
  const text = scale === 0 ? digits : `${digits.slice(0, pointAt)}.${digits.slice(pointAt)}`;
  return unscaled < 0n ? `-${text}` : text;
}

/** The unscaled values of two numbers, both at the larger of their scales. */
export function atOneScale(a: Decimal, b: Decimal): { a: bigint; b: bigint; scale: number } {
  const scale = Math.max(a.scale, b.scale);
  const at = (one: Decimal) => one.unscaled * 10n ** BigInt(scale - one.scale);
  return { a: at(a), b: at(b), scale };
}

export function addDecimals(left: Decimal, right: Decimal): Decimal {
  const { a, b, scale } = atOneScale(left, right);
  return { unscaled: a + b, scale };
}

/** 12.5 and 12.50 are the same number. */
export function isSameDecimal(left: Decimal, right: Decimal): boolean {
  const { a, b } = atOneScale(left, right);
  return a === b;
}

/** Adds up the amounts of each name. */
export function sumByName(amounts: Iterable<[name: string, amount: Decimal]>): Map<string, Decimal> {
  const sums = new Map<string, Decimal>();
  for (const [name, amount] of amounts) {
    const sum = sums.get(name);
    sums.set(name, sum ? addDecimals(sum, amount) : amount);
  }
  return sums;
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}
