import type { Chances } from '../../chaos/fault-plan.ts';

/** A number as a sender has it: sign, digits and the place of the point. */
export interface SheetNumber {
  isNegative: boolean;
  /** At least one digit, without zeros at the start, apart from a single 0 before the point. */
  whole: string;
  /** As many digits as the field has decimals. */
  decimals: string;
}

/** A number of at most `wholeDigits` digits before the point. Small and round numbers are as likely as large ones. */
export function drawNumber(
  chances: Chances,
  { wholeDigits, scale, isSigned }: { wholeDigits: number; scale: number; isSigned: boolean },
): SheetNumber {
  const digits = (count: number) => Array.from({ length: count }, () => chances.below(10)).join('');
  const round = (text: string) => (chances.happens(0.3) ? text.replace(/./g, '0') : text);
  const whole = digits(chances.below(wholeDigits + 1)).replace(/^0+/, '') || '0';
  const decimals = round(digits(scale));
  const isZero = /^0*$/.test(whole + decimals);
  return { isNegative: isSigned && !isZero && chances.happens(0.5), whole, decimals };
}

/** The number as a plain decimal. */
export function meaningOf({ isNegative, whole, decimals }: SheetNumber): string {
  return `${isNegative ? '-' : ''}${whole}${decimals === '' ? '' : `.${decimals}`}`;
}

/** All digits in a row, without sign and point. */
export function digitsOf({ whole, decimals }: SheetNumber): string {
  return `${whole}${decimals}`;
}

/** Whole digits in groups of three. */
export function grouped(whole: string, separator: string): string {
  return whole.replace(/\B(?=(\d{3})+$)/g, separator);
}
