import type { Kernel } from '../kernel/kernel.ts';
import type { FieldDecoder } from './field-decoder.ts';

/**
 * Exact sum of one field over detail records, rejected ones included, for a control total. Blanks count as nothing; a value that
 * does not decode is counted, and refuses the file later.
 */
export class FieldSum {
  readonly decoder: FieldDecoder;
  /** Unscaled. */
  total = 0n;
  undecodableCount = 0;
  private readonly kernel: Kernel;

  constructor(kernel: Kernel, decoder: FieldDecoder) {
    this.kernel = kernel;
    this.decoder = decoder;
  }

  /** Adds the values just decoded, of the records whose byte at `counted` is set, or of all where that is 0. */
  add(count: number, counted: number): void {
    const { call, view } = this.kernel;
    const { kind, states, values } = this.decoder.vector;
    if (kind === 'int128') call.sumInt128s(states, values, counted, count, 0);
    else call.sumInt64s(states, values, counted, count, 0);
    const result = call.resultAddress();
    this.total +=
      (view.getBigInt64(result + 16, true) << 128n) +
      (view.getBigUint64(result + 8, true) << 64n) +
      view.getBigUint64(result, true);
    this.undecodableCount += view.getUint32(result + 24, true);
  }
}
