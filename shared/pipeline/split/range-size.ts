import type { ExpectedFiles } from '../../day/expected-files.ts';
import { MAX_RANGES } from '../../ranges/plan-ranges.ts';

/** So many files keep all parsers of a stage busy with one range each; docs/scale.md has the nights that this was tried with. */
const MANY_FILES = 500;
/** What a parser reads in a quarter of a minute. Its part for each partition is large enough to become a file as it is. */
const LARGE_RANGE_BYTES = 1024 * 1024 * 1024;

/**
 * Bytes of a range, if nobody asks for another size: that of the settings for a day of few files, which is done sooner the finer they are
 * cut; a large one for a day of many files, since each range costs requests; and always large enough for the file to be planned.
 */
export function rangeBytesOf(
  sizeBytes: number,
  settingBytes: number,
  expected: ExpectedFiles | undefined,
): number {
  const count = Array.isArray(expected) ? expected.length : expected;
  const least = count !== undefined && count >= MANY_FILES ? LARGE_RANGE_BYTES : settingBytes;
  return Math.max(settingBytes, least, Math.ceil((2 * sizeBytes) / MAX_RANGES));
}
