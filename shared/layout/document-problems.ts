import * as z from 'zod';
import { didYouMean, nearestOf } from './did-you-mean.ts';

const MOST_PROBLEMS = 10;

/**
 * What is wrong with a document that people wrote, as clauses in their words: each names its key, and a misspelt key the nearest valid one.
 * `document` names the whole: `the roles`. Nothing of what the document holds is quoted but its keys.
 */
export function documentProblems(schema: z.core.$ZodType, error: z.ZodError, document: string): string[] {
  const told = new Set<string>();
  const problems = error.issues.flatMap((issue) => problemsOf(schema, issue, document, told));
  const more = problems.length - MOST_PROBLEMS;
  return more > 0 ? [...problems.slice(0, MOST_PROBLEMS), `and ${more} more`] : problems;
}

type Issue = z.core.$ZodIssue;

/** `told` holds the lists of valid keys that were said already: each is said once. */
function problemsOf(schema: z.core.$ZodType, issue: Issue, document: string, told: Set<string>): string[] {
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, issue.path);
    return issue.keys.map((key) => {
      const isTold = told.has(known.join());
      told.add(known.join());
      return `'${pathText([...issue.path, key])}' is not a key of ${document}${isTold ? nearestOf(key, known) : didYouMean(key, known)}`;
    });
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0)
    return unionProblems(schema, issue, document, told);
  const at = issue.path.length === 0 ? document : `'${pathText(issue.path)}'`;
  return [isOfTheLibrary(issue) ? `${at} ${clauseOf(issue)}` : `${at}: ${issue.message}`];
}

/** Messages of our own stand as they are; those of the library are for programmers. */
function isOfTheLibrary({ code, message }: Issue): boolean {
  return code !== 'custom' && /^(Invalid|Too small|Too big|Unrecognized)/.test(message);
}

/** Of the forms that a value may have, the problems of the one that it comes nearest to: where only something inside is wrong. */
function unionProblems(
  schema: z.core.$ZodType,
  issue: Extract<Issue, { code: 'invalid_union' }>,
  document: string,
  told: Set<string>,
): string[] {
  const inside = issue.errors.filter((errors) =>
    errors.some((one) => one.path.length > 0 || isMisspelt(one)),
  );
  const [nearest] = inside.sort((a, b) => unknownKeys(a) - unknownKeys(b));
  if (nearest) {
    // What a misspelt key was meant to be is missing because of that.
    const misspelt = nearest.filter(isMisspelt);
    return (misspelt.length > 0 ? misspelt : nearest).flatMap((one) =>
      problemsOf(schema, { ...one, path: [...issue.path, ...one.path] } as Issue, document, told),
    );
  }
  const at = issue.path.length === 0 ? document : `'${pathText(issue.path)}'`;
  const wanted = issue.errors.map(([one]) => (one ? clauseOf(one).replace(/^is not |^must be /, '') : ''));
  return [`${at} must be ${[...new Set(wanted)].join(', or ')}`];
}

function isMisspelt({ code }: Issue): boolean {
  return code === 'unrecognized_keys';
}

function unknownKeys(errors: readonly Issue[]): number {
  return errors.reduce((sum, one) => sum + (one.code === 'unrecognized_keys' ? 2 * one.keys.length : 1), 0);
}

const KINDS: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
};

function clauseOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return isMissing(issue) ? 'is missing' : `is not ${KINDS[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be ${oneOf(issue.values.map((value) => JSON.stringify(value)))}`;
    case 'too_small':
      return limitText(issue.origin, 'at least', Number(issue.minimum));
    case 'too_big':
      return limitText(issue.origin, 'at most', Number(issue.maximum));
    case 'invalid_union': {
      const words = 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
      return words.length > 0 ? `must be ${oneOf(words)}` : 'has none of the forms that it may have';
    }
    case 'invalid_key':
      return 'has a name that no key may have';
    default:
      return 'is not in the form that it must have';
  }
}

function isMissing({ message }: Issue): boolean {
  return message.endsWith('received undefined');
}

function oneOf(words: readonly string[]): string {
  return words.length === 1 ? words[0]! : `one of ${words.join(', ')}`;
}

function limitText(origin: string, most: string, limit: number): string {
  if (origin === 'string')
    return limit === 1 && most === 'at least' ? 'is empty' : `must have ${most} ${limit} characters`;
  if (origin === 'array' || origin === 'set')
    return limit === 1 && most === 'at least' ? 'is empty' : `must have ${most} ${limit} entries`;
  return `must be ${most} ${limit}`;
}

/** The keys that an object has at a place of the document. */
function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const [first, ...rest] = path;
  return objectsOf(schema).flatMap((one): string[] => {
    if (one instanceof z.ZodArray) return first === undefined ? [] : keysAt(one.element, rest);
    if (one instanceof z.ZodRecord) return first === undefined ? [] : keysAt(one.valueType, rest);
    if (!(one instanceof z.ZodObject)) return [];
    if (first === undefined) return Object.keys(one.shape);
    const next: unknown = one.shape[String(first)];
    return next instanceof z.ZodType ? keysAt(next, rest) : [];
  });
}

/** What a schema may be, without what is around it. */
function objectsOf(schema: z.core.$ZodType): z.core.$ZodType[] {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional)
    return objectsOf(schema.unwrap());
  if (schema instanceof z.ZodNullable) return objectsOf(schema.unwrap());
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => objectsOf(option));
  return [schema];
}

/** `files[0].finished.by` */
function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((step, index) =>
      typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${String(step)}`,
    )
    .join('');
}
