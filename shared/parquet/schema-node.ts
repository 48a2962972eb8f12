import type { VectorKind } from '../decode/field-vector.ts';
import { PhysicalType } from './format.ts';

const KINDS: ReadonlyMap<number | undefined, VectorKind> = new Map([
  [PhysicalType.BOOLEAN, 'boolean'],
  [PhysicalType.INT32, 'int32'],
  [PhysicalType.INT64, 'int64'],
  [PhysicalType.DOUBLE, 'double'],
  [PhysicalType.BYTE_ARRAY, 'bytes'],
  [PhysicalType.FIXED_LEN_BYTE_ARRAY, 'int128'],
] as const);

/** The kind of the values of a leaf, by its PhysicalType; undefined for one that this program does not write. */
export function kindOfPhysical(type: number | undefined): VectorKind | undefined {
  return KINDS.get(type);
}

const decoder = new TextDecoder();

/** The name of a node. Names that were read are bytes. */
export function textOf(name: string | Uint8Array): string {
  return typeof name === 'string' ? name : decoder.decode(name);
}
