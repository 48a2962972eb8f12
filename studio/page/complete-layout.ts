import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import layoutSchema from '../../docs/layout.schema.json';
import { CODE_PAGES } from '../../shared/layout/code-page.ts';
import { FIELD_TYPE_NAMES } from '../../shared/layout/field-type.ts';
import { jsonContextAt } from './json-context.ts';
import { type JsonPath, objectOf } from './layout-entries.ts';

type Schema = Record<string, unknown>;

/** Keys and values that the schema of layouts has at the cursor. */
export function completeLayout({ state, pos, explicit }: CompletionContext): CompletionResult | null {
  const text = state.doc.toString();
  const context = jsonContextAt(text, pos);
  if (!context || (context.from === pos && !explicit)) return null;
  const { path, kind, from, keys } = context;
  const after = text.slice(pos);
  const isQuoted = text[from] === '"' && from < pos;
  const hasColon = /^"?\s*:/.test(after);
  const options = kind === 'key' ? keyOptions(path, keys, hasColon, isQuoted) : valueOptions(path, isQuoted);
  if (options.length === 0) return null;
  return { from: isQuoted ? from + 1 : from, options, validFor: /^[\w$-]*$/ };
}

/** The parts of the schema that speak of a place; unions have several. */
function schemasAt(path: JsonPath): Schema[] {
  let found = expanded(layoutSchema as Schema);
  for (const step of path) {
    found = found.flatMap((schema) => {
      const inner = typeof step === 'number' ? schema.items : objectOf(schema.properties)[step];
      return inner === undefined ? [] : expanded(objectOf(inner));
    });
  }
  return found;
}

function expanded(schema: Schema): Schema[] {
  const { $ref, anyOf, oneOf } = schema;
  if (typeof $ref === 'string') {
    const target = $ref
      .slice(2)
      .split('/')
      .reduce<unknown>((inner, step) => objectOf(inner)[step], layoutSchema);
    return expanded(objectOf(target));
  }
  const unions = [anyOf, oneOf].flatMap((union) => (Array.isArray(union) ? union.map(objectOf) : []));
  return [schema, ...unions.flatMap(expanded)];
}

function keyOptions(
  path: JsonPath,
  there: ReadonlySet<string>,
  hasColon: boolean,
  isQuoted: boolean,
): Completion[] {
  return schemasAt(path).flatMap(({ properties }) =>
    Object.entries(objectOf(properties))
      .filter(([key]) => !there.has(key))
      .map(([key, schema]) => {
        const { description } = objectOf(schema);
        return {
          label: key,
          apply: written(`${isQuoted ? '' : '"'}${key}"${hasColon ? '' : ': '}`),
          type: 'property',
          ...(typeof description === 'string' && { info: description }),
        };
      }),
  );
}

function valueOptions(path: JsonPath, isQuoted: boolean): Completion[] {
  const values = schemasAt(path).flatMap(({ enum: choices, const: only, type }) => [
    ...(Array.isArray(choices) ? choices : []),
    ...(only === undefined ? [] : [only]),
    ...(type === 'boolean' ? [true, false] : []),
  ]);
  // What the schema tells in words only.
  if (path.at(-1) === 'encoding') values.push(...CODE_PAGES);
  if (path.at(-1) === 'type') values.push(...FIELD_TYPE_NAMES);
  return [...new Set(values)]
    .filter((value) => typeof value === 'string' || !isQuoted)
    .map((value) => ({
      label: String(value),
      apply: written(JSON.stringify(value).slice(isQuoted ? 1 : 0)),
      type: 'constant',
    }));
}

/** Writes a key or a value over what was typed, and over the other quote, which the editor has set already. */
function written(insert: string): NonNullable<Completion['apply']> {
  return (view, _, from, to) => {
    const hasQuote = view.state.sliceDoc(to, to + 1) === '"';
    view.dispatch({
      changes: { from, to: hasQuote ? to + 1 : to, insert },
      selection: { anchor: from + insert.length },
      userEvent: 'input.complete',
    });
  };
}
