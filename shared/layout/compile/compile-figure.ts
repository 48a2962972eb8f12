import { countConventions } from '../count-conventions.ts';
import { didYouMean } from '../did-you-mean.ts';
import type { Field } from '../field.ts';
import { DECIMAL_DIGITS, isExactNumber, isNumber, scaleOf } from '../field-type.ts';
import type { ControlTotalRule, CountFigure, RecordType } from '../layout.ts';

type Figure = ControlTotalRule['equals'];

const COUNTS = new Map<string, CountFigure>(
  countConventions().map(([kind, { spelling }]) => [spelling, { kind }]),
);
const FORMS = [
  ...COUNTS.keys(),
  ...['count(<record type>)', 'sum(<field>)', 'hash(<field>) modulo <number>'],
];

/**
 * The figure that a control total must equal; undefined if it cannot be used. `at` is its place in the file.
 *
 *     count(all)   count(detail)   count(detail+header)   count(<record type>)
 *     sum(amount)  sum(entry.amount)                 a field of one record type
 *     hash(account) modulo 10^10                     digits of an identifier, added up
 */
export function compileFigure(
  text: string,
  at: string,
  recordTypes: RecordType[],
  problems: string[],
): Figure | undefined {
  const count = COUNTS.get(text.replaceAll(' ', ''));
  if (count) return count;
  const figure =
    /^(count|sum|hash)\(\s*(?:([a-z0-9_]+)\.)?([a-z0-9_]+)\s*\)(?:\s+modulo\s+(\d+(?:\s*\^\s*\d+)?))?$/.exec(
      text,
    );
  const [, kind, of, name, modulo]: (string | undefined)[] = figure ?? [];
  const typeNames = recordTypes.map((type) => type.name);
  if (!name || (kind === 'count' && of !== undefined) || (kind !== 'hash' && modulo !== undefined)) {
    problems.push(`'${at}' is '${text}'${didYouMean(text, FORMS)}`);
    return undefined;
  }
  if (kind === 'count') {
    if (typeNames.includes(name)) return { kind: 'count-type', recordType: name };
    problems.push(`'${at}' counts '${name}'${didYouMean(name, ['all', 'detail', ...typeNames])}`);
    return undefined;
  }
  if (of !== undefined && !typeNames.includes(of)) {
    problems.push(`'${at}' sums a field of '${of}', which is not a record type${didYouMean(of, typeNames)}`);
    return undefined;
  }
  const place: SumPlace = { name, of, at, isHash: kind === 'hash', recordTypes };
  return kind === 'hash' ? compileHash(place, modulo, problems) : compileSum(place, problems);
}

/** The field that is added up, and the record types that may have it. */
interface SumPlace {
  name: string;
  of: string | undefined;
  at: string;
  isHash: boolean;
  recordTypes: RecordType[];
}

function compileSum(place: SumPlace, problems: string[]): Figure | undefined {
  const found = summedField(place, problems);
  if (!found) return undefined;
  const { recordType, field } = found;
  const { type } = field;
  if (isExactNumber(type)) {
    return { kind: 'sum', field: field.name, recordType, scale: scaleOf(type) };
  }
  problems.push(
    `'${place.at}' sums '${place.name}' of type ${type.kind}; only integers and decimals have exact sums`,
  );
  return undefined;
}

function compileHash(place: SumPlace, modulo: string | undefined, problems: string[]): Figure | undefined {
  const { at, name } = place;
  const [base = '0', exponent = '1'] = (modulo ?? '0').split('^').map((part) => part.trim());
  // Longer ones are refused below; computing them would only take time.
  const isShort = base.length <= DECIMAL_DIGITS + 1 && Number(exponent) <= DECIMAL_DIGITS;
  const modulus = isShort ? BigInt(base) ** BigInt(exponent) : 0n;
  if (modulus < 2n || modulus > 10n ** BigInt(DECIMAL_DIGITS)) {
    problems.push(
      `'${at}' needs a modulus from 2 to 10^${DECIMAL_DIGITS}: hash(${name}) modulo 10^10 keeps the last ten digits`,
    );
    return undefined;
  }
  const found = summedField(place, problems);
  if (!found) return undefined;
  const { type } = found.field;
  if (isExactNumber(type) || type.kind === 'string') {
    return { kind: 'hash', field: found.field.name, recordType: found.recordType, modulus };
  }
  problems.push(
    `'${at}' adds up the digits of '${name}' of type ${type.kind}; only integers, decimals and strings have digits`,
  );
  return undefined;
}

function summedField(
  { name, of, at, isHash, recordTypes }: SumPlace,
  problems: string[],
): { recordType: string; field: Field } | undefined {
  const asked = recordTypes.filter((type) => of === undefined || type.name === of);
  const found = asked.flatMap(({ name: recordType, datasets }) =>
    (datasets[0]?.fields ?? [])
      .filter((field) => field.name === name && !field.list && field.origin.kind === 'record')
      .map((field) => ({ recordType, field })),
  );
  const verb = isHash ? 'adds up' : 'sums';
  if (found.length > 1) {
    const types = found.map(({ recordType }) => recordType).join(' and ');
    const said = `${isHash ? 'hash' : 'sum'}(<record type>.${name})`;
    problems.push(`'${at}' ${verb} '${name}', which ${types} have: say ${said}`);
    return undefined;
  }
  const [only] = found;
  if (!only) {
    const names = asked
      .flatMap(({ datasets }) => datasets[0]?.fields ?? [])
      .filter(({ type, list }) => (isNumber(type) || (isHash && type.kind === 'string')) && !list)
      .map((field) => field.name);
    problems.push(`'${at}' ${verb} '${name}', which is not a field${didYouMean(name, names)}`);
    return undefined;
  }
  if (only.field.when) {
    problems.push(`'${at}' ${verb} '${name}', which is not in every record (it has 'when')`);
  }
  return only;
}
