import type { ObjectStore } from '../../shared/ports/object-store.ts';
import type { JsonValue, StateDefinition } from './definition.ts';
import { type ContextObject, fillTemplate } from './execution-context.ts';
import { asError, StatesError } from './states-error.ts';

export interface ItemReader {
  Resource: string;
  ReaderConfig?: Record<string, unknown>;
  Parameters: JsonValue;
}

/**
 * The items of a Distributed Map: those of the JSON array that ItemReader names (in any Bucket: one store serves for
 * all), else those at ItemsPath of the input.
 *
 * Fails with `States.ItemReaderFailed` if the object is not there, cannot be read or is not an array.
 */
export async function readItems(
  state: StateDefinition,
  stateName: string,
  input: JsonValue,
  context: ContextObject,
  store: Pick<ObjectStore, 'get'>,
): Promise<JsonValue[]> {
  const reader = state.ItemReader as ItemReader | undefined;
  if (reader === undefined) {
    const path = { 'items.$': (state.ItemsPath as string | undefined) ?? '$' };
    const { items } = (await fillTemplate(path, input, context)) as { items: JsonValue };
    if (Array.isArray(items)) return items;
    throw new StatesError('States.Runtime', `${stateName}: its items are not an array`);
  }
  const { Key } = (await fillTemplate(reader.Parameters, input, context)) as { Key: string };
  const failed = (why: string, cause?: unknown) =>
    new StatesError(
      'States.ItemReaderFailed',
      `${stateName}: cannot read its items from ${Key}: ${why}`,
      cause,
    );
  try {
    const object = await store.get(Key);
    if (object === undefined) throw failed('there is no such object');
    const items: unknown = JSON.parse(new TextDecoder().decode(object.bytes));
    if (!Array.isArray(items)) throw failed('it is not a JSON array');
    return items as JsonValue[];
  } catch (error) {
    throw error instanceof StatesError ? error : failed(asError(error).message, error);
  }
}
