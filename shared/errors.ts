import { withShortValues } from './shown-text.ts';

/**
 * Every error the project throws on purpose.
 *
 * An error tells the person on call what happened, where (key, byte, record), why, what to do next, and whether
 * trying again can help. Names are literals because the state machine's `ErrorEquals` matches them and a minifier
 * may rename classes.
 *
 * A refused file is a value, not an error: see `Refusal` in shared/refusal.ts.
 */
export interface ErrorFacts {
  /** The event, as a clause without a full stop. */
  what: string;
  /** The object key, file, byte or record where it happened. */
  where?: string | undefined;
  /** The cause, as a clause or as sentences. */
  why?: string | undefined;
  /** The reader's next step: the command to type, if there is one. */
  next?: string | undefined;
  /** Lines to show below the message as they are, such as one of the input with a mark below it. They stay out of logs. */
  excerpt?: string[] | undefined;
  cause?: unknown | undefined;
}

export abstract class PipelineError extends Error {
  abstract override readonly name: string;
  /** True if the same call may succeed when it is simply made again. */
  abstract readonly retryable: boolean;
  readonly where: string | undefined;
  readonly why: string | undefined;
  readonly next: string | undefined;
  readonly excerpt: readonly string[];

  constructor(facts: ErrorFacts) {
    super(composeMessage(facts), facts.cause === undefined ? undefined : { cause: facts.cause });
    this.where = facts.where;
    this.why = facts.why;
    this.next = facts.next;
    this.excerpt = facts.excerpt ?? [];
  }
}

const MOST_CHARACTERS = 1_500;

/** The message of an error or a refusal; `outcome` is what it means for the file, as a sentence. */
export function composeMessage(
  { what, where, why, next }: Omit<ErrorFacts, 'cause'>,
  outcome?: string,
): string {
  const happened = where ? `${withShortValues(where)}: ${withShortValues(what)}` : withShortValues(what);
  return [happened, why && capitalized(withShortValues(why)), outcome, next]
    .flatMap((part) => (part ? [asSentence(clipped(part))] : []))
    .join(' ');
}

/** Values quoted in a message come from files and may have any length; messages end up in e-mails and logs. */
function clipped(part: string): string {
  return part.length <= MOST_CHARACTERS
    ? part
    : `${part.slice(0, MOST_CHARACTERS)}… (${part.length} characters)`;
}

/** Clauses are written in lower case; a first word that is a path or a key stays as it is. */
function capitalized(clause: string): string {
  return clause.replace(/^[a-z]+(?=[ ,])/, (word) => word.charAt(0).toUpperCase() + word.slice(1));
}

function asSentence(part: string): string {
  return /[.!?]$/.test(part) ? part : `${part}.`;
}

/** The command line or the input of an execution is wrong. */
export class UsageError extends PipelineError {
  override readonly name = 'UsageError';
  readonly retryable = false;
}

/** The layout file cannot be used; the message names the file, the key and the nearest valid key. */
export class LayoutInvalid extends PipelineError {
  override readonly name = 'LayoutInvalid';
  readonly retryable = false;
}

/** The input object or file does not exist, or is not a file. */
export class SourceNotFound extends PipelineError {
  override readonly name = 'SourceNotFound';
  readonly retryable = false;
}

/** The input was replaced or grew while it was being read, so nothing that was read can be used. */
export class SourceChanged extends PipelineError {
  override readonly name = 'SourceChanged';
  readonly retryable = false;
}

/** The control file beside the input has not arrived, and the layout says to wait for it. */
export class ControlFileAwaited extends PipelineError {
  override readonly name = 'ControlFileAwaited';
  readonly retryable = true;
}

/** Neither the command nor the key, the name or the header says which business date the file belongs to. */
export class BusinessDateUnknown extends PipelineError {
  override readonly name = 'BusinessDateUnknown';
  readonly retryable = false;
}

/** An object that must exist does not. */
export class ObjectNotFound extends PipelineError {
  override readonly name = 'ObjectNotFound';
  readonly retryable = false;
}

/** A conditional write failed because somebody else wrote first. The caller reads again and decides. */
export class PreconditionFailed extends PipelineError {
  override readonly name = 'PreconditionFailed';
  readonly retryable = false;
}

/** The store refused to write: no permission, a full disk, a path that is not a folder. */
export class OutputUnwritable extends PipelineError {
  override readonly name = 'OutputUnwritable';
  readonly retryable = false;
}

/** A time-out, a 5xx answer, a lost connection: the same call may work in a moment. */
export class StoreUnavailable extends PipelineError {
  override readonly name: 'StoreUnavailable' | 'StoreThrottled' = 'StoreUnavailable';
  readonly retryable = true;
}

/** A service answers that calls come too fast: nothing is broken, and more patience than with a fault is right. */
export class StoreThrottled extends StoreUnavailable {
  override readonly name = 'StoreThrottled';
}

/** The objects of a run contradict each other: a manifest is missing, a part is not as it was recorded. */
export class RunInconsistent extends PipelineError {
  override readonly name: 'RunInconsistent' | 'ObjectDamaged' | 'ObjectClosed' = 'RunInconsistent';
  readonly retryable = false;
}

/** An object of the lake is cut off, altered or another one than its key says; the message names its key and the command that heals. */
export class ObjectDamaged extends RunInconsistent {
  override readonly name = 'ObjectDamaged';
}

/** This user or role may not read an object: nothing is known of its bytes, so it is neither missing nor damaged, and nobody replaces it. */
export class ObjectClosed extends RunInconsistent {
  override readonly name = 'ObjectClosed';
}

/** Parquet bytes that our own writer would not write. */
export class ParquetMalformed extends PipelineError {
  override readonly name = 'ParquetMalformed';
  readonly retryable = false;
}

/** One batch has more rows and columns than the kernel can hold. The layout causes it, so trying again does not help. */
export class KernelMemoryExceeded extends PipelineError {
  override readonly name = 'KernelMemoryExceeded';
  readonly retryable = false;
}

/** The operator stopped the run. */
export class Interrupted extends PipelineError {
  override readonly name = 'Interrupted';
  readonly retryable = false;
}
