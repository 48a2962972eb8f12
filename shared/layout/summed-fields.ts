import type { Field } from './field.ts';
import type { Condition, ControlTotalRule, FieldFigure, Layout, RecordType } from './layout.ts';

/** A field that is added up: its value, or its digits without regard to sign and point. Or records that are counted by a condition. */
export interface SummedField {
  /** Undefined if records are counted. */
  field: Field | undefined;
  kind: FieldFigure['kind'] | 'count';
  where: Condition | undefined;
  /** Tells it from the others of the layout. */
  key: string;
}

/** The part of a figure that says what is added up. */
type SummedFigure = Extract<ControlTotalRule['equals'], { recordType: string }>;

/** `sum(seg_t.valor)`, `count(seg_t) where tipo is 'C'` */
export function sumKey(figure: SummedFigure): string {
  const { recordType, where } = figure;
  const what =
    figure.kind === 'count-type' ? `count(${recordType})` : `${figure.kind}(${recordType}.${figure.field})`;
  return where ? `${what} where ${where.text}` : what;
}

/** What is added up of the records of a type, each once. */
export function summedFields(
  { controlTotals, groups }: Pick<Layout, 'controlTotals' | 'groups'>,
  { name: recordType, datasets }: RecordType,
): SummedField[] {
  const summed = new Map<string, SummedField>();
  for (const { equals } of [...controlTotals, ...(groups?.totals ?? [])]) {
    if (!('recordType' in equals) || equals.recordType !== recordType) continue;
    const { where } = equals;
    const key = sumKey(equals);
    if (equals.kind === 'count-type') {
      if (where) summed.set(key, { field: undefined, kind: 'count', where, key });
      continue;
    }
    const field = datasets[0]!.fields.find(({ name }) => name === equals.field)!;
    summed.set(key, { field, kind: equals.kind, where, key });
  }
  return [...summed.values()];
}
