import { atOneScale, type Decimal, storedDecimal } from '../decimal.ts';
import { type CountedKind, type CountKind, countConventions } from '../layout/count-conventions.ts';
import type { ControlTotalRule } from '../layout/layout.ts';
import { countOf, type RecordCounts } from './record-counts.ts';

const WHO = {
  header: 'the header',
  trailer: 'the trailer',
  controlFile: 'the control file',
  dayManifest: 'the day manifest',
};
/** The most places by which a decimal point is likely to be off. */
const MOST_SHIFT = 6;
/** With fewer digits, two hash totals are too likely to agree by chance. */
const LEAST_HASH_DIGITS = 4;

export interface KnownTotals {
  records: RecordCounts;
  /** The whole sum of a hash total, before it is reduced by its modulus; 0 for other totals. */
  wholeHash: bigint;
  /** Do the sums of the same records agree? They tell another way of counting from a record that is missing or there twice. */
  sumsAgree: boolean | undefined;
}

/** Do all sums and hash totals agree, but for a convention? Undefined if none is stated. */
export function doSumsAgree(
  rules: readonly ControlTotalRule[],
  results: readonly { expected: string | null; actual: string; balanced: boolean }[],
): boolean | undefined {
  let agree: boolean | undefined;
  for (const [index, { equals, record }] of rules.entries()) {
    const result = results[index];
    if ((equals.kind !== 'sum' && equals.kind !== 'hash') || !result || result.expected === null) continue;
    const [stated, actual] = [storedDecimal(result.expected), storedDecimal(result.actual)];
    const isConvention = equals.kind === 'sum' && conventionOfSum(stated, actual, WHO[record]) !== undefined;
    agree = agree !== false && (result.balanced || isConvention);
  }
  return agree;
}

/**
 * Why a control total most likely disagrees, if the cause is a convention and not a loss: records counted in another way, a
 * decimal point in another place, another sign, fewer digits of a hash. Undefined if no convention fits exactly.
 */
export function likelyCause(
  { equals, record }: ControlTotalRule,
  stated: Decimal,
  actual: Decimal,
  { records, wholeHash, sumsAgree }: KnownTotals,
): string | undefined {
  const who = WHO[record];
  if (equals.kind === 'sum') return sumCause(equals.field, stated, actual, who);
  if (equals.kind === 'hash') return hashCause(stated, wholeHash, who);
  if (equals.kind === 'count-type' || sumsAgree === false) return undefined;
  const convention = countCause(equals.kind, stated, records, who);
  return convention && !sumsAgree ? `${convention}; ${lossText(stated, actual)}` : convention;
}

/** The other explanation of a wrong count, if no sum rules it out. */
function lossText(stated: Decimal, actual: Decimal): string {
  const { a, b } = atOneScale(stated, actual);
  const more = b - a;
  const count = more < 0n ? -more : more;
  const records = count === 1n ? '1 record is' : `${count} records are`;
  return `or ${records} ${more < 0n ? 'missing' : 'there twice'}, and no sum tells which: it is the way of counting if all files are off like that`;
}

/** 1746 = 1744 details + 1 header + 1 trailer */
function countCause(
  kind: CountKind,
  { unscaled, scale }: Decimal,
  records: RecordCounts,
  who: string,
): string | undefined {
  if (scale !== 0) return undefined;
  const [, fitting] =
    countConventions().find(
      ([other, { counted }]) => other !== kind && BigInt(countOf(counted, records)) === unscaled,
    ) ?? [];
  if (!fitting) return undefined;
  const { counted, described, spelling } = fitting;
  const parts = counted.filter((of) => records[of] > 0).map((of) => `${records[of]} ${PART_NAMES[of]}`);
  return `${unscaled} = ${parts.join(' + ')}: ${who} counts ${described}; say ${spelling}`;
}

const PART_NAMES: Record<CountedKind, string> = { detail: 'details', header: 'header', trailer: 'trailer' };

function sumCause(field: string, stated: Decimal, actual: Decimal, who: string): string | undefined {
  if (actual.unscaled === 0n && stated.unscaled !== 0n) {
    return `every ${field} is zero or blank: check its positions and type in the layout`;
  }
  return conventionOfSum(stated, actual, who);
}

/** 12345.00 and 123.45 are the same digits with the decimal point in another place. */
function conventionOfSum(stated: Decimal, actual: Decimal, who: string): string | undefined {
  const { a, b } = atOneScale(stated, actual);
  if (a === 0n || b === 0n) return undefined;
  if (a === -b) return `the same amount with the other sign: check 'sign' and 'signed' of both fields`;
  for (let shift = 1; shift <= MOST_SHIFT; shift++) {
    const factor = 10n ** BigInt(shift);
    const times = a === b * factor ? `${factor} times` : a * factor === b ? `a ${factor}th of it` : undefined;
    if (times) {
      return `exactly ${times}: ${who} has its decimal point in another place; check the scale of both fields`;
    }
  }
  return undefined;
}

/** The sender states the whole sum, or fewer of its last digits than the layout says. */
function hashCause({ unscaled, scale }: Decimal, whole: bigint, who: string): string | undefined {
  if (scale !== 0) return undefined;
  const digits = String(unscaled).length;
  if (whole === unscaled) {
    return `the whole sum: ${who} keeps all its digits; say a larger modulus, such as 10^${digits}`;
  }
  for (let kept = Math.max(digits, LEAST_HASH_DIGITS); kept <= digits + 2; kept++) {
    if (unscaled === whole % 10n ** BigInt(kept)) {
      return `the last ${kept} digits of the sum: ${who} keeps that many; say modulo 10^${kept}`;
    }
  }
  return undefined;
}
