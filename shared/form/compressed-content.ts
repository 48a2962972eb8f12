import { constants, crc32, gunzipSync } from 'node:zlib';
import { type FormFinding, type FormSample, headOf, isWhole } from './form-sample.ts';

/** A packed form, how it is recognised beyond doubt, and the suffix by which such a file is read; none if it is not read. */
interface PackedForm {
  name: string;
  suffix?: string;
  is(head: Uint8Array, whole: boolean): boolean;
}

const FORMS: PackedForm[] = [
  { name: 'gzip', suffix: '.gz', is: isGzip },
  { name: 'zstd', suffix: '.zst', is: (head) => begins(head, '28B52FFD') && isZstdFrame(head) },
  { name: 'a zip archive', suffix: '.zip', is: isZip },
  {
    name: 'bzip2',
    suffix: '.bz2',
    // The first block begins with the digits of pi; a stream without blocks, with those of its square root.
    is: (head) =>
      begins(head, '425A68') && ['314159265359', '177245385090'].some((block) => begins(head, block, 4)),
  },
  {
    name: 'xz',
    is: (head) =>
      begins(head, 'FD377A585A00') &&
      head.length >= 12 &&
      crc32(head.subarray(6, 8)) === littleEndian(head, 8),
  },
  {
    name: 'a 7z archive',
    is: (head) =>
      begins(head, '377ABCAF271C') &&
      head.length >= 32 &&
      crc32(head.subarray(12, 32)) === littleEndian(head, 8),
  },
  { name: 'compress (.Z)', is: isCompress },
  {
    name: 'lz4',
    is: (head) =>
      begins(head, '04224D18') && head.length > 6 && head[4]! >> 6 === 1 && (head[5]! & 0x8f) === 0,
  },
  { name: 'a RAR archive', is: (head) => begins(head, '526172211A07') },
];

/** A compressed file whose name does not say so. A few bytes may begin like one by chance: it must be one as far as the head shows. */
export function compressedContent(sample: FormSample, isDecompressed: boolean): FormFinding | undefined {
  const head = headOf(sample);
  const form = FORMS.find(({ is }) => is(head, isWhole(sample)));
  if (!form) return undefined;
  if (isDecompressed) {
    return {
      what: `it is compressed twice: what comes out of it is ${form.name} again`,
      next: 'Have it sent compressed once.',
    };
  }
  return {
    what: `it is compressed (${form.name}), and its name does not say so`,
    next: form.suffix
      ? `Let its name end with ${form.suffix}, and it is read as it is; or have it sent uncompressed.`
      : 'This form is not read: have it sent uncompressed, or as .gz, .zst, .bz2 or .zip.',
  };
}

function begins(head: Uint8Array, hex: string, at = 0): boolean {
  const wanted = Buffer.from(hex, 'hex');
  return wanted.every((byte, index) => head[at + index] === byte);
}

function littleEndian(head: Uint8Array, at: number): number {
  return Buffer.from(head.buffer, head.byteOffset, head.length).readUInt32LE(at);
}

/** Its first bytes must inflate: all of a small file, the head of a larger one (RFC 1952). */
function isGzip(head: Uint8Array, whole: boolean): boolean {
  if (!begins(head, '1F8B08') || head.length < 18 || (head[3]! & 0xe0) !== 0) return false;
  try {
    const finishFlush = whole ? constants.Z_FINISH : constants.Z_SYNC_FLUSH;
    return gunzipSync(head, { finishFlush }).length > 0 || whole;
  } catch {
    return whole && isCutGzip(head);
  }
}

/** A small file that was cut off: what is there inflates. */
function isCutGzip(head: Uint8Array): boolean {
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH }).length >= 64;
  } catch {
    return false;
  }
}

/** The first block of a frame has one of three types and at most 128 KiB (RFC 8878, 3.1.1). */
function isZstdFrame(head: Uint8Array): boolean {
  const descriptor = head[4]!;
  if (head.length < 9 || (descriptor & 0x08) !== 0) return false;
  const isSingle = (descriptor & 0x20) !== 0;
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  const at = 5 + (isSingle ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]! + sizeBytes;
  if (at + 3 > head.length) return false;
  const block = head[at]! | (head[at + 1]! << 8) | (head[at + 2]! << 16);
  return ((block >> 1) & 3) !== 3 && block >> 3 <= 128 * 1024;
}

const ZIP_METHODS = [0, 1, 6, 8, 9, 12, 14, 93, 95, 96, 97, 98, 99];

/** A local header with a plausible name, or an archive without members (APPNOTE 4.3.7, 4.3.16). */
function isZip(head: Uint8Array, whole: boolean): boolean {
  if (begins(head, '504B0506'))
    return whole && head.length >= 22 && head.subarray(4, 20).every((byte) => byte === 0);
  if (!begins(head, '504B0304') || head.length < 31) return false;
  const view = Buffer.from(head.buffer, head.byteOffset, head.length);
  const nameBytes = view.readUInt16LE(26);
  const name = head.subarray(30, 30 + nameBytes);
  return (
    view.readUInt16LE(4) <= 0x03ff &&
    ZIP_METHODS.includes(view.readUInt16LE(8)) &&
    nameBytes > 0 &&
    name.length === Math.min(nameBytes, head.length - 30) &&
    name.every((byte) => byte >= 0x20)
  );
}

const COMPRESS_CODES = 200;
const FEWEST_COMPRESS_CODES = 8;

/** The first codes have nine bits, and none is a code that does not exist yet (LZW of Unix's compress). */
function isCompress(head: Uint8Array): boolean {
  if (!begins(head, '1F9D') || head.length < 4) return false;
  const flags = head[2]!;
  if ((flags & 0x60) !== 0 || (flags & 0x1f) < 9 || (flags & 0x1f) > 16) return false;
  const first = (flags & 0x80) === 0 ? 256 : 257;
  const count = Math.min(COMPRESS_CODES, Math.floor(((head.length - 3) * 8) / 9));
  for (let index = 0; index < count; index++) {
    const bit = index * 9;
    const at = 3 + (bit >> 3);
    const code = ((head[at]! | ((head[at + 1] ?? 0) << 8)) >> (bit & 7)) & 0x1ff;
    if (index === 0 ? code > 255 : code >= first + index) return false;
  }
  return count >= FEWEST_COMPRESS_CODES;
}
