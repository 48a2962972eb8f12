import type { Kernel } from '../kernel/kernel.ts';
import { READ_MARGIN_BYTES } from '../kernel/shapes.ts';
import { isEbcdic } from '../layout/code-page.ts';
import type { Field } from '../layout/field.ts';
import { isExactNumber } from '../layout/field-type.ts';
import { placesBeside } from '../layout/number-notation.ts';
import { asciiForm, spaceOf } from './ascii-form.ts';
import { asciiLoop, type SpelledType } from './ascii-loop.ts';
import { dateFormatOf } from './calendar.ts';
import type { FieldVector, FillVector } from './field-vector.ts';
import { isReadBeside, numberCharacters } from './number-characters.ts';
import { packedAndBinaryLoop } from './packed-and-binary-loop.ts';
import { textLoop } from './text-loop.ts';

/** The loop of the kernel that fills `vector` with the values of `field`: chosen once a layout, never per record. */
export function fieldLoop(
  kernel: Kernel,
  field: Field,
  vector: FieldVector,
  capacityRecords: number,
): FillVector {
  const { type, usage, encoding } = field;
  if (usage !== 'display') {
    return type.kind === 'date' || type.kind === 'timestamp'
      ? storedMomentLoop(kernel, field, type, vector, capacityRecords)
      : packedAndBinaryLoop(kernel, field, vector);
  }
  if (type.kind === 'string') return textLoop(kernel, field, vector, capacityRecords);
  if (type.kind === 'binary') return binaryLoop(kernel, field, vector);
  if (isExactNumber(type) && isReadBeside(field))
    return numberBesideLoop(kernel, field, type, vector, capacityRecords);
  return isEbcdic(encoding)
    ? ebcdicLoop(kernel, field, type, vector, capacityRecords)
    : asciiLoop(kernel, field, type, vector);
}

function binaryLoop(
  { call }: Kernel,
  { startByte: at, endByte, encoding }: Field,
  { states, values }: FieldVector,
): FillVector {
  const width = endByte - at;
  const space = spaceOf(encoding);
  return (records, count) => call.decodeBinary(records, count, at, width, space, states, values);
}

/** ASCII texts that are written beside the records, and read there instead of what the records hold. */
interface TextsBeside {
  strideBytes: number;
  /** Address of the first text. */
  texts: number;
  /** Address of the address of each text, 4 bytes each. */
  addresses: number;
  /** Decodes the texts at those addresses. */
  decode: FillVector;
}

function textsBeside(
  kernel: Kernel,
  field: Field,
  type: SpelledType,
  widthBytes: number,
  vector: FieldVector,
  capacityRecords: number,
  extraBytes = 0,
): TextsBeside {
  const strideBytes = widthBytes + extraBytes + READ_MARGIN_BYTES;
  const addresses = kernel.allocate(capacityRecords * 4);
  const texts = kernel.allocate(capacityRecords * strideBytes + 2 * READ_MARGIN_BYTES) + READ_MARGIN_BYTES;
  const beside = { ...field, startByte: 0, endByte: widthBytes };
  return { strideBytes, texts, addresses, decode: asciiLoop(kernel, beside, type, vector) };
}

/** Numbers whose bytes are not read as they are: their characters are written beside the records, then those of their sign and scale. */
function numberBesideLoop(
  kernel: Kernel,
  field: Field,
  type: SpelledType,
  vector: FieldVector,
  capacityRecords: number,
): FillVector {
  const { call } = kernel;
  const { startByte: at, endByte, notation } = field;
  const table = kernel.place(numberCharacters(field));
  const others = placesBeside(notation);
  const extraBytes = others.reduce((sum, { startByte, endByte: end }) => sum + end - startByte, 0);
  const width = endByte - at;
  const beside = textsBeside(kernel, field, type, width, vector, capacityRecords, extraBytes);
  const { texts, strideBytes, addresses, decode } = beside;
  return (records, count) => {
    let out = texts + width;
    for (const { startByte, endByte: end } of others) {
      call.translate(records, count, startByte, end - startByte, table, out, strideBytes, addresses);
      out += end - startByte;
    }
    // Last: the addresses that it leaves are those of the numbers.
    call.translate(records, count, at, width, table, texts, strideBytes, addresses);
    return decode(addresses, count);
  };
}

/** Dates and the like in EBCDIC: turned into ASCII beside the records, and read there. */
function ebcdicLoop(
  kernel: Kernel,
  field: Field,
  type: SpelledType,
  vector: FieldVector,
  capacityRecords: number,
): FillVector {
  const { startByte: at, endByte, encoding } = field;
  const width = endByte - at;
  const table = kernel.place(asciiForm(encoding));
  const beside = textsBeside(kernel, field, type, width, vector, capacityRecords);
  const { texts, strideBytes, addresses, decode } = beside;
  return (records, count) => {
    kernel.call.translate(records, count, at, width, table, texts, strideBytes, addresses);
    return decode(addresses, count);
  };
}

/** Dates in packed and binary numbers: their digits are written out beside the records, and read there. */
function storedMomentLoop(
  kernel: Kernel,
  field: Field,
  type: SpelledType,
  vector: FieldVector,
  capacityRecords: number,
): FillVector {
  const { call } = kernel;
  const { startByte: at, endByte } = field;
  const width = endByte - at;
  const digits = dateFormatOf(field).lengthBytes;
  const beside = textsBeside(kernel, field, type, digits, vector, capacityRecords);
  const { texts, strideBytes, addresses, decode } = beside;
  if (field.usage === 'packed') {
    const nibble = field.signNibble ? 1 : 0;
    const space = spaceOf(field.encoding);
    return (records, count) => {
      call.spellPacked(records, count, at, width, nibble, space, digits, texts, strideBytes, addresses);
      return decode(addresses, count);
    };
  }
  const little = field.byteOrder === 'little' ? 1 : 0;
  const signed = field.signed ? 1 : 0;
  return (records, count) => {
    call.spellBinary(records, count, at, width, little, signed, digits, texts, strideBytes, addresses);
    return decode(addresses, count);
  };
}
