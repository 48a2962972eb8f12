import type { FieldVector } from '../../shared/decode/field-vector.ts';
import type { Kernel } from '../../shared/kernel/kernel.ts';
import { STATE_INVALID, STATE_NULL, STATE_VALUE } from '../../shared/kernel/shapes.ts';

export const INVALID = Symbol('invalid');

/** A vector's value of one record, in the form of `comparable(decodeValue(…))`: null, INVALID or the value. */
export function vectorValue(kernel: Kernel, vector: FieldVector, record: number): unknown {
  const { bytes, view } = kernel;
  const state = bytes[vector.states + record];
  if (state === STATE_NULL) return null;
  if (state === STATE_INVALID) return INVALID;
  if (state !== STATE_VALUE) throw new Error(`record ${record} has state ${state}`);
  const { values } = vector;
  switch (vector.kind) {
    case 'int32':
      return view.getInt32(values + record * 4, true);
    case 'int64':
      return view.getBigInt64(values + record * 8, true);
    case 'int128':
      return (view.getBigInt64(values + record * 16) << 64n) + view.getBigUint64(values + record * 16 + 8);
    case 'double':
      return view.getFloat64(values + record * 8, true);
    case 'boolean':
      return bytes[values + record] === 1;
    case 'bytes': {
      const address = view.getUint32(values + record * 8, true);
      return hex(bytes.subarray(address, address + view.getUint32(values + record * 8 + 4, true)));
    }
  }
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** Texts and bytes as hexadecimal UTF-8, everything else as it is. */
export function comparable(value: unknown): unknown {
  return value instanceof Uint8Array || typeof value === 'string' ? hex(Buffer.from(value as string)) : value;
}
