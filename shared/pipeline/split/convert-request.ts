import { UsageError } from '../../errors.ts';
import { isBusinessDate } from '../../keys/business-date.ts';
import { keyProblem } from '../../keys/object-key.ts';
import { didYouMean } from '../../layout/did-you-mean.ts';
import { COMPRESSIONS, type Compression } from '../../layout/layout.ts';

/** The input of an execution. An operator types it into the console to run a file again. */
export interface ConvertRequest {
  /** The name of a layout. */
  layout: string;
  sourceKey: string;
  /** yyyy-MM-dd; by default the key, the name or the header says it. */
  businessDate?: string;
  rangeSizeBytes?: number;
  /** Replaces the compression of the layout. */
  compression?: Compression;
  /** Converts the file again even if it is loaded. */
  force?: boolean;
  /** The key of a loaded file of the same day. This file brings the records that it rejected, corrected, without header and trailer. */
  supplementOf?: string;
}

/** The keys that an execution's input may have. Each check says what is wrong with a value as a clause, or undefined. */
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
      : `'${value}' is not a business date: 'businessDate' must be a day that exists between 1990 and 2100 as yyyy-MM-dd`,
  rangeSizeBytes: (value) =>
    typeof value === 'number' && Number.isInteger(value) && value > 0
      ? undefined
      : `a range size of ${value} bytes cannot be used: 'rangeSizeBytes' must be a whole number of bytes from 1`,
  compression: (value) =>
    COMPRESSIONS.some((one) => one === value)
      ? undefined
      : `'compression' is '${value}', but must be one of ${COMPRESSIONS.join(', ')}`,
  supplementOf: (value) =>
    isText(value) && keyProblem(value) === undefined
      ? undefined
      : "'supplementOf' must be the key of a loaded file of the same day",
  force: (value) =>
    typeof value === 'boolean' ? undefined : "'force' must be true or false, without quotes",
};
const REQUIRED = ['layout', 'sourceKey'] as const;

/** Checks the input of an execution. Fails with a `UsageError` that says everything that is wrong with it. */
export function checkRequest(request: unknown): asserts request is ConvertRequest {
  const problems = requestProblems(request);
  if (problems.length === 0) return;
  throw new UsageError({
    what: 'this input cannot start a conversion',
    why: problems.join('; '),
    next: 'Start a new execution with { "layout": "contracts", "sourceKey": "<key in the raw bucket>" }; docs/operations.md shows every form.',
  });
}

function requestProblems(request: unknown): string[] {
  if (typeof request !== 'object' || request === null || Array.isArray(request)) {
    return ['it must be a JSON object'];
  }
  const checks = new Map(Object.entries(CHECKS));
  const known = [...checks.keys()];
  const given = Object.entries(request).filter(([, value]) => value !== undefined);
  const names = given.map(([name]) => name);
  const missing = REQUIRED.filter((name) => !names.includes(name));
  const wholeDay = missing.includes('sourceKey') && names.includes('businessDate');
  return [
    ...names
      .filter((name) => !known.includes(name))
      .map((name) => `'${name}' is unknown${didYouMean(name, known)}`),
    ...missing.map((name) => `'${name}' is missing`),
    ...(wholeDay ? ['a whole day is started by the starter, with one execution for each file'] : []),
    ...given.flatMap(([name, value]) => checks.get(name)?.(value) ?? []),
  ];
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
