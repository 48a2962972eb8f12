import { UsageError } from '../../errors.ts';
import { isBusinessDate } from '../../keys/business-date.ts';
import { keyProblem } from '../../keys/object-key.ts';
import { COMPRESSIONS, type Compression } from '../../layout/layout.ts';
import { didYouMean } from '../../layout/nearest.ts';

/** What starts an execution; an operator types it into the console to run a file again. */
export interface ConvertRequest {
  /** Name of a layout. */
  layout: string;
  sourceKey: string;
  /** yyyy-MM-dd; else key, name or header say it. */
  businessDate?: string;
  rangeSizeBytes?: number;
  /** In place of the layout's. */
  compression?: Compression;
  /** Convert again what is already loaded. */
  force?: boolean;
  /** Key of a loaded file of the same day: the records that it rejected come corrected, without header and trailer. */
  supplementOf?: string;
}

/** What an execution's input may hold, and what is wrong with a value as a clause; undefined where it is right. */
const CHECKS: Record<keyof ConvertRequest, (value: unknown) => string | undefined> = {
  layout: (value) => (isText(value) ? undefined : "'layout' must be the name of a layout, e.g. contracts"),
  sourceKey: (value) => {
    if (!isText(value)) return "'sourceKey' must be the key of a file in the raw bucket";
    if (/^s3:\/\//.test(value)) return "'sourceKey' must be a key without s3:// and bucket";
    const problem = keyProblem(value);
    return problem && `'sourceKey' cannot be a key: ${problem}`;
  },
  businessDate: (value) =>
    isText(value) && isBusinessDate(value)
      ? undefined
      : `'${value}' is no business date: 'businessDate' must be a day that exists between 1990 and 2100 as yyyy-MM-dd`,
  rangeSizeBytes: (value) =>
    Number.isInteger(value) && (value as number) > 0
      ? undefined
      : `a range size of ${value} bytes is none: 'rangeSizeBytes' must be a whole number of bytes from 1`,
  compression: (value) =>
    COMPRESSIONS.includes(value as never)
      ? undefined
      : `'${value}' is no compression: 'compression' must be one of ${COMPRESSIONS.join(', ')}`,
  supplementOf: (value) =>
    isText(value) ? undefined : "'supplementOf' must be the key of a loaded file of the same day",
  force: (value) =>
    typeof value === 'boolean' ? undefined : "'force' must be true or false, without quotes",
};
const REQUIRED = ['layout', 'sourceKey'] as const;

/** Refuses an execution's input, which people also type into the console, with everything that is wrong with it. `UsageError`. */
export function checkRequest(request: unknown): asserts request is ConvertRequest {
  const problems = requestProblems(request);
  if (problems.length === 0) return;
  throw new UsageError({
    what: 'this input starts no conversion',
    why: problems.join('; '),
    next: 'Start a new execution with { "layout": "contracts", "sourceKey": "<key in the raw bucket>" }; docs/operations.md shows every form.',
  });
}

function requestProblems(request: unknown): string[] {
  if (typeof request !== 'object' || request === null || Array.isArray(request)) {
    return ['it must be a JSON object'];
  }
  const known = Object.keys(CHECKS);
  const given = Object.entries(request).filter(([, value]) => value !== undefined);
  const names = given.map(([name]) => name);
  const missing = REQUIRED.filter((name) => !names.includes(name));
  const wholeDay = missing.includes('sourceKey') && names.includes('businessDate');
  return [
    ...names
      .filter((name) => !known.includes(name))
      .map((name) => `'${name}' is unknown${didYouMean(name, known)}`),
    ...missing.map((name) => `'${name}' is missing`),
    ...(wholeDay ? ['a whole day is started by the starter, one execution a file'] : []),
    ...given.flatMap(([name, value]) => CHECKS[name as keyof ConvertRequest]?.(value) ?? []),
  ];
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
