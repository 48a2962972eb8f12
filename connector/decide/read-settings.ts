import * as z from 'zod';
import { UsageError } from '../../shared/errors.ts';
import { didYouMean } from '../../shared/layout/did-you-mean.ts';
import { type Settings, settingsSchema } from './settings.ts';

const MOST_PROBLEMS = 10;

/** Reads the text of a config file. Fails with `UsageError`, which names each wrong key with the nearest valid one. */
export function readSettings(text: string, file: string): Settings {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new UsageError({
      what: 'this is not JSON',
      where: file,
      why: (cause as Error).message,
      next: 'docs/connector.md has an example to begin with.',
    });
  }
  const read = settingsSchema.safeParse(json);
  if (read.success) return read.data;
  const problems = read.error.issues.flatMap(problemsOf);
  const more = problems.length - MOST_PROBLEMS;
  throw new UsageError({
    what: problems.slice(0, MOST_PROBLEMS).join('; ') + (more > 0 ? `; and ${more} more` : ''),
    where: file,
    next: 'docs/connector.md lists every key.',
  });
}

function problemsOf(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(settingsSchema, issue.path);
    return issue.keys.map(
      (key) => `'${pathText([...issue.path, key])}' is not a key of the config${didYouMean(key, known)}`,
    );
  }
  const at = issue.path.length === 0 ? 'the config' : `'${pathText(issue.path)}'`;
  if (issue.code === 'invalid_union' && issue.errors.length === 0) {
    const words = finishedWords();
    return [`${at} must be one of ${words.join(', ')}`];
  }
  const message = issue.message
    .replace(/^Invalid input: /, '')
    .replace(/^(I|T)/, (first) => first.toLowerCase());
  return [`${at}: ${message}`];
}

/** The keys that an object has at a place of the config. */
function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const [first, ...rest] = path;
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional)
    return keysAt(schema.unwrap(), path);
  if (schema instanceof z.ZodDiscriminatedUnion || schema instanceof z.ZodUnion)
    return [...new Set(schema.options.flatMap((option) => keysAt(option, path)))];
  if (schema instanceof z.ZodArray) return first === undefined ? [] : keysAt(schema.element, rest);
  if (!(schema instanceof z.ZodObject)) return [];
  if (first === undefined) return Object.keys(schema.shape);
  const next: unknown = schema.shape[String(first)];
  return next instanceof z.ZodType ? keysAt(next, rest) : [];
}

function finishedWords(): string[] {
  return ['marker', 'manifest', 'rename', 'rest'];
}

/** `files[0].finished.by` */
function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((step, index) =>
      typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${String(step)}`,
    )
    .join('');
}
