import type { Kernel } from '../kernel/kernel.ts';
import type { Field } from '../layout/field.ts';
import { spaceOf } from './ascii-form.ts';
import type { FieldVector, FillVector } from './field-vector.ts';
import { mostDigits } from './packed-or-binary.ts';

/** The loop for packed, binary and floating-point numbers. */
export function packedAndBinaryLoop(
  kernel: Kernel,
  field: Field,
  { kind, states, values }: FieldVector,
): FillVector {
  const { call } = kernel;
  const { startByte: at, endByte, usage, signed, signNibble, byteOrder } = field;
  const width = endByte - at;
  const digits = mostDigits(field);
  const little = byteOrder === 'little' ? 1 : 0;
  const space = spaceOf(field.encoding);
  const rejectBlanks = field.rejectsBlanks ? 1 : 0;
  if (usage === 'float') {
    const ibm = field.floatFormat === 'ibm' ? 1 : 0;
    return (records, count) =>
      call.decodeFloats(records, count, at, width, ibm, little, rejectBlanks, space, states, values);
  }
  const wide = kind === 'int128' ? 1 : 0;
  const negatives = signed ? 1 : 0;
  if (usage === 'packed') {
    const nibble = signNibble ? 1 : 0;
    return (records, count) =>
      call.decodePacked(
        records,
        count,
        at,
        width,
        nibble,
        negatives,
        rejectBlanks,
        space,
        digits,
        wide,
        states,
        values,
      );
  }
  return (records, count) =>
    call.decodeBinaryInts(
      records,
      count,
      at,
      width,
      little,
      negatives,
      rejectBlanks,
      space,
      digits,
      wide,
      states,
      values,
    );
}
