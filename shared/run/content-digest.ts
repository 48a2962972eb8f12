import { createHash } from 'node:crypto';
import { combineCrc64, crc64FromBase64, crc64ToBase64 } from '../ranges/crc64nvme.ts';
import type { FilePlan } from './file-plan.ts';
import type { PartManifest } from './part-manifest.ts';

/** What is known of the bytes of a range. */
type RangeBytes = Pick<PartManifest, 'startByte' | 'endByte' | 'checksum'>;

/** CRC-64/NVME of the whole file, combined from what the splitter read outside the ranges and the parsers inside them. */
export function wholeChecksum(plan: FilePlan, manifests: RangeBytes[]): string | undefined {
  if (!plan.outside) return undefined;
  const pieces = [...plan.outside, ...manifests].sort((a, b) => a.startByte - b.startByte);
  let at = 0;
  let whole = 0n;
  for (const { startByte, endByte, checksum } of pieces) {
    if (startByte !== at) return undefined;
    whole = combineCrc64(whole, crc64FromBase64(checksum) ?? 0n, endByte - startByte);
    at = endByte;
  }
  return at === plan.sizeBytes ? crc64ToBase64(whole) : undefined;
}

/** The same bytes have the same digest, however they were cut into ranges. */
export function contentDigest(plan: FilePlan, manifests: RangeBytes[]): string {
  const hash = createHash('sha256');
  let details = 0n;
  for (const { startByte, endByte, checksum } of manifests) {
    details = combineCrc64(details, crc64FromBase64(checksum) ?? 0n, endByte - startByte);
  }
  const { sizeBytes, header, trailer, remainder } = plan;
  hash.update(JSON.stringify([sizeBytes, header, trailer, remainder, crc64ToBase64(details)]));
  return hash.digest('hex');
}
