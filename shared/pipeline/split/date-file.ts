import { BusinessDateUnknown } from '../../errors.ts';
import { resolveBusinessDate } from '../../keys/business-date.ts';
import type { Layout } from '../../layout/layout.ts';
import { isRefusal, type Refusal, refuse } from '../../refusal.ts';
import type { ConvertRequest } from './convert-request.ts';
import type { ReadableFile } from './probe-file.ts';

/** The business date of a file. Only a file that cannot be read may have none. */
export type FileDate =
  | { businessDate: string; warnings: string[]; refusal?: Refusal }
  | { businessDate: null; warnings: string[]; refusal: Refusal };

/**
 * Finds the business date of a file: in the request, its key, its name or its header. If the header says another date than
 * the rest, the layout decides between a warning and a refusal. Fails with `BusinessDateUnknown`.
 */
export function dateFile(
  request: Pick<ConvertRequest, 'sourceKey' | 'businessDate'>,
  layout: Layout,
  file: ReadableFile | Refusal,
): FileDate {
  const { sourceKey } = request;
  const header = isRefusal(file) ? undefined : headerDate(file, layout);
  const resolved = resolveBusinessDate({ requested: request.businessDate, sourceKey, header });
  if (!resolved) {
    if (isRefusal(file)) return { businessDate: null, warnings: [], refusal: file };
    throw new BusinessDateUnknown({
      what: 'nothing says which business date this file belongs to',
      where: sourceKey,
      why: 'Its key has no year=/month=/day=, its name no date of eight digits, and the layout names no header field that holds one.',
      next: 'Pass --business-date yyyy-MM-dd, or name the header field in "businessDate" of the layout.',
    });
  }
  const { businessDate, origin } = resolved;
  if (header === undefined || header === businessDate) return { businessDate, warnings: [] };
  const difference = `its header says ${header}, and its ${origin} says ${businessDate}`;
  if (layout.businessDate?.onMismatch !== 'refuse') {
    return { businessDate, warnings: [`${sourceKey}: ${difference}`] };
  }
  const next =
    'Ask which is right; to load it all the same, pass --business-date with a layout that only warns.';
  const refusal = refuse('business-date-mismatch', { where: sourceKey, what: difference, next });
  return { businessDate, warnings: [], refusal };
}

function headerDate({ geometry }: ReadableFile, { businessDate }: Layout): string | undefined {
  const field = businessDate?.headerField;
  return (field && geometry.header?.values[field]?.text) || undefined;
}
