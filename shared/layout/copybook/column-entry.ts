import { DECIMAL_DIGITS, INT64_DIGITS } from '../field-type.ts';
import type { FieldEntry } from '../layout-schema.ts';
import type { CopybookColumn } from './columns.ts';
import type { Form } from './storage-form.ts';

/**
 * A column of a copybook as an entry of `fields`.
 *
 *     X(30)               → string
 *     9(8)                → integer                       9(20) → decimal(20,0)
 *     S9(13)V99           → decimal(15,2), implied point, overpunched trailing sign
 *     S9(9)V99 COMP-3     → decimal(11,2), packed
 *     S9(4) COMP          → integer, binary, signed, 4 digits (its bytes hold up to 32767)
 *     S9(4)P(2) COMP-3    → integer, packed, 4 digits (its bytes hold five), two zeros follow
 *     COMP-2              → double, ibm
 *     -ZZ9.99, 99/99/9999 → string
 */
export function columnEntry({ name, item, startByte, endByte }: CopybookColumn): FieldEntry {
  const form = item.form!;
  const place = { name, start: startByte + 1, end: endByte };
  switch (form.kind) {
    case 'text': {
      // Edited numbers are to the right of their blanks, like justified text.
      const isLeftBlank = form.justified || form.picture!.category === 'edited';
      return { ...place, type: 'string', ...(isLeftBlank && { trim: 'both' as const }) };
    }
    case 'national':
      return {
        ...place,
        type: 'string',
        encoding: 'utf-16be',
        ...(form.justified && { trim: 'both' as const }),
      };
    case 'display':
      return {
        ...place,
        ...numberType(form),
        ...(form.scale > 0 || digitsOf(form) > INT64_DIGITS ? { point: 'implied' as const } : {}),
        ...(form.sign !== 'none' && { sign: form.sign }),
        ...(form.blankWhenZero && { blank: 'zero' as const }),
      };
    case 'packed':
      return {
        ...place,
        ...numberType(form),
        usage: 'packed',
        ...(!form.signNibble && { signNibble: false }),
        ...(form.signNibble && !form.signed && { signed: false }),
        ...storedDigits(form),
      };
    case 'binary':
      return {
        ...place,
        ...numberType(form),
        usage: 'binary',
        signed: form.signed,
        ...storedDigits(form),
      };
    case 'float':
      return { ...place, type: 'double', usage: 'float', floatFormat: 'ibm' };
  }
}

function numberType(form: Form): { type: string; trailingZeros?: number } {
  const digits = digitsOf(form);
  const zeros = Math.max(0, -form.scale);
  const type =
    form.scale <= 0 && digits <= INT64_DIGITS
      ? 'integer'
      : `decimal(${Math.min(Math.max(digits, form.scale), DECIMAL_DIGITS)},${Math.max(0, form.scale)})`;
  return zeros > 0 ? { type, trailingZeros: zeros } : { type };
}

/**
 * `digits`, if the bytes hold more than the picture: S9(4) COMP up to 32767, 9(4) COMP-3 five digits. A number beyond its picture is out
 * of range in every form. COMP-5 has no such limit, unless zeros follow: with them, all its values might not fit the type.
 */
function storedDigits(form: Form): { digits?: number } {
  if (form.scale < 0) return { digits: digitsOf(form) + form.scale };
  const isTypeLimit = form.scale > 0 || form.digits > INT64_DIGITS;
  const capacity = form.lengthBytes * 2 - (form.signNibble ? 1 : 0);
  const holdsMore = form.kind === 'binary' ? !form.fullRange : capacity > form.digits;
  return holdsMore && !isTypeLimit ? { digits: form.digits } : {};
}

/** Digits of the value. COMP-5 can have any value of its bytes: 5 digits in two bytes, 10 in four, 19 or 20 in eight. */
function digitsOf(form: Form): number {
  const zeros = Math.max(0, -form.scale);
  if (!form.fullRange) return form.digits + zeros;
  const bits = BigInt(form.lengthBytes * 8 - (form.signed ? 1 : 0));
  return String(2n ** bits - 1n).length + zeros;
}
