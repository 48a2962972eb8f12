import { optional, type ShapesOfKeys, text, wholeNumber } from '../json-shape.ts';
import { type Refusal, type RefusalCode, refuse } from '../refusal.ts';

/** Figures of one file that a day manifest states. */
export interface StatedFigures {
  sizeBytes?: number;
  /** CRC-64/NVME of all its bytes, eight bytes in base64, as S3 shows it. */
  crc64nvme?: string;
  /** Of a compressed file, size and checksum of what comes out of it. */
  contentBytes?: number;
  contentCrc64nvme?: string;
  /** Records of every kind. */
  records?: number;
  details?: number;
}

export const statedFiguresKeys: ShapesOfKeys<StatedFigures> = {
  sizeBytes: optional(wholeNumber),
  crc64nvme: optional(text),
  contentBytes: optional(wholeNumber),
  contentCrc64nvme: optional(text),
  records: optional(wholeNumber),
  details: optional(wholeNumber),
};

/** Figures of a file that are known so far. A figure that is not known yet cannot differ. */
interface FileFigures {
  sizeBytes: number;
  crc64nvme?: string | undefined;
  contentBytes?: number | undefined;
  contentCrc64nvme?: string | undefined;
  records?: number | undefined;
  details?: number | undefined;
}

/**
 * What parsers know of the bytes of a file: of a compressed one the size that it was sent with, and what came out of it. `sizeBytes` and
 * `checksum` are those of what was parsed.
 */
export function knownBytes({
  sizeBytes,
  storedBytes,
  checksum,
}: {
  sizeBytes: number;
  storedBytes: number | undefined;
  checksum: string | undefined;
}): FileFigures {
  const content = { contentBytes: sizeBytes, contentCrc64nvme: checksum };
  return storedBytes === undefined
    ? { sizeBytes, crc64nvme: checksum, ...content }
    : { sizeBytes: storedBytes, ...content };
}

/** Refuses the file because of its first figure that differs from the day manifest; undefined if none does. */
export function figuresRefusal(
  sourceKey: string,
  manifestKey: string,
  stated: StatedFigures,
  figures: FileFigures,
): Refusal | undefined {
  const checks: [RefusalCode, string, string | number | undefined, string | number | undefined][] = [
    ['size-mismatch', 'bytes', stated.sizeBytes, figures.sizeBytes],
    ['checksum-mismatch', 'as CRC-64/NVME', stated.crc64nvme, figures.crc64nvme],
    ['size-mismatch', 'decompressed bytes', stated.contentBytes, figures.contentBytes],
    [
      'checksum-mismatch',
      'as CRC-64/NVME of its decompressed bytes',
      stated.contentCrc64nvme,
      figures.contentCrc64nvme,
    ],
    ['control-total-mismatch', 'records', stated.records, figures.records],
    ['control-total-mismatch', 'details', stated.details, figures.details],
  ];
  for (const [code, unit, figure, actual] of checks) {
    if (figure === undefined || actual === undefined || figure === actual) continue;
    return refuse(code, {
      where: sourceKey,
      what: `the day manifest ${manifestKey} says ${figure} ${unit}, and the file has ${actual}`,
      why: 'The file is incomplete or was changed on its way, or the day manifest is wrong.',
      next: 'Ask for the file, or for the day manifest, to be sent again.',
    });
  }
  return undefined;
}
