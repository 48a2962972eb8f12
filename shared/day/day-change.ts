import { atOneScale, type Decimal, decimalText, storedDecimal, sumByName } from '../decimal.ts';
import type { DayCommit } from './day-commit.ts';

/**
 * The rows and control sums of a day that differ from those of the business day before by more than `maxChangePercent`, one clause for
 * each. Sums are compared as integers of one scale, never as floating point.
 */
export function dayChanges(day: DayCommit, before: DayCommit, maxChangePercent: number): string[] {
  const figures: [string, Decimal | undefined, Decimal | undefined][] = [
    ['rows', rowsOf(day), rowsOf(before)],
  ];
  const [sums, sumsBefore] = [sumsOf(day), sumsOf(before)];
  for (const name of new Set([...sums.keys(), ...sumsBefore.keys()])) {
    figures.push([name, sums.get(name), sumsBefore.get(name)]);
  }
  return figures.flatMap(([name, now, then]) => {
    if (now === undefined || then === undefined || !isFurther(now, then, maxChangePercent)) return [];
    return [
      `${name} is ${decimalText(now)}, and was ${decimalText(then)} on ${before.businessDate} (more than ${maxChangePercent} % apart)`,
    ];
  });
}

function rowsOf({ files }: DayCommit): Decimal {
  return { unscaled: BigInt(files.reduce((sum, { rows }) => sum + rows, 0)), scale: 0 };
}

/** The control sums of a commit, over all its files. */
export function sumsOf({ files }: DayCommit): Map<string, Decimal> {
  const amounts = files.flatMap(({ sums }) => Object.entries(sums ?? {}));
  return sumByName(amounts.map(([name, amount]) => [name, storedDecimal(amount)]));
}

function isFurther(now: Decimal, then: Decimal, maxChangePercent: number): boolean {
  const { a, b } = atOneScale(now, then);
  // Percent as an integer of thousandths: |now − then| · 100,000 > |then| · percent · 1,000.
  return magnitude(a - b) * 100_000n > magnitude(b) * BigInt(Math.round(maxChangePercent * 1000));
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}
