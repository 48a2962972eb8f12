import { CompressedDataBad } from './bit-reader.ts';

/*
 * A zip archive is read from its end (PKWARE's APPNOTE 6.3, 4.3):
 *
 *     local header, name, data, descriptor ┬ … ┬ central directory: an entry a member ┬ end record, comment
 *                                                          (zip64: end record and locator before the end record)
 */

/** The place of a member's data, and what the directory says of it. */
export interface ZipMember {
  isDeflated: boolean;
  headerByte: number;
  compressedBytes: number;
  sizeBytes: number;
  crc32: number;
  /** The data is followed by a descriptor that repeats sizes and checksum. */
  hasDescriptor: boolean;
}

/** The place of the central directory. */
interface ZipDirectory {
  startByte: number;
  endByte: number;
  entryCount: number;
}

const END_BYTES = 22;
const MOST_COMMENT_BYTES = 65_535;
const LOCATOR_BYTES = 20;
const END64_BYTES = 56;
/** The end record, with the longest comment, and what zip64 puts before it. */
export const ZIP_TAIL_BYTES = END_BYTES + MOST_COMMENT_BYTES + LOCATOR_BYTES + END64_BYTES;
export const LOCAL_HEADER_BYTES = 30;
/** A directory of one member is short. */
const MOST_DIRECTORY_BYTES = 4 * 1024 * 1024;
const ENCRYPTED_FLAGS = 0x2041;
const DESCRIPTOR_FLAG = 0x0008;
const STORED = 0;
const DEFLATED = 8;

/** Finds the directory in the last bytes of an archive of `sizeBytes`. Fails with `CompressedDataBad`. */
export function zipDirectory(tail: Uint8Array, sizeBytes: number): ZipDirectory {
  const view = viewOf(tail);
  const tailByte = sizeBytes - tail.length;
  for (let at = tail.length - END_BYTES; at >= 0; at--) {
    if (view.readUInt32LE(at) !== 0x06054b50) continue;
    if (at + END_BYTES + view.readUInt16LE(at + 20) !== tail.length) continue;
    const directory = directoryOf(view, at, tailByte);
    if (directory.endByte - directory.startByte > MOST_DIRECTORY_BYTES) {
      throw new CompressedDataBad(`it has ${directory.entryCount} members, and one can be read`);
    }
    return directory;
  }
  throw new CompressedDataBad('it is cut off, or something else follows it: it has no end record');
}

function directoryOf(view: Buffer, at: number, tailByte: number): ZipDirectory {
  const locator = at - LOCATOR_BYTES;
  const is64 = locator >= 0 && view.readUInt32LE(locator) === 0x07064b50;
  const disks = [view.readUInt16LE(at + 4), view.readUInt16LE(at + 6)];
  let directory = {
    entryCount: view.readUInt16LE(at + 10),
    sizeBytes: view.readUInt32LE(at + 12),
    startByte: view.readUInt32LE(at + 16),
  };
  let directoryEnd = tailByte + at;
  if (is64) {
    const end64 = Number(view.readBigUInt64LE(locator + 8)) - tailByte;
    if (end64 < 0 || end64 + END64_BYTES > locator || view.readUInt32LE(end64) !== 0x06064b50) {
      throw new CompressedDataBad('its zip64 end record is damaged');
    }
    directory = {
      entryCount: Number(view.readBigUInt64LE(end64 + 32)),
      sizeBytes: Number(view.readBigUInt64LE(end64 + 40)),
      startByte: Number(view.readBigUInt64LE(end64 + 48)),
    };
    directoryEnd = tailByte + end64;
  } else if (disks.some((disk) => disk !== 0)) {
    throw new CompressedDataBad('it is one of several parts of an archive');
  }
  const { entryCount, sizeBytes, startByte } = directory;
  if (startByte + sizeBytes !== directoryEnd) {
    throw new CompressedDataBad(
      'its directory is not where its end record says, so something was added or lost',
    );
  }
  return { startByte, endByte: directoryEnd, entryCount };
}

/** The only file among the entries of a directory; folders do not count. Fails with `CompressedDataBad`. */
export function onlyMember(bytes: Uint8Array, { entryCount, startByte }: ZipDirectory): ZipMember {
  const view = viewOf(bytes);
  const members: ZipMember[] = [];
  let at = 0;
  let folders = 0;
  for (let index = 0; index < entryCount; index++) {
    if (at + 46 > view.length || view.readUInt32LE(at) !== 0x02014b50)
      throw new CompressedDataBad('its directory is damaged');
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((place) =>
      view.readUInt16LE(at + place),
    ) as [number, number, number];
    const end = at + 46 + nameBytes + extraBytes + commentBytes;
    if (end > view.length) throw new CompressedDataBad('its directory is damaged');
    const isFolder = view[at + 46 + nameBytes - 1] === 0x2f;
    if (isFolder) folders++;
    else members.push(memberOf(view.subarray(at, end), nameBytes, extraBytes));
    at = end;
  }
  const [only, ...others] = members;
  if (!only) throw new CompressedDataBad('it holds no file');
  if (others.length > 0) {
    throw new CompressedDataBad(
      `it holds ${members.length} files, and one can be read: have each sent alone`,
    );
  }
  // Bytes between the data and the directory belong to no member, and no bytes may precede a lone member.
  if (folders === 0 && only.headerByte !== 0)
    throw new CompressedDataBad('something else stands before its first member');
  if (only.headerByte + LOCAL_HEADER_BYTES + only.compressedBytes > startByte) {
    throw new CompressedDataBad('its directory is damaged');
  }
  return only;
}

function memberOf(entry: Buffer, nameBytes: number, extraBytes: number): ZipMember {
  const flags = entry.readUInt16LE(8);
  const method = entry.readUInt16LE(10);
  if ((flags & ENCRYPTED_FLAGS) !== 0)
    throw new CompressedDataBad('it is encrypted: have it sent without a password');
  if (method !== STORED && method !== DEFLATED) {
    throw new CompressedDataBad(
      `its member is compressed by method ${method}, and only deflate (8) and stored (0) are read`,
    );
  }
  const member = {
    isDeflated: method === DEFLATED,
    headerByte: entry.readUInt32LE(42),
    compressedBytes: entry.readUInt32LE(20),
    sizeBytes: entry.readUInt32LE(24),
    crc32: entry.readUInt32LE(16),
    hasDescriptor: (flags & DESCRIPTOR_FLAG) !== 0,
  };
  const extra = entry.subarray(46 + nameBytes, 46 + nameBytes + extraBytes);
  const larger = zip64Values(extra);
  for (const key of ['sizeBytes', 'compressedBytes', 'headerByte'] as const) {
    if (member[key] !== 0xffffffff) continue;
    const value = larger.shift();
    if (value === undefined) throw new CompressedDataBad('its directory is damaged');
    member[key] = value;
  }
  return member;
}

/** Numbers that do not fit their places are in an extra field, in the order of size, compressed size, place. */
function zip64Values(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 0x0001) continue;
    const count = Math.floor(Math.min(extra.readUInt16LE(at + 2), extra.length - at - 4) / 8);
    return Array.from({ length: count }, (_, index) => Number(extra.readBigUInt64LE(at + 4 + index * 8)));
  }
  return [];
}

/** Where the data of a member begins: its local header has a name and an extra field of its own. */
export function memberDataByte(header: Uint8Array, { headerByte, isDeflated }: ZipMember): number {
  const view = viewOf(header);
  const method = isDeflated ? DEFLATED : STORED;
  if (
    view.length < LOCAL_HEADER_BYTES ||
    view.readUInt32LE(0) !== 0x04034b50 ||
    view.readUInt16LE(8) !== method
  ) {
    throw new CompressedDataBad('the header of its member is damaged');
  }
  return headerByte + LOCAL_HEADER_BYTES + view.readUInt16LE(26) + view.readUInt16LE(28);
}

/** Lengths of a descriptor: with a signature or without, with numbers of 32 or 64 bits. */
const DESCRIPTOR_LENGTHS = [12, 16, 20, 24];

/** Checks that nothing but the descriptor stands between the data of a lone member and the directory. */
export function checkAfterData(member: ZipMember, dataEndByte: number, directory: ZipDirectory): void {
  const rest = directory.startByte - dataEndByte;
  if (rest < 0) throw new CompressedDataBad('its member ends after its directory begins');
  if (directory.entryCount > 1 || rest === 0) return;
  if (!member.hasDescriptor || !DESCRIPTOR_LENGTHS.includes(rest)) {
    throw new CompressedDataBad(`${rest} bytes that are no member stand before its directory`);
  }
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
