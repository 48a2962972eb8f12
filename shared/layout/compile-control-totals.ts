import { isNumber, scaleOf } from './field-type.ts';
import type { ControlRecord, ControlTotalRule, Field, Layout } from './layout.ts';
import type { LayoutFile } from './layout-schema.ts';
import { didYouMean } from './nearest.ts';

/** What header and trailer state, and where it is reported if they cannot. */
export interface ControlContext {
  fields: Field[];
  header: ControlRecord | undefined;
  trailer: ControlRecord | undefined;
  problems: string[];
}

/** Checks `controlTotals`: each names a number of the header or trailer, and a figure of the details. */
export function compileControlTotals(
  entries: LayoutFile['controlTotals'],
  context: ControlContext,
): ControlTotalRule[] {
  const { problems } = context;
  const rules: ControlTotalRule[] = [];
  for (const [index, entry] of (entries ?? []).entries()) {
    const at = `controlTotals[${index}]`;
    if ((entry.header === undefined) === (entry.trailer === undefined)) {
      problems.push(`'${at}' needs 'header' or 'trailer', and not both`);
      continue;
    }
    const record = entry.header === undefined ? 'trailer' : 'header';
    const name = (entry.header ?? entry.trailer)!;
    const stated = controlField(record, name, at, context);
    if (stated && stated.type.kind !== 'integer' && stated.type.kind !== 'decimal') {
      problems.push(`'${at}.${record}' is '${name}' of type ${stated.type.kind}; it must be a number`);
    }
    const equals = compileFigure(entry.equals, `${at}.equals`, context);
    if (stated && equals) rules.push({ name: `${record}.${name}`, record, field: name, equals });
  }
  return rules;
}

/** Checks `businessDate`: a date of the header. */
export function compileBusinessDate(
  entry: LayoutFile['businessDate'],
  context: ControlContext,
): Layout['businessDate'] {
  if (!entry) return undefined;
  const field = controlField('header', entry.header, 'businessDate', context);
  if (field && field.type.kind !== 'date') {
    context.problems.push(
      `'businessDate.header' is '${entry.header}' of type ${field.type.kind}; it must be a date`,
    );
  }
  return { headerField: entry.header, onMismatch: entry.onMismatch ?? 'warn' };
}

/** `count(all)`, `count(detail)`, `sum(<field>)` */
function compileFigure(
  text: string,
  at: string,
  { fields, problems }: ControlContext,
): ControlTotalRule['equals'] | undefined {
  if (text === 'count(all)') return { kind: 'count-all' };
  if (text === 'count(detail)') return { kind: 'count-detail' };
  const sum = /^sum\(\s*([a-z0-9_]+)\s*\)$/.exec(text);
  if (!sum) {
    problems.push(`'${at}' is '${text}'${didYouMean(text, ['count(all)', 'count(detail)', 'sum(<field>)'])}`);
    return undefined;
  }
  const fieldIndex = fields.findIndex((field) => field.name === sum[1]);
  if (fieldIndex < 0) {
    const numbers = fields.filter((field) => isNumber(field.type)).map((field) => field.name);
    problems.push(`'${at}' sums '${sum[1]}', which is not a field${didYouMean(sum[1]!, numbers)}`);
    return undefined;
  }
  const { type } = fields[fieldIndex]!;
  if (type.kind !== 'integer' && type.kind !== 'decimal') {
    problems.push(
      `'${at}' sums '${sum[1]}' of type ${type.kind}; only integers and decimals have exact sums`,
    );
    return undefined;
  }
  return { kind: 'sum', field: sum[1]!, fieldIndex, scale: scaleOf(type) };
}

function controlField(
  recordName: 'header' | 'trailer',
  name: string,
  at: string,
  context: ControlContext,
): Field | undefined {
  const record = context[recordName];
  if (!record) {
    context.problems.push(`'${at}' speaks of the ${recordName}, and the layout describes none`);
    return undefined;
  }
  const field = record.fields.find((candidate) => candidate.name === name);
  if (!field) {
    const names = record.fields.map((candidate) => candidate.name);
    context.problems.push(
      `'${at}.${recordName}' is '${name}', which is not a field of the ${recordName}${didYouMean(name, names)}`,
    );
  }
  return field;
}
