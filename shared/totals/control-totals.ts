import { type Decimal, decimalText, isSameDecimal } from '../decimal.ts';
import { flag, nullable, objectOf, optional, text } from '../json-shape.ts';
import { COUNT_CONVENTIONS } from '../layout/count-conventions.ts';
import type { ControlTotalRule, FieldFigure } from '../layout/layout.ts';
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

/** The counts and sums of a file's records. */
export interface Figures {
  records: RecordCounts;
  /** Details by record type. */
  types: Record<string, number>;
  /** Sums over all parts, by `sumKey`. */
  sums: Map<string, SumOfField>;
}

interface SumOfField {
  kind: FieldFigure['kind'];
  field: string;
  /** Unscaled; a hash total is not yet reduced by its modulus. */
  total: bigint;
  undecodable: number;
}

/** Adds up the sums of the parts of a file. */
export function addSums(totals: FieldTotal[]): Map<string, SumOfField> {
  const sums = new Map<string, SumOfField>();
  for (const { recordType, field, kind, total, undecodable } of totals) {
    const key = sumKey({ kind, recordType, field });
    const sum = sums.get(key) ?? { kind, field, total: 0n, undecodable: 0 };
    sums.set(key, {
      ...sum,
      total: sum.total + BigInt(total),
      undecodable: sum.undecodable + undecodable,
    });
  }
  return sums;
}

function sumKey({ kind, recordType, field }: Pick<FieldFigure, 'kind' | 'recordType' | 'field'>): string {
  return `${kind}(${recordType}.${field})`;
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
      ...(rule.equals.kind === 'sum' ? { figure: `sum(${rule.equals.field})` } : {}),
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
      return count(types[equals.recordType] ?? 0);
    case 'sum':
      return { unscaled: sums.get(sumKey(equals))?.total ?? 0n, scale: equals.scale };
    case 'hash':
      return { unscaled: (sums.get(sumKey(equals))?.total ?? 0n) % equals.modulus, scale: 0 };
    default:
      return count(countOf(COUNT_CONVENTIONS[equals.kind].counted, records));
  }
}

/** The figures that may explain a mismatch. */
function totalsOf({ equals }: ControlTotalRule, { records, sums }: Figures): Omit<KnownTotals, 'sumsAgree'> {
  const whole = equals.kind === 'hash' ? sums.get(sumKey(equals))?.total : undefined;
  return { records, wholeHash: whole ?? 0n };
}

/** Refuses a file whose sums cannot be proved, or whose totals do not agree, and says the most likely cause. */
export function totalRefusal(
  plan: JudgedFile,
  rules: ControlTotalRule[],
  results: ControlTotalResult[],
  figures: Figures,
): Refusal | undefined {
  const { sourceKey, runId } = plan;
  for (const { field, kind, undecodable } of figures.sums.values()) {
    if (undecodable === 0) continue;
    const fault = kind === 'hash' ? 'that is not made of digits' : 'that cannot be read';
    return refuse('sum-undecodable', {
      where: sourceKey,
      what: `${undecodable} of ${figures.records.detail} details have a ${field} ${fault}, so its control total cannot be proved`,
      ...(undecodable === figures.records.detail && {
        why: 'That is all of them: most likely its positions or its type in the layout are wrong.',
      }),
      next: `The rejects of run ${runId} show them; ask for a corrected file.`,
    });
  }
  const sumsAgree = doSumsAgree(rules, results);
  const wrong = rules.flatMap((rule, index) => {
    const result = results[index]!;
    if (result.balanced || result.pending) return [];
    const stated = statedBy(rule, plan);
    const cause =
      stated &&
      likelyCause(rule, stated, figureOf(rule.equals, figures), { ...totalsOf(rule, figures), sumsAgree });
    return [{ text: `${mismatchText(rule, result, plan, figures)}${cause ? ` (${cause})` : ''}`, cause }];
  });
  if (wrong.length === 0) return undefined;
  const isExplained = wrong.every(({ cause }) => cause !== undefined);
  return refuse('control-total-mismatch', {
    where: sourceKey,
    what: wrong.map((one) => one.text).join('; '),
    ...(isExplained
      ? {
          next: 'If every file is like that, correct the layout; otherwise the file is incomplete or was changed on its way: ask for it to be sent again.',
        }
      : { why: 'The file is incomplete or was changed on its way.', next: 'Ask for it to be sent again.' }),
  });
}

function mismatchText(
  rule: ControlTotalRule,
  { name, expected, actual }: ControlTotalResult,
  plan: JudgedFile,
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
  { records, types }: Figures,
): string {
  switch (equals.kind) {
    case 'count-type': {
      const counts = Object.entries(types).map(([type, count]) => `${count} of ${type}`);
      return `the file has ${counts.join(', ')}`;
    }
    case 'sum':
      return `the details add up to ${actual} of ${equals.field}`;
    case 'hash':
      return `the digits of ${equals.field} add up to ${actual} modulo ${equals.modulus}`;
    default: {
      const { unit, counted } = COUNT_CONVENTIONS[equals.kind];
      const { header, detail, trailer } = records;
      const parts = ` (${header} header, ${detail} details, ${trailer} trailer)`;
      return `the file has ${actual} ${unit}${counted.length === 3 ? parts : ''}`;
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
