import type { Depth } from '../shared/pipeline/verify/data-object.ts';
import { judgePart, type LakePart, type PartVerdict } from '../shared/pipeline/verify/judge-part.ts';
import { createLocalPorts, type LocalSetup } from './local-ports.ts';

/** Judges a part of a lake on a worker thread, which loads no more than that. */
export async function invokeFunction(
  _functionName: string,
  input: unknown,
  setup: unknown,
): Promise<PartVerdict> {
  const { part, depth } = input as { part: LakePart; depth: Depth };
  return judgePart(createLocalPorts(setup as LocalSetup), part, depth);
}
