import { CODE_PAGES } from './code-page.ts';
import type { DeclaredLayout, Encoding, Field, Layout } from './layout.ts';

/**
 * What a layout can say and this version cannot decode. Each is refused when the layout is read, so that nothing is
 * ever decoded wrongly. Whoever teaches the decoder one of them removes its line here.
 */
const DECODED_ENCODINGS: readonly string[] = CODE_PAGES.filter((name) => name !== 'utf-16be');

interface Check<T> {
  refuses: (subject: T, layout: DeclaredLayout) => boolean;
  says: (subject: T) => string;
}

const ENCODING_CHECK: Check<DeclaredLayout> = {
  refuses: ({ encoding }) => !DECODED_ENCODINGS.includes(encoding),
  says: ({ encoding }) =>
    `'encoding' is '${encoding}', which this version does not read (valid: ${DECODED_ENCODINGS.join(', ')})`,
};

const FIELD_CHECKS: Check<Field>[] = [
  {
    refuses: ({ usage, type }) =>
      (usage === 'packed' || usage === 'binary') && type.kind !== 'integer' && type.kind !== 'decimal',
    says: ({ usage, type }) =>
      `is a ${type.kind} in usage '${usage}', which this version does not read (valid: integer, decimal)`,
  },
  {
    refuses: ({ encoding }) => encoding === 'utf-16be',
    says: () => "has the encoding 'utf-16be', which this version does not read",
  },
  {
    refuses: ({ trailingZeros }) => trailingZeros > 0,
    says: () => "has 'trailingZeros', which this version does not read",
  },
];

/** Everything in the layout that cannot be decoded yet, as clauses that name the key. */
export function notYetSupported(layout: DeclaredLayout): string[] {
  const places: [string, Field[]][] = [
    ...layout.recordTypes.flatMap((type, index) =>
      type.datasets.map(({ fields }): [string, Field[]] => [
        layout.recordTypes.length > 1 ? `recordTypes[${index}].fields` : 'fields',
        fields,
      ]),
    ),
    ['header.fields', layout.header?.fields ?? []],
    ['trailer.fields', layout.trailer?.fields ?? []],
  ];
  return [
    ...encodingNotYetSupported(layout),
    ...places.flatMap(([at, fields]) =>
      fields.flatMap((field, index) =>
        fieldNotYetSupported(field, layout).map((text) => `'${at}[${index}]' ('${field.name}') ${text}`),
      ),
    ),
  ];
}

/** What of one field cannot be decoded yet. */
export function fieldNotYetSupported(field: Field, layout: DeclaredLayout): string[] {
  return FIELD_CHECKS.filter(({ refuses }) => refuses(field, layout)).map(({ says }) => says(field));
}

/** That the code page of the whole file cannot be decoded yet. */
export function encodingNotYetSupported(layout: DeclaredLayout): string[] {
  return ENCODING_CHECK.refuses(layout, layout) ? [ENCODING_CHECK.says(layout)] : [];
}

/** The layout as the decoder knows it: only for one of which `notYetSupported` says nothing. */
export function asDecodable(layout: DeclaredLayout): Layout {
  return { ...layout, encoding: layout.encoding as Encoding };
}
