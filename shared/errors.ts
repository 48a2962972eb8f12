/**
 * Every error the project throws on purpose.
 *
 * An error answers the questions of the person on call: what happened, where (key, byte, record), why,
 * what to do next, and whether trying again can help. Names are literals because the state machine's
 * `ErrorEquals` matches on them and a minifier may rename classes.
 *
 * A file that is refused is not an error but a value: see `Refusal` in shared/refusal.ts.
 */
export interface ErrorFacts {
  /** What happened, as a clause without a full stop. */
  what: string;
  /** Object key, file, byte or record it happened at. */
  where?: string | undefined;
  why?: string | undefined;
  /** What the reader should do. */
  next?: string | undefined;
  cause?: unknown | undefined;
}

export abstract class PipelineError extends Error {
  abstract override readonly name: string;
  /** Can the same call succeed if it is simply made again? */
  abstract readonly retryable: boolean;
  readonly where: string | undefined;
  readonly why: string | undefined;
  readonly next: string | undefined;

  constructor(facts: ErrorFacts) {
    super(sentence(facts), facts.cause === undefined ? undefined : { cause: facts.cause });
    this.where = facts.where;
    this.why = facts.why;
    this.next = facts.next;
  }
}

const MOST_CHARACTERS = 1_500;

function sentence({ what, where, why, next }: ErrorFacts): string {
  const start = where ? `${where}: ${what}` : what;
  return [start, why, next]
    .filter((clause) => clause !== undefined && clause !== '')
    .map((clause) => clipped(clause!))
    .map((clause) => (/[.!?]$/.test(clause) ? clause : `${clause}.`))
    .join(' ');
}

/** What is named in an error comes from files, and may be of any length; a message ends in e-mails and logs. */
function clipped(clause: string): string {
  return clause.length <= MOST_CHARACTERS
    ? clause
    : `${clause.slice(0, MOST_CHARACTERS)}… (${clause.length} characters)`;
}

/** The command line or an execution's input is off. */
export class UsageError extends PipelineError {
  override readonly name = 'UsageError';
  readonly retryable = false;
}

/** A layout file that cannot be used; names the file, the key and the nearest valid one. */
export class LayoutInvalid extends PipelineError {
  override readonly name = 'LayoutInvalid';
  readonly retryable = false;
}

/** The input object or file is not there, or is not a file. */
export class SourceNotFound extends PipelineError {
  override readonly name = 'SourceNotFound';
  readonly retryable = false;
}

/** The input was replaced or grew while it was read; what was read so far is worthless. */
export class SourceChanged extends PipelineError {
  override readonly name = 'SourceChanged';
  readonly retryable = false;
}

/** The control file beside the input is not there yet, and the layout says to wait for it. */
export class ControlFileAwaited extends PipelineError {
  override readonly name = 'ControlFileAwaited';
  readonly retryable = true;
}

/** Neither command, key, name nor header says which business date the file belongs to. */
export class BusinessDateUnknown extends PipelineError {
  override readonly name = 'BusinessDateUnknown';
  readonly retryable = false;
}

/** An object that must be there is not. */
export class ObjectNotFound extends PipelineError {
  override readonly name = 'ObjectNotFound';
  readonly retryable = false;
}

/** A conditional write lost: somebody else wrote first. The caller rereads and decides. */
export class PreconditionFailed extends PipelineError {
  override readonly name = 'PreconditionFailed';
  readonly retryable = false;
}

/** The store said no: permissions, a full disk, a path that is not a folder. */
export class OutputUnwritable extends PipelineError {
  override readonly name = 'OutputUnwritable';
  readonly retryable = false;
}

/** Throttling, time-outs, 5xx, lost connections: the same call may work in a moment. */
export class StoreUnavailable extends PipelineError {
  override readonly name = 'StoreUnavailable';
  readonly retryable = true;
}

/** What a run left behind contradicts itself: a missing manifest, a part that is not as it was recorded. */
export class RunInconsistent extends PipelineError {
  override readonly name = 'RunInconsistent';
  readonly retryable = false;
}

/** Parquet bytes that are not what our own writer writes. */
export class ParquetMalformed extends PipelineError {
  override readonly name = 'ParquetMalformed';
  readonly retryable = false;
}

/** More rows and columns at once than the kernel can hold: the layout's doing, so trying again does not help. */
export class KernelMemoryExceeded extends PipelineError {
  override readonly name = 'KernelMemoryExceeded';
  readonly retryable = false;
}

/** The operator stopped it. */
export class Interrupted extends PipelineError {
  override readonly name = 'Interrupted';
  readonly retryable = false;
}
