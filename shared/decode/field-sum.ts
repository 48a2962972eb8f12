import type { Kernel } from '../kernel/kernel.ts';
import { LIMB_DIGITS } from '../kernel/shapes.ts';
import type { SummedField } from '../layout/layout.ts';
import type { FieldDecoder } from './field-decoder.ts';

/**
 * Exact sum of one field over detail records, including rejected ones, for a control total: the sum of its values, or for a hash
 * total the sum of its digits without sign and point. Blanks add nothing. A value that cannot be decoded, or a text that is not
 * all digits, is counted; the file is refused later.
 */
export class FieldSum {
  readonly decoder: FieldDecoder;
  readonly kind: SummedField['kind'];
  /** Unscaled. */
  total = 0n;
  undecodableCount = 0;
  private readonly kernel: Kernel;
  /** Address of the limbs for texts, 8 bytes each; a limb is the sum of nine digits of each text. 0 for numbers. */
  private readonly limbs: number;
  private readonly limbCount: number;

  constructor(kernel: Kernel, decoder: FieldDecoder, kind: SummedField['kind']) {
    this.kernel = kernel;
    this.decoder = decoder;
    this.kind = kind;
    const { field, vector } = decoder;
    const isText = vector.kind === 'bytes';
    this.limbCount = isText ? Math.ceil((field.endByte - field.startByte) / LIMB_DIGITS) : 0;
    this.limbs = isText ? kernel.allocate(this.limbCount * 8) : 0;
  }

  /** Adds the values just decoded of the records whose byte at `counted` is set; of all if that address is 0. */
  add(count: number, counted: number): void {
    if (this.decoder.vector.kind === 'bytes') this.addTexts(count, counted);
    else this.addNumbers(count, counted);
  }

  private addNumbers(count: number, counted: number): void {
    const { call, view } = this.kernel;
    const { kind, states, values } = this.decoder.vector;
    const absolute = this.kind === 'hash' ? 1 : 0;
    const sum = kind === 'int128' ? call.sumInt128s : call.sumInt64s;
    sum(states, values, counted, count, absolute);
    const result = call.resultAddress();
    this.total +=
      (view.getBigInt64(result + 16, true) << 128n) +
      (view.getBigUint64(result + 8, true) << 64n) +
      view.getBigUint64(result, true);
    this.undecodableCount += view.getUint32(result + 24, true);
  }

  private addTexts(count: number, counted: number): void {
    const { call, view, bytes } = this.kernel;
    const { states, values } = this.decoder.vector;
    bytes.fill(0, this.limbs, this.limbs + this.limbCount * 8);
    this.undecodableCount += call.sumDigitTexts(states, values, counted, count, this.limbs);
    for (let limb = 0; limb < this.limbCount; limb++) {
      this.total += view.getBigUint64(this.limbs + limb * 8, true) * 10n ** BigInt(limb * LIMB_DIGITS);
    }
  }
}
