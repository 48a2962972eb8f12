import { didYouMean } from '../did-you-mean.ts';
import type { Field } from '../field.ts';
import type { Dataset } from '../layout.ts';
import type { FieldItem } from '../layout-schema.ts';
import { checkOptional, isPlaced } from './check-item.ts';
import { compileField } from './compile-field.ts';
import { compileSelection } from './compile-match.ts';
import { compileOccurs } from './compile-occurs.ts';
import type { CompiledFields, FieldsContext } from './compiled-fields.ts';

/** Keys that a copy of another field may have. */
const COPY_KEYS: readonly string[] = ['name', 'fromHeader', 'fromParent', 'formerly'];

/** Checks `fields` of a layout or of a record type. `at` is their place in the file. */
export function compileFields(items: FieldItem[], at: string, context: FieldsContext): CompiledFields {
  // Tables may depend on any field that is once in the record, and rules may look at it.
  const single = items.map((item, index) => compileSingle(item, `${at}[${index}]`, context));
  const known = single.filter((field) => field !== undefined);
  // Before the tables: keys of child rows are copies of fields with their rules.
  for (const [index, item] of items.entries()) {
    const field = single[index];
    if (field && item.when) {
      checkOptional(item, `${at}[${index}]`, context);
      const rule = compileSelection(item.when, `${at}[${index}].when`, known, context);
      field.when = { ...rule, inOccurrence: false };
    }
  }
  const children: Dataset[] = [];
  const fields = items.flatMap((item, index) => {
    const field = single[index];
    if (field && item.formerly) field.formerly = item.formerly;
    if (item.occurs && item.formerly)
      context.problems.push(
        `'${at}[${index}]' ('${item.name}') is a table and cannot have 'formerly': keep its name, or give the layout another one`,
      );
    if (field) return [field];
    if (!item.occurs) return [];
    const table = compileOccurs(item, `${at}[${index}]`, known, context);
    children.push(...table.children);
    return table.fields;
  });
  return { fields, children };
}

/** A field that is once in the record; undefined if the item is a table or incomplete. */
function compileSingle(item: FieldItem, at: string, context: FieldsContext): Field | undefined {
  if (item.fromHeader !== undefined || item.fromParent !== undefined) return copied(item, at, context);
  if (item.occurs) return undefined;
  if (item.fields) {
    context.problems.push(`'${at}' ('${item.name}') has 'fields' but no 'occurs': it is not a table`);
    return undefined;
  }
  return isPlaced(item, at, context) ? compileField(item, at, context) : undefined;
}

/** A field of the header or of the parent record on every row. */
function copied(item: FieldItem, at: string, context: FieldsContext): Field | undefined {
  const { problems, header, parent } = context;
  const label = `'${at}' ('${item.name}')`;
  for (const key of Object.keys(item)) {
    if (!COPY_KEYS.includes(key)) problems.push(`${label} is a copy and cannot have '${key}'`);
  }
  if (item.fromHeader !== undefined && item.fromParent !== undefined) {
    problems.push(`${label} has 'fromHeader' and 'fromParent'`);
    return undefined;
  }
  const key = item.fromHeader !== undefined ? 'fromHeader' : 'fromParent';
  const wanted = item.fromHeader ?? item.fromParent ?? '';
  const from = key === 'fromHeader' ? header?.fields : parent?.datasets[0]?.fields;
  if (!from) {
    problems.push(
      key === 'fromHeader'
        ? `${label} has 'fromHeader', but the layout describes no header`
        : `${label} has 'fromParent', but its record type has no 'parent' whose records become rows`,
    );
    return undefined;
  }
  const source = from.find(({ name, list }) => name === wanted && !list);
  if (!source) {
    const names = from.filter(({ list }) => !list).map(({ name }) => name);
    problems.push(`'${at}.${key}' is '${wanted}'${didYouMean(wanted, names)}`);
    return undefined;
  }
  const { name } = item;
  if (key === 'fromHeader') return { ...source, name, origin: { kind: 'header' } };
  // A copy in the parent keeps its origin.
  if (!parent || source.origin.kind !== 'record') return { ...source, name };
  return { ...source, name, origin: { kind: 'parent', recordType: parent.name } };
}
