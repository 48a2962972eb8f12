import type { Field } from '../field.ts';
import type { ControlRecord } from '../layout.ts';
import type { ElementItem, MatchEntry } from '../layout-schema.ts';
import { isPlaced } from './check-item.ts';
import { compileField, type FieldContext } from './compile-field.ts';
import { compileMatch } from './compile-match.ts';

/** Checks `header` or `trailer`: its match and its fields. */
export function compileControlRecord(
  entry: { match: MatchEntry; fields?: ElementItem[] | undefined },
  at: string,
  context: FieldContext,
): ControlRecord {
  const fields = compileControlFields(entry.fields ?? [], at, context);
  return { match: compileMatch(entry.match, `${at}.match`, context), positions: context.positions, fields };
}

/** Checks the fields of a record that states totals. */
export function compileControlFields(entries: ElementItem[], at: string, context: FieldContext): Field[] {
  const fields: Field[] = [];
  for (const [index, field] of entries.entries()) {
    const fieldAt = `${at}.fields[${index}]`;
    if (field.when) context.problems.push(`'${fieldAt}.when' is only for fields of details`);
    if (fields.some(({ name }) => name === field.name)) {
      context.problems.push(`'${at}.fields' has two fields named '${field.name}'`);
    }
    if (isPlaced(field, fieldAt, context)) fields.push(compileField(field, fieldAt, context));
  }
  return fields;
}
