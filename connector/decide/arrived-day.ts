import { DAY_MANIFEST_FORMAT, parseDayManifest } from '../../shared/day/day-manifest.ts';
import { fileNameOf, NamePatterns, withBusinessDate } from '../../shared/keys/name-pattern.ts';
import { currentArrival, type TransferRecord } from './transfer-record.ts';

/** Says in a clause what a day still waits for; undefined if every expected file has arrived and none is being sent again. */
export function missingOf(
  expected: number | readonly string[],
  businessDate: string,
  records: readonly TransferRecord[],
): string | undefined {
  // A record without an arrival is of a file that is expected and missing, or of one that nobody waits for.
  const known = records.filter((record) => currentArrival(record));
  const arrived = known.filter(({ sending }) => !sending);
  if (arrived.length < known.length) return `${known.length - arrived.length} files that are being sent`;
  if (typeof expected === 'number')
    return arrived.length < expected ? `${expected - arrived.length} of ${expected} files` : undefined;
  const names = expected.map((name) => withBusinessDate(name, businessDate));
  const patterns = new NamePatterns(names);
  const found = new Set(arrived.flatMap(({ key }) => patterns.fitting(key)));
  const absent = names.filter((_, index) => !found.has(index));
  return absent.length > 0 ? absent.join(', ') : undefined;
}

/** The text of the day manifest of these files, in the order of their names. */
export function dayManifestText(businessDate: string, records: readonly TransferRecord[]): string {
  const files = records
    .flatMap((record) => {
      const arrival = currentArrival(record);
      if (!arrival) return [];
      const { sizeBytes, crc64nvme, content, records: recordCount, details } = arrival;
      return {
        name: fileNameOf(record.key),
        sizeBytes,
        crc64nvme,
        ...(content && { contentBytes: content.sizeBytes, contentCrc64nvme: content.crc64nvme }),
        ...(recordCount === undefined ? {} : { records: recordCount }),
        ...(details === undefined ? {} : { details }),
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return `${JSON.stringify({ format: DAY_MANIFEST_FORMAT, businessDate, files }, null, 2)}\n`;
}

/** Reads what a sender's day manifest states about a file: undefined if it does not name it, a clause if it cannot be read. */
export function statedBy(manifestText: string, path: string) {
  const manifest = parseDayManifest(manifestText.replace(/^\ufeff/, ''));
  if ('problems' in manifest) return manifest.problems.join('; ');
  return manifest.file.files.find(({ name }) => name === fileNameOf(path));
}
