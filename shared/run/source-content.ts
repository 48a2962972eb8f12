/** The bytes of a file, as a loaded version records them. */
export interface FileContent {
  sizeBytes: number;
  /** CRC-64/NVME, base64. */
  checksum: string;
}

/** Are these the bytes that somebody recorded? */
export function holds(recorded: Partial<FileContent>, content: FileContent | undefined): boolean {
  if (!content) return false;
  return recorded.checksum === content.checksum && recorded.sizeBytes === content.sizeBytes;
}

/** Did a version load these bytes? */
export function isContentOf(
  loaded: { inputBytes: number; checksum?: string } | undefined,
  content: FileContent | undefined,
): boolean {
  return loaded !== undefined && holds({ ...loaded, sizeBytes: loaded.inputBytes }, content);
}

/** Is it the version of the source that was loaded, as far as its version says? */
export function isVersionOf(
  loaded: { version: string; seenAs?: string } | undefined,
  version: string,
): boolean {
  return loaded !== undefined && (loaded.version === version || loaded.seenAs === version);
}

/**
 * Is it the version of the source that somebody took back, as far as its version says? Earlier versions of this software noted no content,
 * and told local files by size and time alone.
 */
export function isVersionTaken(taken: { version: string; checksum?: string }, version: string): boolean {
  if (taken.version === version) return true;
  const isOfSizeAndTime = taken.checksum === undefined && /^\d+-\d+$/.test(taken.version);
  return isOfSizeAndTime && version.startsWith(`${taken.version}-`);
}
