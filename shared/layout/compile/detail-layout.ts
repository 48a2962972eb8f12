import type { Layout } from '../layout.ts';
import { readLayout } from './read-layout.ts';

/**
 * The layout of a file that holds details only, such as one of corrected records: header and trailer are not expected, and a record
 * that looks like one of them is a reject. Fails with `LayoutInvalid` if rows copy fields of the header.
 */
export function detailLayout(text: string, file: string): { text: string; layout: Layout } {
  const {
    controlFile: _controlFile,
    controlTotals: _controlTotals,
    businessDate,
    groups: _groups,
    ...details
  } = JSON.parse(text);
  const { mostDaysAgo, mostDaysAhead } = businessDate ?? {};
  const changed = JSON.stringify({
    ...details,
    onlyDetails: true,
    ...(businessDate && { businessDate: { mostDaysAgo, mostDaysAhead } }),
  });
  return { text: changed, layout: readLayout(changed, file) };
}
