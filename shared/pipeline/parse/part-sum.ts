import type { Kernel } from '../../kernel/kernel.ts';
import { StreamChecksum } from '../../kernel/stream-checksum.ts';
import { combineCrc64, crc64nvme } from '../../ranges/crc64nvme.ts';

/** The kernel sums several times as fast, but to begin and end a sum there takes as long as to add so many bytes here. */
const SHORT_BYTES = 12 * 1024;

/** CRC-64/NVME of the bytes of one file, short or long. Nothing is to be released if it is never finished, unless it became long. */
export class PartSum {
  private readonly kernel: Kernel;
  private head = 0n;
  private headBytes = 0;
  private rest: StreamChecksum | undefined;
  private restBytes = 0;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  add(bytes: Uint8Array): void {
    if (!this.rest && this.headBytes + bytes.length <= SHORT_BYTES) {
      this.head = crc64nvme(bytes, this.head);
      this.headBytes += bytes.length;
      return;
    }
    this.rest ??= new StreamChecksum(this.kernel);
    this.rest.add(bytes);
    this.restBytes += bytes.length;
  }

  finish(): bigint {
    return this.rest ? combineCrc64(this.head, this.rest.finish(), this.restBytes) : this.head;
  }
}
