import type { Field, Usage } from '../field.ts';
import {
  DECIMAL_DIGITS,
  type FieldType,
  INT64_DIGITS,
  isExactNumber,
  NOTATION_KEYS,
  typesOfUsage,
  typeText,
} from '../field-type.ts';
import type { FieldEntry } from '../layout-schema.ts';
import { mayHoldPoint } from '../number-notation.ts';

/** The part of a field that says how its bytes hold the value. */
type FieldForm = Pick<
  Field,
  | 'usage'
  | 'digits'
  | 'sign'
  | 'signed'
  | 'signNibble'
  | 'byteOrder'
  | 'floatFormat'
  | 'blank'
  | 'trailingZeros'
>;

/** The usages that each key is for. */
const KEYS: { key: keyof FieldEntry; usages: Usage[] }[] = [
  { key: 'sign', usages: ['display'] },
  ...NOTATION_KEYS.map((key) => ({ key, usages: ['display' as const] })),
  { key: 'digits', usages: ['packed', 'binary'] },
  { key: 'signed', usages: ['packed', 'binary'] },
  { key: 'signNibble', usages: ['packed'] },
  { key: 'byteOrder', usages: ['binary', 'float'] },
  { key: 'floatFormat', usages: ['float'] },
  // Four bytes of blanks are a number like any other in binary and float.
  { key: 'blank', usages: ['display', 'packed'] },
];

/** Is a key of a field for this usage? */
export function isForUsage(key: keyof FieldEntry, usage: Usage): boolean {
  return KEYS.every((one) => one.key !== key || one.usages.includes(usage));
}

/** Checks usage, sign and their keys. What must not be guessed has no default. */
export function compileForm(
  entry: FieldEntry,
  type: FieldType,
  label: string,
  problems: string[],
): FieldForm {
  const usage = entry.usage ?? 'display';
  const problem = (text: string) => void problems.push(`'${label} ${text}`);
  for (const { key, usages } of KEYS) {
    if (entry[key] !== undefined && !usages.includes(usage)) {
      problem(`has '${key}', which is for usage ${usages.join(' and ')} only, but its usage is '${usage}'`);
    }
  }
  if (usage !== 'display') {
    const types = typesOfUsage(usage);
    if (!types.includes(type.kind)) {
      problem(`has usage '${usage}' and type ${type.kind} (valid types: ${types.join(', ')})`);
    }
    if (mayHoldPoint(entry.point)) problem(`has usage '${usage}', which holds no ${entry.point} point`);
    checkLength(entry, usage, problem);
    checkDigits(entry, type, problem);
  }
  checkTrailingZeros(entry, type, problem);
  return {
    usage,
    digits: entry.digits,
    sign: entry.sign ?? 'none',
    signed:
      usage === 'display'
        ? (entry.sign ?? 'none') !== 'none' || entry.signFrom !== undefined
        : (entry.signed ?? entry.signNibble !== false),
    signNibble: usage === 'packed' && entry.signNibble !== false,
    byteOrder: entry.byteOrder ?? 'big',
    floatFormat: entry.floatFormat,
    blank: entry.blank ?? 'null',
    trailingZeros: entry.trailingZeros ?? 0,
  };
}

/** Digits that the bytes can hold: a separate sign is not a digit, a packed byte has two. */
export function digitCapacity(entry: FieldEntry): number {
  const lengthBytes = entry.end - entry.start + 1;
  switch (entry.usage) {
    case 'packed':
      return lengthBytes * 2 - (entry.signNibble === false ? 0 : 1);
    case 'binary':
      return String(256n ** BigInt(Math.min(Math.max(lengthBytes, 1), 8)) - 1n).length;
    default: {
      const separate = entry.sign === 'leading-separate' || entry.sign === 'trailing-separate';
      return lengthBytes - (separate ? 1 : 0);
    }
  }
}

function checkLength(entry: FieldEntry, usage: Usage, problem: (text: string) => void): void {
  const lengthBytes = entry.end - entry.start + 1;
  if (usage === 'packed') {
    if (digitCapacity(entry) > DECIMAL_DIGITS + 1) {
      problem(`is ${lengthBytes} packed bytes; a number has at most ${DECIMAL_DIGITS} digits`);
    }
    if (entry.signNibble === false && entry.signed === true) {
      problem(`is 'signed' with "signNibble": false, so that nothing holds the sign`);
    }
  } else if (usage === 'binary') {
    if (lengthBytes > 8) problem(`is ${lengthBytes} bytes; a binary number has 1 to 8`);
    if (entry.signed === undefined) {
      problem(`is a binary number without 'signed': say true or false; FFFF is -1 or 65535`);
    }
  } else {
    if (lengthBytes !== 4 && lengthBytes !== 8) problem(`is ${lengthBytes} bytes; a float has 4 or 8`);
    if (entry.floatFormat === undefined) {
      problem(`is a float without 'floatFormat': say "ibm" (a mainframe wrote it) or "ieee"`);
    } else if (entry.floatFormat === 'ibm' && entry.byteOrder === 'little') {
      problem(`is an ibm float with "byteOrder": "little"; ibm floats are "big"`);
    }
  }
}

function checkDigits(entry: FieldEntry, type: FieldType, problem: (text: string) => void): void {
  const { digits } = entry;
  if (digits === undefined) return;
  if (digits > digitCapacity(entry)) {
    problem(`has ${digits} 'digits', but its bytes hold ${digitCapacity(entry)}`);
  }
  if (type.kind === 'decimal' && digits + (entry.trailingZeros ?? 0) > type.precision) {
    problem(`has ${digits} 'digits', but ${typeText(type)} holds ${type.precision}`);
  }
}

/** With the zeros after its digits, every value must still fit the type. */
function checkTrailingZeros(entry: FieldEntry, type: FieldType, problem: (text: string) => void): void {
  const zeros = entry.trailingZeros ?? 0;
  if (zeros === 0 || !isExactNumber(type)) return;
  const stored = entry.digits ?? digitCapacity(entry);
  const most = type.kind === 'decimal' ? type.precision : INT64_DIGITS;
  if (stored + zeros <= most) return;
  const isText = (entry.usage ?? 'display') === 'display';
  const wider = Math.min(stored + zeros, DECIMAL_DIGITS);
  problem(
    `has ${stored} digits and ${zeros} 'trailingZeros'; ${type.kind === 'decimal' ? typeText(type) : 'an integer'} holds ${most}: say decimal(${wider},0)${isText ? '' : " or fewer 'digits'"}`,
  );
}
