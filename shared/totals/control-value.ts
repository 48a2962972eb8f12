import type { Decimal } from '../decimal.ts';
import { byName, nullable, objectOf, optional, text, wholeNumber } from '../json-shape.ts';

/**
 * A field of a header, trailer, control file or day manifest, in the form in which plan.json keeps it:
 *
 *     number        { text: '12345', scale: 2 }     unscaled digits: 123.45
 *     date or text  { text: '2025-08-12' }          a date as yyyy-MM-dd
 *     blank         { text: null }
 *     invalid       { text: null, invalid: 'invalid-number' }
 */
export type ControlValue =
  | { text: string; scale: number }
  | { text: string }
  | { text: null }
  | { text: null; invalid: string };

export function numberValue({ unscaled, scale }: Decimal): ControlValue {
  return { text: String(unscaled), scale };
}

/** The number that a field holds; undefined if it holds no number. */
export function numberOf(value: ControlValue | undefined): Decimal | undefined {
  return value && 'scale' in value ? { unscaled: BigInt(value.text), scale: value.scale } : undefined;
}

/** Why a field could not be decoded; undefined if it could. */
export function invalidReason(value: ControlValue | undefined): string | undefined {
  return value && 'invalid' in value ? value.invalid : undefined;
}

const storedControlValue = objectOf<{ text: string | null; scale?: number; invalid?: string }>({
  text: nullable(text),
  scale: optional(wholeNumber),
  invalid: optional(text),
});

export const controlValuesShape = byName<ControlValue>((value) => storedControlValue(value));
