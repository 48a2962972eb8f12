import type { ElementItem, FieldEntry } from '../layout-schema.ts';
import type { FieldContext } from './compile-field.ts';

/** A field that is there only by a rule cannot be required in every record. */
export function checkOptional(item: ElementItem, at: string, { problems }: FieldContext): void {
  if (item.required)
    problems.push(`'${at}' ('${item.name}') is required, but is there only by its rule ('when')`);
}

/** Does it have a position and a type? Missing keys are reported. */
export function isPlaced(item: ElementItem, at: string, { problems }: FieldContext): item is FieldEntry {
  const missing = (['start', 'end', 'type'] as const).filter((key) => item[key] === undefined);
  for (const key of missing) problems.push(`'${at}.${key}' is missing`);
  return missing.length === 0;
}
