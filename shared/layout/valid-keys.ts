import * as z from 'zod';
import { layoutSchema } from './layout-schema.ts';

/** The keys that the object at `path` of a layout file may have; empty if there is no object. */
export function validKeysAt(path: PropertyKey[]): string[] {
  let schema: unknown = layoutSchema;
  for (const step of path) {
    schema = oneOf(unwrapped(schema), typeof step === 'number' ? z.ZodArray : z.ZodObject);
    if (schema instanceof z.ZodObject) schema = schema.shape[String(step)];
    else if (schema instanceof z.ZodArray) schema = schema.element;
    else return [];
  }
  schema = oneOf(unwrapped(schema), z.ZodObject);
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** Of a schema that takes an object or a list of them, the one of `kind`. */
function oneOf(schema: unknown, kind: typeof z.ZodArray | typeof z.ZodObject): unknown {
  if (!(schema instanceof z.ZodUnion)) return schema;
  return schema.options.find((option) => option instanceof kind);
}

function unwrapped(schema: unknown): unknown {
  let inner = schema;
  while (inner instanceof z.ZodOptional) inner = inner.unwrap();
  return inner;
}
