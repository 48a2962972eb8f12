import { parseFieldType, TYPE_KEYS, typesWithKey } from '../field-type.ts';
import { DEFAULT_KEYS, type DefaultsEntry, type FieldEntry } from '../layout-schema.ts';
import { isForUsage } from './compile-form.ts';

/** The entry with the layout's `defaults` for the keys that it does not have and that are for its type and usage. */
export function withDefaults(entry: FieldEntry, defaults: DefaultsEntry): FieldEntry {
  const type = parseFieldType(entry.type);
  const fits = (key: (typeof DEFAULT_KEYS)[number]) => {
    const typeKey = TYPE_KEYS.find((one) => one === key);
    const ofType = typeKey === undefined || (type !== undefined && typesWithKey(typeKey).includes(type.kind));
    return ofType && isForUsage(key, entry.usage ?? 'display');
  };
  const fitting = DEFAULT_KEYS.filter((key) => defaults[key] !== undefined && fits(key));
  return { ...Object.fromEntries(fitting.map((key) => [key, defaults[key]])), ...entry };
}
