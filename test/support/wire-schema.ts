/**
 * Compares a request with the service model that its SDK client carries. A schema is a tuple: kind, namespace, name, traits, then names and
 * schemas of members, of which the first few must be there; lists and maps have the schema of what they hold; numbers are simple
 * types, with a bit for lists (64) and maps (128) of them.
 */
type Schema = unknown;
type StructSchema = [
  kind: 3,
  namespace: string,
  name: string,
  traits: unknown,
  names: string[],
  members: Schema[],
  required?: number,
];

const SIMPLE: Record<number, string> = {
  0: 'string',
  1: 'number',
  2: 'boolean',
  4: 'time',
  15: 'document',
  21: 'blob',
};
const LIST_OF_SIMPLE = 64;
const MAP_OF_SIMPLE = 128;

/** Everything in `value` that the model does not know, and everything that it requires and `value` lacks. */
export function schemaProblems(value: unknown, schema: Schema, path: string): string[] {
  const resolved = typeof schema === 'function' ? (schema as () => Schema)() : schema;
  if (typeof resolved === 'number') return simpleProblems(value, resolved, path);
  if (!Array.isArray(resolved)) return [];
  // A schema with traits of its own: [schema, traits].
  if (resolved.length === 2) return schemaProblems(value, resolved[0], path);
  const [kind] = resolved as [number];
  if (kind === 3) return structProblems(value, resolved as StructSchema, path);
  if (kind === 1) return listProblems(value, resolved[4], path);
  if (kind === 2) return mapProblems(value, resolved[5], path);
  if (kind === 0) return schemaProblems(value, resolved[4], path);
  return [];
}

function structProblems(
  value: unknown,
  [, , name, , names, members, required = 0]: StructSchema,
  path: string,
): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [`${path} is not a ${name}`];
  const held = value as Record<string, unknown>;
  return [
    ...Object.keys(held)
      .filter((member) => !names.includes(member))
      .map((member) => `${path}.${member} is not known to ${name}`),
    ...names
      .slice(0, required)
      .flatMap((member) => (held[member] === undefined ? [`${path}.${member} must be there`] : [])),
    ...names.flatMap((member, index) =>
      held[member] === undefined ? [] : schemaProblems(held[member], members[index], `${path}.${member}`),
    ),
  ];
}

function listProblems(value: unknown, element: Schema, path: string): string[] {
  if (!Array.isArray(value)) return [`${path} is not a list`];
  return value.flatMap((item, index) => schemaProblems(item, element, `${path}[${index}]`));
}

function mapProblems(value: unknown, element: Schema, path: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path} is not a map`];
  return Object.entries(value).flatMap(([key, item]) => schemaProblems(item, element, `${path}.${key}`));
}

function simpleProblems(value: unknown, schema: number, path: string): string[] {
  if (schema & MAP_OF_SIMPLE) return mapProblems(value, schema & ~MAP_OF_SIMPLE, path);
  if (schema & LIST_OF_SIMPLE) return listProblems(value, schema & ~LIST_OF_SIMPLE, path);
  const wanted = SIMPLE[schema];
  if (wanted !== 'string' && wanted !== 'number' && wanted !== 'boolean') return [];
  return typeof value === wanted ? [] : [`${path} is ${typeof value} and must be ${wanted}`];
}
