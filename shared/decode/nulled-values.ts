import { named } from '../json-shape.ts';
import { type Field, fieldPath } from '../layout/field.ts';

/** The first that became null: at most `MOST_EXAMPLE_BYTES` of the field in hexadecimal, and the offset of its record in the file. */
interface Example {
  hex: string;
  byteOffset: number;
}

/** What became of the values of a field that are not blank: read, or replaced by null. */
export interface SettledValues {
  valid: number;
  nulled: number;
  example: Example | undefined;
}

export const MOST_EXAMPLE_BYTES = 32;

/** Does the layout let an invalid value of this field become null? */
export function mayBeNulled({ required, onInvalid }: Pick<Field, 'required' | 'onInvalid'>): boolean {
  return !required && onInvalid === 'null';
}

/** Counts by field what became of values in the rows that are kept. */
export class NulledValues {
  readonly fields = new Map<string, SettledValues>();

  add(field: Field, valid: number, nulled: number): SettledValues {
    const path = fieldPath(field);
    let settled = this.fields.get(path);
    if (!settled) {
      settled = { valid: 0, nulled: 0, example: undefined };
      this.fields.set(path, settled);
    }
    settled.valid += valid;
    settled.nulled += nulled;
    return settled;
  }
}

/** One record of figures for each of them, as part manifests have it. */
export function figuresByField(values: Record<string, SettledValues>) {
  const nulled = named<number>();
  const valid = named<number>();
  const nulledExamples = named<Example>();
  for (const [field, settled] of Object.entries(values)) {
    valid[field] = settled.valid;
    if (settled.nulled > 0) nulled[field] = settled.nulled;
    if (settled.example) nulledExamples[field] = settled.example;
  }
  return { nulled, valid, nulledExamples };
}
