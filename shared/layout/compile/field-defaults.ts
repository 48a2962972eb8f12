import { parseFieldType, TYPE_KEYS, typesWithKey } from '../field-type.ts';
import { DEFAULT_KEYS, type DefaultsEntry, type FieldEntry } from '../layout-schema.ts';
import { mayHoldPoint } from '../number-notation.ts';
import { isForUsage } from './compile-form.ts';

type DefaultKey = (typeof DEFAULT_KEYS)[number];

/** What a field must be like, besides its type and usage, so that a key is for it. `entry` has the defaults. */
const CONDITIONS: Partial<Record<DefaultKey, (entry: FieldEntry) => boolean>> = {
  decimalPoint: hasPoint,
  thousands: (entry) =>
    !isPunched(entry) && (hasPoint(entry) ? entry.decimalPoint !== undefined : entry.type === 'integer'),
  overpunch: isPunched,
  blankSign: (entry) =>
    entry.signFrom !== undefined || ((entry.sign ?? 'none') !== 'none' && !isPunched(entry)),
};

/** The entry with the layout's `defaults` for the keys that it does not have and that are for its type and usage. */
export function withDefaults(own: FieldEntry, defaults: DefaultsEntry): FieldEntry {
  const type = parseFieldType(own.type);
  const said = DEFAULT_KEYS.filter((key) => defaults[key] !== undefined && own[key] === undefined);
  const entry = { ...own, ...Object.fromEntries(said.map((key) => [key, defaults[key]])) };
  const fits = (key: DefaultKey) => {
    const typeKey = TYPE_KEYS.find((one) => one === key);
    const ofType = typeKey === undefined || (type !== undefined && typesWithKey(typeKey).includes(type.kind));
    return ofType && isForUsage(key, own.usage ?? 'display') && (CONDITIONS[key]?.(entry) ?? true);
  };
  const fitting = said.filter(fits);
  return { ...Object.fromEntries(fitting.map((key) => [key, defaults[key]])), ...own };
}

function hasPoint({ type, point }: FieldEntry): boolean {
  return type.startsWith('decimal') && mayHoldPoint(point);
}

function isPunched({ sign }: FieldEntry): boolean {
  return sign === 'leading' || sign === 'trailing';
}
