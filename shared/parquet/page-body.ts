import type { VectorKind } from '../decode/field-vector.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { VALUES_ANY, VALUES_INT64, VALUES_TEXT } from '../kernel/shapes.ts';
import type { PageForm } from '../layout/layout.ts';
import { PageEncoding } from './format.ts';
import type { OpenPage } from './open-page.ts';
import type { CompressibleBytes, PageCompressor } from './page-compressor.ts';

/** A page's levels and, right after them, its values. */
export interface PageBody extends CompressibleBytes {
  /** Bytes of both kinds of levels; in a V1 page the length of each kind before it is included. */
  levelsBytes: number;
  repetitionBytes: number;
  valuesForm: number;
}

/** The length before the levels of a V1 page. */
const LENGTH_BYTES = 4;

/** Encodings that may take the place of PLAIN. */
const DELTA_ENCODINGS: Partial<Record<VectorKind, PageEncoding[]>> = {
  int32: [PageEncoding.DELTA_BINARY_PACKED],
  int64: [PageEncoding.DELTA_BINARY_PACKED],
  bytes: [PageEncoding.DELTA_LENGTH_BYTE_ARRAY, PageEncoding.DELTA_BYTE_ARRAY],
};

/** PLAIN values that the kernel compresses with knowledge of their form. */
const VALUES_FORMS: Partial<Record<VectorKind, number>> = { int64: VALUES_INT64, bytes: VALUES_TEXT };

/** Encodes open pages of one column: the bodies of data pages, before compression. */
export class PageBodyWriter {
  /** The encodings that a chunk without a dictionary may have. */
  readonly valueEncodings: PageEncoding[];
  private readonly kernel: Kernel;
  private readonly kind: VectorKind;
  private readonly isList: boolean;
  private readonly version: PageForm['version'];
  private readonly compressor: PageCompressor;

  constructor(
    kernel: Kernel,
    kind: VectorKind,
    isList: boolean,
    { version, delta }: PageForm,
    compressor: PageCompressor,
  ) {
    this.kernel = kernel;
    this.kind = kind;
    this.isList = isList;
    this.version = version;
    this.compressor = compressor;
    this.valueEncodings = [PageEncoding.PLAIN, ...((delta && DELTA_ENCODINGS[kind]) || [])];
  }

  /** The body of a page, in memory that is valid until the next call. `bitWidth` is that of indexes into a dictionary. */
  body(page: OpenPage, encoding: PageEncoding, bitWidth: number): PageBody {
    const { kernel } = this;
    const { rows, count } = page;
    if (encoding === PageEncoding.PLAIN && this.kind !== 'boolean' && count === rows && !this.isList) {
      // The levels of a page without nulls fit before its values.
      const levelsBytes = LENGTH_BYTES + 1 + varintBytes(rows * 2);
      const address = page.values - levelsBytes;
      kernel.call.writeLevels(0, rows, count, address);
      return this.trimmed(address, encoding, 0, levelsBytes, page.length);
    }
    // Differences of 64 bits take as many bytes as the values, and a little more for their blocks.
    const valuesBytes =
      encoding === PageEncoding.RLE_DICTIONARY ? ((count + 8) / 8) * bitWidth : page.length * 1.125 + 1024;
    const address = this.compressor.reserveBody(rows / 2 + valuesBytes + 128);
    let repetitionBytes = 0;
    let definitionBytes: number;
    if (this.isList) {
      repetitionBytes = kernel.call.writeEntryLevels(page.repeats, rows, 1, address);
      definitionBytes = kernel.call.writeEntryLevels(page.levels, rows, 2, address + repetitionBytes);
    } else definitionBytes = kernel.call.writeLevels(page.levels, rows, count, address);
    const at = address + repetitionBytes + definitionBytes;
    return this.trimmed(
      address,
      encoding,
      repetitionBytes,
      definitionBytes,
      this.writeValues(page, encoding, bitWidth, at),
    );
  }

  /** Leaves out the lengths before the levels of a V2 page: its header has them. */
  private trimmed(
    address: number,
    encoding: PageEncoding,
    repetitionBytes: number,
    definitionBytes: number,
    valuesBytes: number,
  ): PageBody {
    const levelsBytes = repetitionBytes + definitionBytes;
    const valuesForm = (encoding === PageEncoding.PLAIN && VALUES_FORMS[this.kind]) || VALUES_ANY;
    if (this.version === 'v1') {
      return { address, repetitionBytes, levelsBytes, length: levelsBytes + valuesBytes, valuesForm };
    }
    if (repetitionBytes === 0) {
      const trimmedBytes = levelsBytes - LENGTH_BYTES;
      return {
        address: address + LENGTH_BYTES,
        repetitionBytes,
        levelsBytes: trimmedBytes,
        length: trimmedBytes + valuesBytes,
        valuesForm,
      };
    }
    // Repetition levels move up to the definition levels, over the length before the latter.
    const from = address + LENGTH_BYTES;
    this.kernel.bytes.copyWithin(from + LENGTH_BYTES, from, address + repetitionBytes);
    const trimmedBytes = levelsBytes - 2 * LENGTH_BYTES;
    return {
      address: from + LENGTH_BYTES,
      repetitionBytes: repetitionBytes - LENGTH_BYTES,
      levelsBytes: trimmedBytes,
      length: trimmedBytes + valuesBytes,
      valuesForm,
    };
  }

  /** Writes the values at address `at`. Returns their bytes. */
  private writeValues(page: OpenPage, encoding: PageEncoding, bitWidth: number, at: number): number {
    const { kernel } = this;
    const { call } = kernel;
    const { count, values } = page;
    switch (encoding) {
      case PageEncoding.RLE_DICTIONARY:
        return call.writeIndexes(page.indexes, count, bitWidth, at);
      case PageEncoding.DELTA_BINARY_PACKED:
        return call.writeDeltaInts(values, this.kind === 'int32' ? 2 : 3, count, at);
      case PageEncoding.DELTA_LENGTH_BYTE_ARRAY:
      case PageEncoding.DELTA_BYTE_ARRAY: {
        // `allocate` may grow the memory; addresses stay valid.
        const lengths = kernel.allocate(count * 8);
        const write =
          encoding === PageEncoding.DELTA_BYTE_ARRAY ? call.writeDeltaTexts : call.writeDeltaLengths;
        const written = write(values, count, lengths, at);
        kernel.release(lengths, count * 8);
        return written;
      }
      default:
        if (this.kind === 'boolean') return call.packBits(values, count, at);
        kernel.bytes.copyWithin(at, values, values + page.length);
        return page.length;
    }
  }
}

function varintBytes(value: number): number {
  return value < 128 ? 1 : value < 16_384 ? 2 : value < 2_097_152 ? 3 : 4;
}
