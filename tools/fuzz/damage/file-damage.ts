import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { Chances } from '../../chaos/fault-plan.ts';
import { CP037, LATIN1, type SenderPage, UTF8 } from './sender-page.ts';
import type { Sheet } from './sheet.ts';

/** A whole file that is not in the form that its layout says. */
export interface DamagedFile {
  kind: string;
  bytes: Uint8Array;
}

/** A file as it was sent. */
export interface SentFile {
  bytes: Uint8Array;
  /** Offsets after each record. */
  boundaries: ReadonlySet<number>;
  /** Writes the same file in another page; undefined if that page lacks a character. */
  inPage(page: SenderPage): Uint8Array | undefined;
}

/** Damages a file in one way; undefined if the way that was drawn does not fit it. */
export function damagedFile(sheet: Sheet, file: SentFile, chances: Chances): DamagedFile | undefined {
  const { bytes, inPage } = file;
  const { form, page } = sheet;
  const isText = form === 'lines';
  const named = (kind: string, damaged: Uint8Array | undefined) => damaged && { kind, bytes: damaged };
  switch (chances.below(9)) {
    case 0:
      return named('file cut short', cutInRecord(sheet, file, chances));
    case 1:
      return named(
        'byte-order mark',
        isText ? Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]) : undefined,
      );
    case 2:
      return named('UTF-16', isText && !page.isEbcdic ? inUtf16(bytes, chances) : undefined);
    case 3:
      return named('gzip under another name', gzipSync(bytes));
    case 4:
      return named('zstd under another name', zstdCompressSync(bytes));
    case 5:
      return named('CR alone', isText && !page.isEbcdic ? withCrAlone(bytes) : undefined);
    case 6:
      return named(
        'UTF-8 in a page of one byte',
        isText && !page.isEbcdic && page !== UTF8 ? inPage(UTF8) : undefined,
      );
    case 7:
      return named('EBCDIC and ASCII mixed up', isText ? inPage(page.isEbcdic ? LATIN1 : CP037) : undefined);
    default:
      return named('two files joined', sheet.hasControlRecords ? Buffer.concat([bytes, bytes]) : undefined);
  }
}

/** The end is lost, in the middle of a record. Nobody can see the loss of whole records, unless a trailer counts them. */
function cutInRecord(
  sheet: Sheet,
  { bytes, boundaries }: SentFile,
  chances: Chances,
): Uint8Array | undefined {
  const lost = 1 + sheet.terminator.length + chances.below(sheet.recordBytes);
  const left = bytes.length - lost;
  return left <= 0 || boundaries.has(left) ? undefined : bytes.subarray(0, left);
}

function inUtf16(bytes: Uint8Array, chances: Chances): Uint8Array {
  const little = Buffer.from(Buffer.from(bytes).toString('latin1'), 'utf16le');
  const mark = chances.happens(0.5) ? [0xff, 0xfe] : [];
  return Buffer.concat([Buffer.from(mark), little]);
}

function withCrAlone(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from([...bytes].filter((byte) => byte !== 0x0d)).map((byte) =>
    byte === 0x0a ? 0x0d : byte,
  );
}
