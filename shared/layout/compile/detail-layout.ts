import type { Layout } from '../layout.ts';
import { readLayout } from './read-layout.ts';

/**
 * The layout of a file that holds details only, as one of corrected records does: nothing is asked of a header or trailer. Fails with
 * `LayoutInvalid` where rows copy fields of the header.
 */
export function detailLayout(text: string, file: string): { text: string; layout: Layout } {
  const {
    header: _header,
    trailer: _trailer,
    controlFile: _controlFile,
    controlTotals: _controlTotals,
    businessDate: _businessDate,
    ...details
  } = JSON.parse(text);
  const changed = JSON.stringify(details);
  return { text: changed, layout: readLayout(changed, file) };
}
