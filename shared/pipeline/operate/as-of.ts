import { UsageError } from '../../errors.ts';
import { isBusinessDate } from '../../keys/business-date.ts';

/** A state of a lake that somebody asks for. */
export type AsOf =
  | { by: 'commit'; businessDate: string; commit: number; text: string }
  | { by: 'snapshot'; id: number; text: string }
  /** What readers saw at this moment. */
  | { by: 'time'; at: Date; text: string };

const AS_OF_FORMS =
  'a commit of a day (2025-08-12/1), a snapshot (its id), a time (2025-08-13T06:00:00Z; UTC if it names no zone), or a date, which means its end in UTC';

const TIME = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})?$/;

/**
 *     2025-08-12/3          commit 3 of a day
 *     4236968652939767      a snapshot
 *     2025-08-13            the end of a day
 *     2025-08-13T06:00:00Z  a moment
 *
 * Fails with `UsageError` for anything else.
 */
export function parseAsOf(text: string): AsOf {
  const [, day, number] = /^(\d{4}-\d{2}-\d{2})\/([1-9]\d{0,8})$/.exec(text) ?? [];
  if (day !== undefined && isBusinessDate(day))
    return { by: 'commit', businessDate: day, commit: Number(number), text };
  if (/^[1-9]\d*$/.test(text) && Number.isSafeInteger(Number(text)))
    return { by: 'snapshot', id: Number(text), text };
  if (isBusinessDate(text)) return { by: 'time', at: new Date(`${text}T23:59:59.999Z`), text };
  const [, date, clock, zone = 'Z'] = TIME.exec(text) ?? [];
  const at = new Date(`${date}T${clock}${zone}`);
  if (date !== undefined && isBusinessDate(date) && !Number.isNaN(at.getTime()))
    return { by: 'time', at, text };
  throw new UsageError({
    what: `--as-of '${text}' names no state of a lake`,
    next: `Give ${AS_OF_FORMS}. "npx positional-lake history --lake DIR" lists what there is.`,
  });
}
