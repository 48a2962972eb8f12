/** An exact number: `unscaled` × 10^−`scale`. 123.45 is { unscaled: 12345n, scale: 2 }. */
export interface Decimal {
  unscaled: bigint;
  scale: number;
}
