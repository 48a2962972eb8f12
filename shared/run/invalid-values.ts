import { byName, named, objectOf, type Shape, text, wholeNumber } from '../json-shape.ts';
import type { Layout } from '../layout/layout.ts';
import { type Refusal, refuse } from '../refusal.ts';

/** The first value of a field that became null because it is invalid. */
interface NulledExample {
  /** The first bytes of the field, in hexadecimal. */
  hex: string;
  /** Offset in the file of the record that holds it. */
  byteOffset: number;
}

export type NulledExamples = Record<string, NulledExample>;

export const nulledExamplesShape: Shape<NulledExamples> = byName(
  objectOf<NulledExample>({ hex: text, byteOffset: wholeNumber }),
);

/** Values by field: those that became null because they are invalid, and those that were read. */
interface ValueCounts {
  nulled: Record<string, number>;
  valid: Record<string, number>;
}

/** Refuses a file in which too many values of a field are invalid and would become null. */
export function invalidRefusal(
  sourceKey: string,
  { rejects: { maxInvalidPercent } }: Pick<Layout, 'rejects'>,
  { nulled, valid }: ValueCounts,
): Refusal | undefined {
  if (maxInvalidPercent === undefined) return undefined;
  const wrong = Object.entries(nulled).flatMap(([field, count]) => {
    const values = count + (valid[field] ?? 0);
    if (count * 100 <= maxInvalidPercent * values) return [];
    return [`${count} of ${values} values of ${field} (${((count * 100) / values).toFixed(3)} %)`];
  });
  if (wrong.length === 0) return undefined;
  return refuse('too-many-invalid', {
    where: sourceKey,
    what: `${wrong.join(' and ')} are invalid and would become null, and the layout allows ${maxInvalidPercent} %`,
    why: 'Most likely the positions or the format of the field in the layout are wrong.',
    next: 'Look at values with "npx positional-lake layout preview LAYOUT FILE"; correct the layout, or raise "rejects.maxInvalidPercent" of it.',
  });
}

/** Warns of fields that have values, none of which could be read. */
export function neverValidWarnings(sourceKey: string, { nulled, valid }: ValueCounts): string[] {
  return Object.entries(nulled)
    .filter(([field, count]) => count > 0 && (valid[field] ?? 0) === 0)
    .map(
      ([field, count]) =>
        `${sourceKey}: every value of ${field} is invalid, so all ${count} became null. Most likely its positions or its format in the layout are wrong: look at it with "npx positional-lake layout preview LAYOUT FILE".`,
    );
}

/** What became null because it is invalid, a line a field: `opened: 6 invalid values became null, the first in the record at byte 0: 31 33`. */
export function nulledTexts(
  nulled: Record<string, number> = {},
  examples: NulledExamples = named(),
): string[] {
  return Object.entries(nulled).map(([field, count]) => {
    const values = count === 1 ? '1 invalid value' : `${count.toLocaleString('en')} invalid values`;
    const example = examples[field];
    const first = example
      ? `, the first in the record at byte ${example.byteOffset}: ${example.hex.replace(/..(?=.)/g, '$& ')}`
      : '';
    return `${field}: ${values} became null${first}`;
  });
}
