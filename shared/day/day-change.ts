import type { DayCommit } from './day-commit.ts';

/**
 * How a day differs from the business day before, where it does by more than `maxChangePercent`: rows, and each control sum. One clause a
 * figure. Sums are compared as integers of one scale, never as floating point.
 */
export function dayChanges(day: DayCommit, before: DayCommit, maxChangePercent: number): string[] {
  const figures: [string, string | undefined, string | undefined][] = [
    ['rows', String(rowsOf(day)), String(rowsOf(before))],
  ];
  const [sums, sumsBefore] = [sumsOf(day), sumsOf(before)];
  for (const name of new Set([...sums.keys(), ...sumsBefore.keys()])) {
    figures.push([name, sums.get(name), sumsBefore.get(name)]);
  }
  return figures.flatMap(([name, now, then]) => {
    if (now === undefined || then === undefined || !isFurther(now, then, maxChangePercent)) return [];
    return [
      `${name} is ${now}, and was ${then} on ${before.businessDate} (more than ${maxChangePercent} % apart)`,
    ];
  });
}

function rowsOf({ files }: DayCommit): number {
  return files.reduce((sum, { rows }) => sum + rows, 0);
}

function sumsOf({ files }: DayCommit): Map<string, string> {
  return addDecimals(files.flatMap(({ sums }) => Object.entries(sums ?? {})));
}

/** Adds decimal strings by name, exactly. */
export function addDecimals(amounts: [name: string, amount: string][]): Map<string, string> {
  const sums = new Map<string, [unscaled: bigint, scale: number]>();
  for (const [name, text] of amounts) {
    const [unscaled, scale] = scaled(text);
    const [total, totalScale] = sums.get(name) ?? [0n, 0];
    const common = Math.max(scale, totalScale);
    const aligned = total * 10n ** BigInt(common - totalScale) + unscaled * 10n ** BigInt(common - scale);
    sums.set(name, [aligned, common]);
  }
  return new Map([...sums].map(([name, [unscaled, scale]]) => [name, text(unscaled, scale)]));
}

function isFurther(now: string, then: string, maxChangePercent: number): boolean {
  const [a, scaleA] = scaled(now);
  const [b, scaleB] = scaled(then);
  const common = Math.max(scaleA, scaleB);
  const [left, right] = [a * 10n ** BigInt(common - scaleA), b * 10n ** BigInt(common - scaleB)];
  // Percent as an integer of thousandths: |now − then| · 100,000 > |then| · percent · 1,000.
  return magnitude(left - right) * 100_000n > magnitude(right) * BigInt(Math.round(maxChangePercent * 1000));
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}

/** `-12.50` → [-1250n, 2] */
function scaled(text: string): [unscaled: bigint, scale: number] {
  const [whole, fraction = ''] = text.split('.') as [string, string?];
  return [BigInt(`${whole}${fraction}`), fraction.length];
}

function text(unscaled: bigint, scale: number): string {
  const digits = String(magnitude(unscaled)).padStart(scale + 1, '0');
  const point = scale === 0 ? '' : `.${digits.slice(-scale)}`;
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, digits.length - scale)}${point}`;
}
