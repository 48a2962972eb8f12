import { isNumber, scaleOf } from './field-type.ts';
import type { ControlRecord, ControlTotalRule, Field, Layout, RecordType } from './layout.ts';
import type { LayoutFile } from './layout-schema.ts';
import { didYouMean } from './nearest.ts';

/** What header and trailer state, and where it is reported if they cannot. */
export interface ControlContext {
  recordTypes: RecordType[];
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
    const sources = [entry.header, entry.trailer, entry.controlFile].filter((name) => name !== undefined);
    if (sources.length !== 1) {
      problems.push(`'${at}' needs 'header', 'trailer' or 'controlFile', and only one of them`);
      continue;
    }
    if (entry.controlFile !== undefined) {
      const equals = compileFigure(entry.equals, `${at}.equals`, context);
      const field = entry.controlFile;
      if (equals) rules.push({ name: `controlFile.${field}`, record: 'controlFile', field, equals });
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

/** `count(all)`, `count(detail)`, `count(<record type>)`, `sum(<field>)`, `sum(<record type>.<field>)` */
function compileFigure(
  text: string,
  at: string,
  { recordTypes, problems }: ControlContext,
): ControlTotalRule['equals'] | undefined {
  if (text === 'count(all)') return { kind: 'count-all' };
  if (text === 'count(detail)') return { kind: 'count-detail' };
  const figure = /^(count|sum)\(\s*(?:([a-z0-9_]+)\.)?([a-z0-9_]+)\s*\)$/.exec(text);
  const typeNames = recordTypes.map(({ name }) => name);
  if (!figure || (figure[1] === 'count' && figure[2] !== undefined)) {
    const forms = ['count(all)', 'count(detail)', 'count(<record type>)', 'sum(<field>)'];
    problems.push(`'${at}' is '${text}'${didYouMean(text, forms)}`);
    return undefined;
  }
  const [, kind, of, name] = figure as unknown as [string, string, string | undefined, string];
  if (kind === 'count') {
    if (typeNames.includes(name)) return { kind: 'count-type', recordType: name };
    problems.push(`'${at}' counts '${name}'${didYouMean(name, ['all', 'detail', ...typeNames])}`);
    return undefined;
  }
  if (of !== undefined && !typeNames.includes(of)) {
    problems.push(`'${at}' sums a field of '${of}', which is no record type${didYouMean(of, typeNames)}`);
    return undefined;
  }
  return compileSum(name, of, at, recordTypes, problems);
}

function compileSum(
  name: string,
  of: string | undefined,
  at: string,
  recordTypes: RecordType[],
  problems: string[],
): ControlTotalRule['equals'] | undefined {
  const asked = recordTypes.filter((type) => of === undefined || type.name === of);
  const found = asked.flatMap(({ name: recordType, datasets }) =>
    (datasets[0]?.fields ?? [])
      .filter((field) => field.name === name && !field.list && field.origin.kind === 'record')
      .map((field) => ({ recordType, field })),
  );
  if (found.length > 1) {
    problems.push(
      `'${at}' sums '${name}', which ${found.map(({ recordType }) => recordType).join(' and ')} have: say sum(<record type>.${name})`,
    );
    return undefined;
  }
  const [only] = found;
  if (!only) {
    const numbers = asked
      .flatMap(({ datasets }) => datasets[0]?.fields ?? [])
      .filter(({ type, list }) => isNumber(type) && !list);
    const names = numbers.map((field) => field.name);
    problems.push(`'${at}' sums '${name}', which is not a field${didYouMean(name, names)}`);
    return undefined;
  }
  const { type, when } = only.field;
  if (type.kind !== 'integer' && type.kind !== 'decimal') {
    problems.push(`'${at}' sums '${name}' of type ${type.kind}; only integers and decimals have exact sums`);
    return undefined;
  }
  if (when) problems.push(`'${at}' sums '${name}', which is not in every record (it has 'when')`);
  return { kind: 'sum', field: name, recordType: only.recordType, scale: scaleOf(type) };
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
