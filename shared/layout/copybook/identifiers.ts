import { didYouMean } from '../did-you-mean.ts';
import type { FieldEntry } from '../layout-schema.ts';
import type { StoredItem } from './storage.ts';

/** Names of items, with `*` for any characters: `*-CPF`, `COD-*`. */
export type IdentifierNames = readonly string[];

/**
 * An item of digits that is an identifier, as a text: its leading zeros are part of it.
 *
 *     CLI-CPF  9(11)   → string, and not the integer 9(11) would be
 */
export function asIdentifier(
  entry: FieldEntry,
  { name, form }: StoredItem,
  names: IdentifierNames,
): FieldEntry {
  if (
    name === undefined ||
    form?.kind !== 'display' ||
    !isUnsignedWhole(form) ||
    !names.some((one) => fits(one, name))
  ) {
    return entry;
  }
  return { name: entry.name, start: entry.start, end: entry.end, type: 'string' };
}

/** Names that fit no item, or only items whose bytes cannot be read as a text of digits. */
export function identifierProblems(
  names: IdentifierNames,
  items: readonly StoredItem[],
  at: string,
): string[] {
  return names.flatMap((one) => {
    const found = items.filter(({ name, form }) => name !== undefined && form && fits(one, name));
    if (
      found.some(({ form }) => form!.kind === 'text' || (form!.kind === 'display' && isUnsignedWhole(form!)))
    )
      return [];
    const [other] = found;
    if (other) {
      return [
        `'${at}.identifiers' names '${one}', but ${other.name} is ${other.form!.picture?.text ?? ''} ${other.form!.usage}: only digits without sign, point and packing can be a text`,
      ];
    }
    const known = items.flatMap(({ name, form }) =>
      name !== undefined && form?.kind === 'display' ? [name] : [],
    );
    return [`'${at}.identifiers' names '${one}', which fits no item${didYouMean(one, known)}`];
  });
}

function isUnsignedWhole({ sign, scale }: { sign: string; scale: number }): boolean {
  return sign === 'none' && scale === 0;
}

function fits(pattern: string, name: string): boolean {
  const parts = pattern
    .toUpperCase()
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(name);
}
