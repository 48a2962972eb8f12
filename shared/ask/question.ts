import * as z from 'zod';
import { UsageError } from '../errors.ts';
import { documentProblems } from '../layout/document-problems.ts';

/** How an answer is written. */
const FORMATS = ['json', 'csv', 'arrow'] as const;
export type AnswerFormat = (typeof FORMATS)[number];

/** Half a surrogate pair would become another character on its way to the engine. */
const text = z.string().refine((one) => one.isWellFormed(), 'has half a character (a lone surrogate)');
const value = z.union([text.max(4_000), z.number(), z.boolean(), z.null()]);

const question = z
  .strictObject({
    name: z.string().min(1).max(200).optional(),
    sql: text.min(1).optional(),
    params: z.record(z.string().max(100), value).default({}),
    format: z.enum(FORMATS).default('json'),
    page: z.number().int().min(1).default(1),
    pageRows: z.number().int().min(1).max(100_000).default(1_000),
    waitMs: z.number().int().min(0).max(25_000).optional(),
  })
  .refine(({ name, sql }) => (name === undefined) !== (sql === undefined), 'needs either name or sql');

/** What somebody asks: a named query or SQL, with its parameters, and which page of the answer in which form. */
export type Question = z.infer<typeof question>;
export type ParameterValue = z.infer<typeof value>;

/** The question that a body holds. Fails with `UsageError`. */
export function readQuestion(body: string): Question {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    throw wrong('the body is not JSON');
  }
  const parsed = question.safeParse(json);
  if (parsed.success) return parsed.data;
  throw wrong(documentProblems(question, parsed.error, 'the question').join('; '));
}

function wrong(what: string): UsageError {
  return new UsageError({
    what,
    next: 'Send { "name": "daily-volume" } or { "sql": "SELECT …" }, with "params": { … } if it has parameters.',
  });
}
