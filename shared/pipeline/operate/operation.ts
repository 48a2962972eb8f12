import * as z from 'zod';
import { UsageError } from '../../errors.ts';
import { isBusinessDate } from '../../keys/business-date.ts';
import { documentProblems } from '../../layout/document-problems.ts';

/** An execution that failed can be redriven for 14 days, and continues from what its run left. */
const LEAST_RUN_DAYS = 15;
const MOST_LETTERS = 1000;

const businessDate = z.string().refine(isBusinessDate, 'must be a day as yyyy-MM-dd');
const name = z.string().min(1);
const reason = z.string().trim().min(1, 'must say why; it is recorded with the day');
const day = { dataset: name, businessDate };

/** The JSON event of an invocation. Unknown keys are refused, because a misspelt option would otherwise be ignored. */
const operation = z.discriminatedUnion('action', [
  z.strictObject({
    action: z.literal('publish'),
    ...day,
    /** A day manifest to hold the day to from now on: the name and the text of its file. */
    dayManifest: z.strictObject({ name, text: z.string() }).optional(),
    /** Publish what is loaded although the day is not complete. */
    partial: z.strictObject({ reason }).optional(),
    /** Although the last commit or the catalog is damaged. */
    force: z.boolean().optional(),
  }),
  z
    .strictObject({
      action: z.literal('rollback'),
      ...day,
      reason,
      file: name.optional(),
      remove: z.boolean().optional(),
      toCommit: z.int().min(1).optional(),
    })
    .refine(({ remove, file }) => !remove || file !== undefined, {
      path: ['remove'],
      error: "needs a 'file'",
    })
    .refine(({ toCommit, file }) => toCommit === undefined || file === undefined, {
      path: ['toCommit'],
      error: "is for the whole day, not for a 'file'",
    }),
  z.strictObject({
    action: z.literal('clean'),
    runsOlderThanDays: z.int().min(LEAST_RUN_DAYS).optional(),
    generationsOlderThanDays: z.int().min(1).optional(),
    dryRun: z.boolean().optional(),
    /** The schedule gives the time that it is for. Nobody reads its answer, so people are told if something could not be cleaned. */
    scheduledAt: z.string().optional(),
  }),
  z.strictObject({
    action: z.literal('rerun'),
    layout: name,
    businessDate,
    /** Also convert files that are loaded already. */
    force: z.boolean().optional(),
    /** The first key to start: what an answer that had no time for all gave as `next`. */
    from: name.optional(),
  }),
  z.strictObject({
    action: z.literal('replay'),
    queue: z.enum(['starter', 'watchdog', 'operator']),
    atMost: z.int().min(1).max(MOST_LETTERS).optional(),
  }),
  z.strictObject({
    action: z.literal('report'),
    ...day,
    /** By default that of the last commit. */
    commit: z.int().min(1).optional(),
  }),
  /** The tables of all layouts: those that readers lack, or that an earlier version kept otherwise. */
  z.strictObject({ action: z.literal('adopt') }),
]);

export type Operation = z.infer<typeof operation>;

/** Parses what a person sent. Fails with `UsageError` that names every key that is wrong. */
export function readOperation(event: unknown): Operation {
  const read = operation.safeParse(event);
  if (read.success) return read.data;
  throw new UsageError({
    what: 'this is no operation',
    why: documentProblems(operation, read.error, 'the operation').join('; '),
    next: 'Send, for example, { "action": "rollback", "dataset": "…", "businessDate": "2025-08-12", "reason": "…" }. docs/operations.md lists all: publish, rollback, clean, rerun, replay, report, adopt.',
  });
}
