import type { ByteRange } from '../../ranges/byte-range.ts';
import { crc64nvme, crc64ToBase64 } from '../../ranges/crc64nvme.ts';
import type { FilePlan } from '../../run/file-plan.ts';
import type { OpenSource } from '../store/open-source.ts';

const READ_BYTES = 1024 * 1024;

/** Sums the bytes that no parser reads: header, trailer, and what is around the records. */
export async function outsideChecksums(
  { raw, info: source }: OpenSource,
  ranges: ByteRange[],
): Promise<NonNullable<FilePlan['outside']>> {
  const gaps: ByteRange[] = [];
  let at = 0;
  for (const { startByte, endByte } of [
    ...ranges,
    { startByte: source.sizeBytes, endByte: source.sizeBytes },
  ]) {
    if (startByte > at) gaps.push({ startByte: at, endByte: startByte });
    at = endByte;
  }
  const found = [];
  for (const { startByte, endByte } of gaps) {
    let crc = 0n;
    for (let from = startByte; from < endByte; from += READ_BYTES) {
      const range = { startByte: from, endByte: Math.min(from + READ_BYTES, endByte) };
      crc = crc64nvme(await raw.readRange(source.key, range, { pin: source.pin }), crc);
    }
    found.push({ startByte, endByte, checksum: crc64ToBase64(crc) });
  }
  return found;
}
