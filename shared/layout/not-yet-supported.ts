import { isEbcdic } from './code-page.ts';
import type { DeclaredLayout, Layout } from './layout.ts';

/**
 * What a layout can say and this version cannot decode. Each is refused when the layout is read, so that nothing is
 * ever decoded wrongly. Whoever teaches the decoder one of them removes its line here, and widens `Layout['record']`
 * where the type says so.
 */
const DECODED_FORMATS: readonly string[] = ['lines', 'fixed'] satisfies Layout['record']['format'][];

interface Check {
  refuses: (layout: DeclaredLayout) => boolean;
  says: (layout: DeclaredLayout) => string;
}

const CHECKS: Check[] = [
  {
    refuses: ({ record }) => !DECODED_FORMATS.includes(record.format),
    says: ({ record }) =>
      `'record.format' is '${record.format}', which this version does not read (valid: ${DECODED_FORMATS.join(', ')})`,
  },
  {
    refuses: ({ record, encoding }) => record.format === 'lines' && isEbcdic(encoding),
    says: ({ encoding }) =>
      `'record.format' is 'lines', which ends at an ASCII line feed, and 'encoding' is '${encoding}' (valid: fixed)`,
  },
  {
    refuses: ({ record }) => record.fileHeaderBytes > 0,
    says: () => "'record.fileHeaderBytes' is above 0, which this version does not read",
  },
  {
    refuses: ({ record }) => record.fileTrailerBytes > 0,
    says: () => "'record.fileTrailerBytes' is above 0, which this version does not read",
  },
];

/** Everything in the layout that cannot be decoded yet, as clauses that name the key. */
export function notYetSupported(layout: DeclaredLayout): string[] {
  return CHECKS.filter(({ refuses }) => refuses(layout)).map(({ says }) => says(layout));
}

/** The layout as the decoder knows it: only for one of which `notYetSupported` says nothing. */
export function asDecodable(layout: DeclaredLayout): Layout {
  const { format, lengthBytes, short } = layout.record;
  return { ...layout, record: { format: format as Layout['record']['format'], lengthBytes, short } };
}
