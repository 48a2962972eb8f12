import { didYouMean } from '../did-you-mean.ts';
import { isNumber, NOTATION_KEYS, parseFieldType } from '../field-type.ts';
import type { FieldItem } from '../layout-schema.ts';

/** Keys that are dropped when the type changes, unless the new one is a number too. */
const NUMBER_KEYS = ['sign', 'point', 'blank', 'trailingZeros', ...NOTATION_KEYS] as const;

/**
 * Puts entries of `fields` over the fields of a copybook, by name: what an entry says replaces what the copybook says. An
 * entry with a new name, a position and a type is an additional field at the end.
 *
 *     { "name": "start_date", "type": "date", "format": "yyyyMMdd" }   over   9(8), an integer
 */
export function overrideFields(
  fields: FieldItem[],
  overrides: unknown,
  at: string,
  problems: string[],
): unknown[] {
  if (!Array.isArray(overrides)) {
    problems.push(`'${at}' is ${JSON.stringify(overrides)}: beside a copybook it is a list of fields`);
    return fields;
  }
  const found = new Map<string, unknown>(fields.map((field) => [field.name, field]));
  for (const [index, override] of overrides.entries()) {
    const name: unknown = override?.name;
    if (typeof name !== 'string') {
      problems.push(`'${at}[${index}]' needs the 'name' of a field`);
      continue;
    }
    const field = fields.find((candidate) => candidate.name === name);
    if (field) found.set(name, overridden(field, override));
    else if (isWhole(override)) found.set(name, override);
    else {
      const names = fields.map((candidate) => candidate.name);
      problems.push(
        `'${at}[${index}]' is '${name}', which is not a field of the copybook${didYouMean(name, names)}; an additional field needs start, end and type, or fromHeader, or fromParent`,
      );
    }
  }
  return [...found.values()];
}

/** Does the entry say everything that an additional field or table needs? */
function isWhole(entry: object): boolean {
  if ('fromHeader' in entry || 'fromParent' in entry) return true;
  return 'start' in entry && 'end' in entry && ('type' in entry || 'fields' in entry);
}

function overridden(field: FieldItem, override: Partial<FieldItem>): object {
  const kept: Partial<FieldItem> = { ...field };
  const before = field.type === undefined ? undefined : parseFieldType(field.type);
  // A type that is not text is refused when the fields are read.
  const after = typeof override.type === 'string' ? parseFieldType(override.type) : before;
  if (before && after && before.kind !== after.kind) {
    if (!isNumber(after)) for (const key of NUMBER_KEYS) delete kept[key];
    // A decimal has as many digits as its type says.
    if (after.kind !== 'integer') delete kept.digits;
    if (after.kind !== 'decimal') delete kept.point;
    if (after.kind !== 'string') delete kept.trim;
  }
  return { ...kept, ...override };
}
