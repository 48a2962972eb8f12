import { UsageError } from '../errors.ts';
import { PARAMETER_TYPES, type ParameterType } from './sql-literal.ts';

/** A question with a name: its SQL, and what it must be told. */
export interface NamedQuery {
  name: string;
  /** What it asks, in English and in Portuguese. */
  title: string;
  titlePt: string | undefined;
  parameters: QueryParameter[];
  sql: string;
  /** True if its SQL has `${portfolio at …}`, which the mapping fills in. */
  isMapped: boolean;
}

interface QueryParameter {
  name: string;
  type: ParameterType;
  /** `latest`, `<another night> - <days>`, or a value as JSON; undefined if it must be given. */
  default: string | undefined;
  /** What it means. */
  says: string;
  /** True if the SQL compares it as text. */
  asText?: boolean;
}

const PARAMETER = /^-- param (\w+) (\w+)(?: = ([^;]+))?; (.+)$/;

/**
 * A query as its file has it: a first line that says what it asks, one in Portuguese, and a line for each parameter.
 *
 *     -- How is the value of contracts distributed over bins of one width?
 *     -- pt: Como o valor dos contratos se distribui em faixas de mesma largura?
 *     -- param business_date night = latest; the night
 *     -- param width number = 10000; of a bin, in the currency
 *
 * Files of docs/queries have `'${business_date}'` in its place, which is a text.
 */
export function readNamedQuery(name: string, text: string): NamedQuery {
  const lines = text.split('\n');
  const title = /^-- (.*)$/.exec(lines[0] ?? '')?.[1] ?? name;
  const titlePt = lines.map((line) => /^-- pt: (.*)$/.exec(line)?.[1]).find((found) => found !== undefined);
  const parameters = lines
    .filter((line) => line.startsWith('-- param '))
    .map((line) => parameterOf(name, line));
  const sql = text.replaceAll("'${business_date}'", ':business_date');
  if (sql !== text && !parameters.some((parameter) => parameter.name === 'business_date'))
    parameters.push({
      ...{ name: 'business_date', type: 'date', default: 'latest', asText: true },
      says: 'the business date',
    });
  return { name, title, titlePt, parameters, sql, isMapped: /\$\{(portfolio|nights)\b/.test(sql) };
}

function parameterOf(query: string, line: string): QueryParameter {
  const [, name = '', type = '', value, says = ''] = PARAMETER.exec(line) ?? [];
  const known = PARAMETER_TYPES.find((one) => one === type);
  if (known) return { name, type: known, default: value?.trim(), says };
  throw new UsageError({
    what: `a parameter of the query ${query} cannot be read`,
    where: line,
    next: `Write: -- param <name> <type> = <default>; <meaning>, with a type of ${PARAMETER_TYPES.join(', ')}`,
  });
}
