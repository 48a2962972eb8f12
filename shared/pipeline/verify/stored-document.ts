import { PipelineError } from '../../errors.ts';
import type { Shape } from '../../json-shape.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { fromJsonBytes } from '../store/json-object.ts';

/** A JSON document of the lake as it is stored: its value, or why it has none. */
export type StoredDocument<T> = { key: string; bytes: Uint8Array } & (
  | { value: T; problem?: undefined }
  | { value?: undefined; problem: string }
);

/**
 * Reads a document that may be damaged; undefined if there is none. `identity` says what is wrong if a document without a seal is another's.
 */
export async function readDocument<T>(
  lake: Pick<ObjectStore, 'get'>,
  key: string,
  shape: Shape<T>,
  identity: (value: T) => string | undefined = () => undefined,
): Promise<StoredDocument<T> | undefined> {
  const stored = await lake.get(key);
  if (!stored) return undefined;
  const { bytes } = stored;
  try {
    const value = fromJsonBytes(bytes, key, shape);
    // Every document ends with a line end.
    const problem = bytes.at(-1) === 0x0a ? identity(value) : 'it was cut short';
    return problem === undefined ? { key, bytes, value } : { key, bytes, problem };
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    return { key, bytes, problem: error.why ?? error.message };
  }
}
