import type { Layout } from '../layout.ts';
import { readLayout } from './read-layout.ts';

/**
 * The layout of a file that holds details only, such as one of corrected records: header and trailer are not expected. Fails with
 * `LayoutInvalid` if rows copy fields of the header.
 */
export function detailLayout(text: string, file: string): { text: string; layout: Layout } {
  const {
    header: _header,
    trailer: _trailer,
    controlFile: _controlFile,
    controlTotals: _controlTotals,
    businessDate,
    ...details
  } = JSON.parse(text);
  const { mostDaysAgo, mostDaysAhead } = businessDate ?? {};
  const changed = JSON.stringify({
    ...details,
    ...(businessDate && { businessDate: { mostDaysAgo, mostDaysAhead } }),
  });
  return { text: changed, layout: readLayout(changed, file) };
}
