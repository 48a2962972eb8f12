import { flag, listOf, objectOf, optional, text } from '../json-shape.ts';
import type { CatalogColumn } from '../ports/catalog.ts';

/** The columns of a table, as documents of the lake have them. */
export const catalogColumnsShape = listOf(
  objectOf<CatalogColumn>({
    name: text,
    type: text,
    hasNarrowerFiles: optional(flag),
    areNarrowerPromoted: optional(flag),
    formerly: optional(listOf(text)),
    isPartlyInFolders: optional(flag),
  }),
);
