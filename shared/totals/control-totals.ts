import { type Decimal, decimalText, isSameDecimal } from '../decimal.ts';
import { flag, nullable, objectOf, optional, text } from '../json-shape.ts';
import { COUNT_CONVENTIONS } from '../layout/count-conventions.ts';
import type { ControlTotalRule } from '../layout/layout.ts';
import { sumKey } from '../layout/summed-fields.ts';
import { type Refusal, refuse } from '../refusal.ts';
import { type ControlValue, invalidReason, numberOf } from './control-value.ts';
import type { FieldTotal } from './field-total.ts';
import { doSumsAgree, type KnownTotals, likelyCause } from './mismatch-cause.ts';
import { countOf, type RecordCounts } from './record-counts.ts';

/** Decimal strings; `expected` is what the file says of itself. */
export interface ControlTotalResult {
  name: string;
  expected: string | null;
  actual: string;
  balanced: boolean;
  /** The day manifest that states it has not arrived: the total is judged before the day is published. */
  pending?: boolean;
  /** The sum that `actual` is: `sum(valor_contrato)`. */
  figure?: string;
}

/** The values that each place states, by name of the field. The plan of a file has them. */
type StatedValues = {
  [place in ControlTotalRule['record']]?: { values: Record<string, ControlValue> } | null | undefined;
};

/** The file whose totals are judged, with what messages say of it. */
type JudgedFile = StatedValues & { sourceKey: string; runId: string };

/** The counts and sums of the records of a file, or of a group of it. */
export interface Figures {
  of: 'file' | 'group';
  records: RecordCounts;
  /** Details by record type. */
  types: Record<string, number>;
  /** Sums over all parts, by `SummedField.key`; unscaled, a hash total is not yet reduced by its modulus. */
  sums: ReadonlyMap<string, bigint>;
}

/** The sum of a field over all parts of a file. */
interface SumOfField extends Pick<FieldTotal, 'kind' | 'field' | 'undecodable'> {
  total: bigint;
}

/** Adds up the sums of the parts of a file. */
export function addSums(totals: FieldTotal[]): Map<string, SumOfField> {
  const sums = new Map<string, SumOfField>();
  for (const { recordType, field, kind, total, undecodable, ...named } of totals) {
    const key = named.key ?? `${kind}(${recordType}.${field})`;
    const sum = sums.get(key) ?? { kind, field, total: 0n, undecodable: 0 };
    sums.set(key, {
      ...sum,
      total: sum.total + BigInt(total),
      undecodable: sum.undecodable + undecodable,
    });
  }
  return sums;
}

/** Compares the totals that header, trailer, control file and day manifest state with the records. */
export function judgeTotals(
  rules: ControlTotalRule[],
  plan: StatedValues,
  figures: Figures,
): ControlTotalResult[] {
  return rules.map((rule) => {
    const stated = statedBy(rule, plan);
    const actual = figureOf(rule.equals, figures);
    const shown = {
      name: rule.name,
      actual: decimalText(actual),
      ...(rule.equals.kind === 'sum' ? { figure: `sum(${rule.equals.field})${whereText(rule.equals)}` } : {}),
    };
    const pending = rule.record === 'dayManifest' && !plan.dayManifest ? { pending: true } : {};
    if (!stated) return { ...shown, expected: null, balanced: false, ...pending };
    return { ...shown, expected: decimalText(stated), balanced: isSameDecimal(stated, actual) };
  });
}

/** The number that a place states; undefined if the place is missing, or its field is blank or invalid. */
function statedBy({ record, field }: ControlTotalRule, plan: StatedValues): Decimal | undefined {
  return numberOf(plan[record]?.values[field]);
}

function figureOf(equals: ControlTotalRule['equals'], { records, types, sums }: Figures): Decimal {
  const count = (of: number): Decimal => ({ unscaled: BigInt(of), scale: 0 });
  switch (equals.kind) {
    case 'count-type':
      return equals.where
        ? { unscaled: sums.get(sumKey(equals)) ?? 0n, scale: 0 }
        : count(types[equals.recordType] ?? 0);
    case 'sum':
      return { unscaled: sums.get(sumKey(equals)) ?? 0n, scale: equals.scale };
    case 'hash':
      return { unscaled: (sums.get(sumKey(equals)) ?? 0n) % equals.modulus, scale: 0 };
    default:
      return count(countOf(COUNT_CONVENTIONS[equals.kind].counted, records));
  }
}

/** The figures that may explain a mismatch. */
function totalsOf({ equals }: ControlTotalRule, { records, sums }: Figures): Omit<KnownTotals, 'sumsAgree'> {
  const whole = equals.kind === 'hash' ? sums.get(sumKey(equals)) : undefined;
  return { records, wholeHash: whole ?? 0n };
}

/** Refuses a file whose sums cannot be proved. */
export function undecodableRefusal(
  { sourceKey, runId }: JudgedFile,
  { detail }: RecordCounts,
  sums: ReadonlyMap<string, SumOfField>,
): Refusal | undefined {
  for (const { field, kind, undecodable } of sums.values()) {
    if (undecodable === 0) continue;
    const fault = kind === 'hash' ? 'that is not made of digits' : 'that cannot be read';
    return refuse('sum-undecodable', {
      where: sourceKey,
      what: `${undecodable} of ${detail} details have a ${field} ${fault}, so its control total cannot be proved`,
      ...(undecodable === detail && {
        why: 'That is all of them: most likely its positions or its type in the layout are wrong.',
      }),
      next: `The rejects of run ${runId} show them; ask for a corrected file.`,
    });
  }
  return undefined;
}

/** The totals that do not agree, as clauses, each with its most likely cause if there is one. */
export function mismatches(
  rules: ControlTotalRule[],
  results: ControlTotalResult[],
  plan: StatedValues,
  figures: Figures,
): { text: string; cause: string | undefined }[] {
  const sumsAgree = doSumsAgree(rules, results);
  return rules.flatMap((rule, index) => {
    const result = results[index]!;
    if (result.balanced || result.pending) return [];
    const stated = statedBy(rule, plan);
    const cause =
      stated &&
      likelyCause(rule, stated, figureOf(rule.equals, figures), { ...totalsOf(rule, figures), sumsAgree });
    return [{ text: `${mismatchText(rule, result, plan, figures)}${cause ? ` (${cause})` : ''}`, cause }];
  });
}

/** Refuses a file whose totals do not agree, and says the most likely cause. */
export function totalRefusal(
  plan: JudgedFile,
  rules: ControlTotalRule[],
  results: ControlTotalResult[],
  figures: Figures,
): Refusal | undefined {
  const wrong = mismatches(rules, results, plan, figures);
  if (wrong.length === 0) return undefined;
  const isExplained = wrong.every(({ cause }) => cause !== undefined);
  return refuse('control-total-mismatch', {
    where: plan.sourceKey,
    what: wrong.map((one) => one.text).join('; '),
    ...(isExplained
      ? {
          next: 'If every file is like that, correct the layout; otherwise the file is incomplete or was changed on its way: ask for it to be sent again.',
        }
      : { why: 'The file is incomplete or was changed on its way.', next: 'Ask for it to be sent again.' }),
  });
}

/** ` where tipo is 'C'`; empty if all records count. */
function whereText({
  where,
}: Pick<Extract<ControlTotalRule['equals'], { recordType: string }>, 'where'>): string {
  return where ? ` where ${where.text}` : '';
}

function mismatchText(
  rule: ControlTotalRule,
  { name, expected, actual }: ControlTotalResult,
  plan: StatedValues,
  figures: Figures,
): string {
  const counted = countedText(rule.equals, actual, figures);
  if (expected !== null) return `${name} says ${expected}, but ${counted}`;
  const invalid = invalidReason(plan[rule.record]?.values[rule.field]);
  return `${name} ${invalid ? `cannot be read (${invalid})` : 'is blank'}, and ${counted}`;
}

function countedText(
  equals: ControlTotalRule['equals'],
  actual: string,
  { of, records, types }: Figures,
): string {
  const where = 'where' in equals ? whereText(equals) : '';
  switch (equals.kind) {
    case 'count-type': {
      if (where) return `the ${of} has ${actual} of ${equals.recordType}${where}`;
      const counts = Object.entries(types).map(([type, count]) => `${count} of ${type}`);
      return `the ${of} has ${counts.join(', ')}`;
    }
    case 'sum':
      return `${of === 'file' ? 'the details' : 'its records'}${where} add up to ${actual} of ${equals.field}`;
    case 'hash':
      return `the digits of ${equals.field}${where} add up to ${actual} modulo ${equals.modulus}`;
    default: {
      const { unit, counted } = COUNT_CONVENTIONS[equals.kind];
      const { header, detail, trailer } = records;
      const parts = ` (${header} header, ${detail} details, ${trailer} trailer)`;
      return `the ${of} has ${actual} ${unit}${counted.length === 3 ? parts : ''}`;
    }
  }
}

export const controlTotalShape = objectOf<ControlTotalResult>({
  name: text,
  expected: nullable(text),
  actual: text,
  balanced: flag,
  pending: optional(flag),
  figure: optional(text),
});
