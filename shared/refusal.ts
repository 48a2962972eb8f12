import * as z from 'zod';
import { composeMessage } from './errors.ts';
import { anyWord, objectOf, text } from './json-shape.ts';

const REFUSAL_CODES = [
  'empty-file',
  'other-form',
  'not-whole-records',
  'file-cut-short',
  'chain-broken',
  'compression-broken',
  'terminator-missing',
  'terminator-unclear',
  'no-line-terminator',
  'line-too-long',
  'header-missing',
  'trailer-missing',
  'control-file-missing',
  'control-file-invalid',
  'business-date-mismatch',
  'day-manifest-invalid',
  'not-in-day-manifest',
  'size-mismatch',
  'checksum-mismatch',
  'duplicate-content',
  'rolled-back',
  'key-taken',
  'name-taken',
  'layout-changed',
  'supplement-unknown',
  'supplement-too-large',
  'supplement-other-records',
  'ranges-do-not-tile',
  'counts-do-not-balance',
  'control-total-mismatch',
  'group-broken',
  'group-total-mismatch',
  'sum-undecodable',
  'too-many-rejects',
  'too-many-invalid',
  'too-many-partitions',
] as const;

export type RefusalCode = (typeof REFUSAL_CODES)[number];

/**
 * The reason why a whole file was not loaded. A value, not an error: Choices of the state machine read it, and a refused
 * file must not look as if running it again could help.
 */
export interface Refusal {
  code: RefusalCode;
  /** The event, its place, its reason and the next step, without record content. */
  message: string;
}

/** Earlier name of a code: an execution that an earlier version began may still pass it on. */
const EARLIER_CODES = new Map<unknown, RefusalCode>([['not-in-control-file', 'not-in-day-manifest']]);

/** A refusal as JSON holds it between states. */
export const refusalSchema: z.ZodType<Refusal> = z.object({
  code: z.preprocess((code) => EARLIER_CODES.get(code) ?? code, z.enum(REFUSAL_CODES)),
  message: z.string(),
});

/** A refusal that was stored: a newer version may have codes that this one does not know. */
export const refusalShape = objectOf<Refusal>({ code: anyWord(), message: text });

interface RefusalFacts {
  /** The file, and the range or record in it. */
  where: string;
  /** The problem, as a clause without a full stop. */
  what: string;
  why?: string | undefined;
  /** The reader's next step. */
  next: string;
}

/** Refuses a file. Every refusal is made here, so each one says that nothing was published. */
export function refuse(code: RefusalCode, facts: RefusalFacts): Refusal {
  return { code, message: composeMessage(facts, 'Nothing was published.') };
}

/** Refuses a file without records. */
export function refuseEmpty(where: string, what: string): Refusal {
  const next = 'Ask for it to be sent again; an empty day must say so in another way.';
  return refuse('empty-file', { where, what, next });
}

const codes: ReadonlySet<unknown> = new Set(REFUSAL_CODES);

/** Tells a refusal from the value that a step makes of a good file: only a refusal has one of the codes above. */
export function isRefusal(value: object | null | undefined): value is Refusal {
  return value != null && 'code' in value && codes.has(value.code);
}
