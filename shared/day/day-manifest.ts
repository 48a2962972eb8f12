import { parseDecimal, storedDecimal } from '../decimal.ts';
import {
  byName,
  fits,
  listOf,
  named,
  objectOf,
  optional,
  text as textShape,
  wholeNumber,
} from '../json-shape.ts';
import { isBusinessDate } from '../keys/business-date.ts';
import { fileNameOf } from '../keys/name-pattern.ts';
import { DECIMAL_DIGITS } from '../layout/field-type.ts';
import { crc64FromBase64 } from '../ranges/crc64nvme.ts';
import { type StatedFigures, statedFiguresKeys } from '../run/stated-figures.ts';
import { type ControlValue, numberValue } from '../totals/control-value.ts';

/** The sender's statement about a day: its files and what is in them. docs/operations.md shows one. */
interface DayManifest {
  /** yyyy-MM-dd */
  businessDate?: string;
  files: DayManifestEntry[];
}

interface DayManifestEntry extends StatedFigures {
  /** Name of the data file, without its folder. */
  name: string;
  /** Decimal strings by name; the layout's `controlTotals` say which field each one sums. */
  totals?: Record<string, string>;
}

export const dayManifestShape = objectOf<DayManifest>({
  businessDate: optional(textShape),
  files: listOf(
    objectOf<DayManifestEntry>({
      ...statedFiguresKeys,
      name: textShape,
      totals: optional(byName(textShape)),
    }),
  ),
});

/** A day manifest as the day's terms keep it. */
export interface DayManifestFound {
  key: string;
  version: string;
  file: DayManifest;
}

/** What a day manifest names itself. */
export const DAY_MANIFEST_FORMAT = 'positional-lake-day/1';
/** Earlier name of the format. */
const EARLIER_FORMAT = 'positional-lake-control/1';

/** Reads the text of a day manifest, or lists its problems, each as a clause. */
export function parseDayManifest(text: string): { file: DayManifest } | { problems: string[] } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The parser's own words would quote the text.
    return { problems: ['it is not JSON'] };
  }
  const problems: string[] = [];
  if (!isObject(json)) return { problems: ['it is not a JSON object'] };
  unknownKeys(json, ['format', 'businessDate', 'files'], 'it', problems);
  if (json.format !== DAY_MANIFEST_FORMAT && json.format !== EARLIER_FORMAT)
    problems.push(`'format' must be '${DAY_MANIFEST_FORMAT}'`);
  const { businessDate, files } = json;
  if (businessDate !== undefined && !(typeof businessDate === 'string' && isBusinessDate(businessDate))) {
    problems.push("'businessDate' is not a day as yyyy-MM-dd");
  }
  if (!Array.isArray(files) || files.length === 0) {
    problems.push("'files' must list at least one file");
    return { problems };
  }
  const names = new Set<unknown>();
  for (const [index, entry] of files.entries()) {
    checkEntry(entry, `files[${index}]`, problems);
    const name = isObject(entry) ? entry.name : undefined;
    if (names.has(name)) problems.push(`'files[${index}].name' occurs twice`);
    names.add(name);
  }
  if (problems.length > 0) return { problems };
  return fits(dayManifestShape, json) ? { file: json } : { problems: ['it is not a day manifest'] };
}

const ENTRY_KEYS = ['name', ...Object.keys(statedFiguresKeys), 'totals'];

function checkEntry(entry: unknown, at: string, problems: string[]): void {
  if (!isObject(entry)) {
    problems.push(`'${at}' is not an object`);
    return;
  }
  unknownKeys(entry, ENTRY_KEYS, `'${at}'`, problems);
  const { name, totals } = entry;
  if (typeof name !== 'string' || name === '' || name.includes('/')) {
    problems.push(`'${at}.name' must be the name of a file without folder`);
  }
  for (const key of ['sizeBytes', 'contentBytes', 'records', 'details']) {
    const value = entry[key];
    if (value !== undefined && !fits(wholeNumber, value)) {
      problems.push(`'${at}.${key}' must be a whole number`);
    }
  }
  for (const key of ['crc64nvme', 'contentCrc64nvme']) {
    const sum = entry[key];
    if (sum !== undefined && !(typeof sum === 'string' && crc64FromBase64(sum) !== undefined)) {
      problems.push(`'${at}.${key}' must be eight bytes in base64`);
    }
  }
  if (totals === undefined) return;
  const sound =
    isObject(totals) &&
    Object.values(totals).every((value) => typeof value === 'string' && parseDecimal(value, DECIMAL_DIGITS));
  if (!sound) problems.push(`'${at}.totals' must hold decimal numbers as texts`);
}

function unknownKeys(object: object, known: string[], at: string, problems: string[]): void {
  const count = Object.keys(object).filter((key) => !known.includes(key)).length;
  if (count > 0) problems.push(`${at} has keys other than ${known.join(', ')}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The entries of a day manifest by their file names. */
export type ManifestEntries = ReadonlyMap<string, DayManifestEntry>;

export function manifestEntries({ files }: DayManifest): ManifestEntries {
  return new Map(files.map((entry) => [entry.name, entry]));
}

export function manifestEntryOf(file: DayManifest, sourceKey: string): DayManifestEntry | undefined {
  const name = fileNameOf(sourceKey);
  return file.files.find((entry) => entry.name === name);
}

/** Its totals in the form that header and trailer have. */
export function manifestTotals(entry: DayManifestEntry): Record<string, ControlValue> {
  return named(
    Object.entries(entry.totals ?? {}).map(
      ([name, text]) => [name, numberValue(storedDecimal(text))] as const,
    ),
  );
}
