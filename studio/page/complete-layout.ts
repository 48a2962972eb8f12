import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { syntaxTree } from '@codemirror/language';
import type { EditorState } from '@codemirror/state';
import layoutSchema from '../../docs/layout.schema.json';
import { objectOf } from './layout-entries.ts';

type Schema = Record<string, unknown>;
type SyntaxNode = ReturnType<typeof syntaxTree>['topNode'];

/** Keys and values that the schema of layouts has at the cursor. */
export function completeLayout({ state, pos, explicit }: CompletionContext): CompletionResult | null {
  const node = syntaxTree(state).resolveInner(pos, -1);
  const property = node.name === 'PropertyName' ? node.parent : null;
  if (property) {
    const object = property.parent;
    return object && { from: node.from, to: node.to, options: keyOptions(state, object, node.to) };
  }
  const owner = ancestor(node, 'Property');
  if (
    owner &&
    (node.name === 'String' || ancestor(node, 'Object') !== owner.parent || isAfterColon(state, owner, pos))
  ) {
    const isText = node.name === 'String';
    const options = valueOptions(schemasAt(pathOf(state, owner)));
    if (options.length > 0 && (isText || explicit))
      return { from: isText ? node.from : pos, to: isText ? node.to : pos, options };
  }
  const object = node.name === 'Object' ? node : ancestor(node, 'Object');
  if (!explicit || !object) return null;
  return { from: pos, options: keyOptions(state, object, pos) };
}

function isAfterColon(state: EditorState, owner: SyntaxNode, pos: number): boolean {
  return /:\s*$/.test(state.sliceDoc(owner.from, pos));
}

function ancestor(node: SyntaxNode, name: string): SyntaxNode | null {
  for (let at = node.parent; at; at = at.parent) if (at.name === name) return at;
  return null;
}

/** The path of a property or an object in the text: `['fields', 0, 'type']`. */
function pathOf(state: EditorState, node: SyntaxNode): (string | number)[] {
  const path: (string | number)[] = [];
  for (let at: SyntaxNode | null = node; at; at = at.parent) {
    if (at.name === 'Property') {
      const name = at.getChild('PropertyName');
      if (name) path.unshift(state.sliceDoc(name.from + 1, name.to - 1));
    } else if (at.parent?.name === 'Array') path.unshift(0);
  }
  return path;
}

/** The parts of the schema that speak of a place; unions have several. */
function schemasAt(path: readonly (string | number)[]): Schema[] {
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

function keyOptions(state: EditorState, object: SyntaxNode, to: number): Completion[] {
  const there = new Set(
    object.getChildren('Property').map((property) => {
      const name = property.getChild('PropertyName');
      return name ? state.sliceDoc(name.from + 1, name.to - 1) : '';
    }),
  );
  const hasColon = /^\s*:/.test(state.sliceDoc(to, to + 10));
  return schemasAt(pathOf(state, object)).flatMap(({ properties }) =>
    Object.entries(objectOf(properties))
      .filter(([key]) => !there.has(key))
      .map(([key, schema]) => {
        const { description } = objectOf(schema);
        return {
          label: `"${key}"`,
          apply: hasColon ? `"${key}"` : `"${key}": `,
          type: 'property',
          ...(typeof description === 'string' && { info: description }),
        };
      }),
  );
}

function valueOptions(schemas: readonly Schema[]): Completion[] {
  const values = schemas.flatMap(({ enum: choices, const: only, type, examples }) => [
    ...(Array.isArray(choices) ? choices : []),
    ...(Array.isArray(examples) ? examples : []),
    ...(only === undefined ? [] : [only]),
    ...(type === 'boolean' ? [true, false] : []),
  ]);
  return [...new Set(values)].map((value) => ({ label: JSON.stringify(value), type: 'constant' }));
}
