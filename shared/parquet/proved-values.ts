import { ENTRY_BYTES, type VectorKind } from '../decode/field-vector.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { RANGE_BYTES, RANGE_GREATEST, RANGE_LEAST } from '../kernel/shapes.ts';
import { PageEncoding } from './format.ts';
import { NO_VALUES, type ValueRange } from './open-page.ts';
import { PageMemory } from './page-memory.ts';

/** Values of a page or a dictionary without nulls between them. Texts are { address, length } of 4 bytes each. */
export interface DenseValues {
  address: number;
  count: number;
  /** What they stand in; released by `release`. */
  memories: PageMemory[];
}

/** More than all texts of a page have together. */
const MOST_TEXT_BYTES = 256 * 1024 * 1024;

/** Reads values of one kind from pages, each encoding as the format has it; undefined if the bytes do not hold as many, and nothing else. */
export class ValueProof {
  private readonly kernel: Kernel;
  private readonly kind: VectorKind;
  private readonly range: number;

  constructor(kernel: Kernel, kind: VectorKind) {
    this.kernel = kernel;
    this.kind = kind;
    this.range = kernel.allocate(RANGE_BYTES);
  }

  read(encoding: number, at: number, end: number, count: number): DenseValues | undefined {
    switch (encoding) {
      case PageEncoding.PLAIN:
        return this.readPlain(at, end, count);
      case PageEncoding.DELTA_BINARY_PACKED:
        return this.readDeltaInts(at, end, count);
      case PageEncoding.DELTA_LENGTH_BYTE_ARRAY:
        return this.readDeltaLengths(at, end, count);
      case PageEncoding.DELTA_BYTE_ARRAY:
        return this.readDeltaTexts(at, end, count);
      default:
        return undefined;
    }
  }

  private readPlain(at: number, end: number, count: number): DenseValues | undefined {
    const { kernel, kind } = this;
    if (kind === 'bytes') {
      const entries = new PageMemory(kernel, count * 8);
      if (!kernel.call.readTexts(at, end, count, entries.address)) return undefined;
      return { address: entries.address, count, memories: [entries] };
    }
    if (kind === 'boolean') {
      if (end - at !== Math.ceil(count / 8)) return undefined;
      const values = new PageMemory(kernel, count);
      if (!kernel.call.readBits(at, end, count, values.address)) return undefined;
      return { address: values.address, count, memories: [values] };
    }
    return end - at === count * ENTRY_BYTES[kind] ? { address: at, count, memories: [] } : undefined;
  }

  private readDeltaInts(at: number, end: number, count: number): DenseValues | undefined {
    const { kernel, kind } = this;
    if (kind !== 'int32' && kind !== 'int64') return undefined;
    const values = new PageMemory(kernel, count * ENTRY_BYTES[kind]);
    const shift = kind === 'int32' ? 2 : 3;
    if (kernel.call.readDeltaInts(at, end, count, shift, values.address) !== end) return undefined;
    return { address: values.address, count, memories: [values] };
  }

  private readDeltaLengths(at: number, end: number, count: number): DenseValues | undefined {
    const { kernel, kind } = this;
    if (kind !== 'bytes') return undefined;
    const lengths = new PageMemory(kernel, count * 4);
    const entries = new PageMemory(kernel, count * 8);
    if (!kernel.call.readDeltaLengths(at, end, count, lengths.address, entries.address)) return undefined;
    return { address: entries.address, count, memories: [lengths, entries] };
  }

  private readDeltaTexts(at: number, end: number, count: number): DenseValues | undefined {
    const { kernel, kind } = this;
    if (kind !== 'bytes') return undefined;
    const lengths = new PageMemory(kernel, count * 8);
    const byteCount = kernel.call.sumDeltaTexts(at, end, count, lengths.address);
    if (byteCount < 0 || byteCount > MOST_TEXT_BYTES) return undefined;
    const texts = new PageMemory(kernel, byteCount);
    const entries = new PageMemory(kernel, count * 8);
    kernel.call.placeDeltaTexts(end, count, lengths.address, texts.address, entries.address);
    return { address: entries.address, count, memories: [lengths, texts, entries] };
  }

  /** Least and greatest of the values, or of those that `used` marks with a byte each, as statistics hold them. */
  rangeOf({ address, count }: DenseValues, used = 0): ValueRange {
    const { range } = this;
    const kind = this.kind;
    const { call } = this.kernel;
    switch (kind) {
      case 'bytes':
        return call.findTextRange(address, count, used, range) ? this.namedRange() : NO_VALUES;
      case 'int128':
        return call.findWideRange(address, count, used, range) ? this.namedRange() : NO_VALUES;
      case 'double':
        return call.findDoubleRange(address, count, range) ? this.storedRange(8) : NO_VALUES;
      default: {
        const width = ENTRY_BYTES[kind];
        const shift = Math.log2(width);
        return call.findIntRange(address, shift, count, used, range) ? this.storedRange(width) : NO_VALUES;
      }
    }
  }

  release(): void {
    this.kernel.release(this.range, RANGE_BYTES);
  }

  private storedRange(width: number): ValueRange {
    const { bytes } = this.kernel;
    const bytesAt = (word: number) => bytes.slice(this.range + word, this.range + word + width);
    return { min: bytesAt(RANGE_LEAST), max: bytesAt(RANGE_GREATEST) };
  }

  private namedRange(): ValueRange {
    const { bytes, view } = this.kernel;
    const bytesAt = (word: number) => {
      const address = view.getUint32(this.range + word, true);
      return bytes.slice(address, address + view.getUint32(this.range + word + 4, true));
    };
    return { min: bytesAt(RANGE_LEAST), max: bytesAt(RANGE_GREATEST) };
  }
}

export function release({ memories }: DenseValues): void {
  for (const memory of memories) memory.release();
}

/** Is a stated bound that of the values? Both zeros of a double are one, and no bound is right where one of the values is not a number. */
export function isSameBound(kind: VectorKind, stated: Uint8Array, actual: Uint8Array): boolean {
  if (Buffer.compare(stated, actual) === 0) return true;
  if (kind !== 'double' || stated.length !== 8) return false;
  const number = doubleOf(actual);
  return Number.isNaN(number) || doubleOf(stated) === number;
}

function doubleOf(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0, true);
}
