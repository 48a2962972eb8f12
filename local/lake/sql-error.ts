import { RunInconsistent, StoreUnavailable, UsageError } from '../../shared/errors.ts';
import { escapeGlob } from './dataset-view.ts';
import { isChangeOfLake, onlyReads } from './refuse-writing.ts';

/** What is said of a failed statement besides DuckDB's own words. */
interface SqlPlace {
  lakeDir: string;
  /** Paths of the published files. */
  files: readonly string[];
  /** Names that a query can use, and why others are missing. */
  tables: string;
  /** What to do next instead, of SQL that is about no lake. */
  next?: string;
}

const CLOSED =
  'A query reads what is published, with the settings that it has; --allow-files opens local files and settings';

const TOO_MANY_DIGITS =
  'A sum or product would have more than 38 digits. Add up fewer rows, or, if the first 15 digits are enough, numbers of another type: sum(CAST(x AS DOUBLE))';

/** DuckDB's error as one of ours, with its line of the SQL and the caret below it as an excerpt. */
export function sqlError(error: unknown, place: SqlPlace): Error {
  const { lakeDir, files } = place;
  if (!(error instanceof Error)) return new Error(String(error));
  if (error instanceof UsageError) return error;
  // What DuckDB's binding says of a text without statements.
  if (error.message === 'Error in native callback')
    return new UsageError({
      what: 'there is no statement in the SQL',
      next: 'Give one beside the comments',
    });
  const [, said = error.message, excerpt] =
    /^([\s\S]*?)\s*(?:\n(LINE \d+:[\s\S]*))?$/.exec(error.message) ?? [];
  const message = said
    .replace(/^Failed to extract statements: /, '')
    .replace(/\s+/g, ' ')
    .trim();
  if (isChangeOfLake(message)) return onlyReads(error);
  if (/Too many open files/.test(message))
    return new StoreUnavailable({
      what: 'the query could not open its files, because too many files are open',
      where: lakeDir,
      why: 'This process may not have more of them (ulimit -n).',
      next: 'Raise the limit, for example with ulimit -n 4096, or ask for fewer days.',
      cause: error,
    });
  const isPublished = (path: string) => message.includes(path) || message.includes(escapeGlob(path));
  if (/^(IO|Invalid Input|Permission) Error/.test(message) && files.some(isPublished))
    return new RunInconsistent({
      what: 'a published file cannot be read',
      where: lakeDir,
      why: message,
      next: 'Do not move or remove files below processed/: bring this one back, or convert its source again with --force.',
      cause: error,
    });
  return new UsageError({
    what: 'the SQL does not run',
    why: message,
    excerpt: excerpt?.trimEnd().split('\n'),
    next: nextStep(message, place),
    cause: error,
  });
}

function nextStep(message: string, { tables, next }: SqlPlace): string {
  if (/^INTERRUPT Error/i.test(message)) return 'It was stopped by you';
  if (/^Out of Range Error: Overflow in .*(HUGEINT|DECIMAL\(38\))/.test(message)) return TOO_MANY_DIGITS;
  if (next !== undefined) return next;
  return /^Permission Error|configuration has been locked/.test(message)
    ? CLOSED
    : `Tables of this lake: ${tables}`;
}
