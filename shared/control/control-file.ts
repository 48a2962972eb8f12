import { isBusinessDate } from '../keys/business-date.ts';
import { fileNameOf } from '../keys/name-pattern.ts';
import { crc64FromBase64 } from './crc64nvme.ts';
import type { ControlValue } from './file-plan.ts';
import type { Refusal, RefusalCode } from './refusal.ts';

/** What a control file says of a day: which files make it up and what is in them. docs/operations.md shows one. */
export interface ControlFile {
  /** yyyy-MM-dd */
  businessDate?: string;
  files: ControlFileEntry[];
}

export interface ControlFileEntry {
  /** As the data file is called, without folder. */
  name: string;
  sizeBytes?: number;
  /** CRC-64/NVME of all its bytes, eight bytes in base64, as S3 shows it. */
  crc64nvme?: string;
  /** Records of every kind. */
  records?: number;
  details?: number;
  /** Decimal strings by name; the layout's `controlTotals` say what each is the sum of. */
  totals?: Record<string, string>;
}

/** A control file as the day's terms keep it. */
export interface ControlFileFound {
  key: string;
  version: string;
  file: ControlFile;
}

const FORMAT = 'positional-lake-control/1';
const DECIMAL = /^[+-]?\d{1,38}(\.\d{1,38})?$/;

/** Reads the text of a control file; what is wrong with it comes back as problems, each a clause. */
export function parseControlFile(text: string): { file: ControlFile } | { problems: string[] } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The parser's own words would quote the text.
    return { problems: ['it is not JSON'] };
  }
  const problems: string[] = [];
  if (!isObject(json)) return { problems: ['it is no JSON object'] };
  unknownKeys(json, ['format', 'businessDate', 'files'], 'it', problems);
  if (json.format !== FORMAT) problems.push(`'format' must be '${FORMAT}'`);
  const { businessDate, files } = json;
  if (businessDate !== undefined && !(typeof businessDate === 'string' && isBusinessDate(businessDate))) {
    problems.push("'businessDate' is no day as yyyy-MM-dd");
  }
  if (!Array.isArray(files) || files.length === 0) {
    problems.push("'files' must list at least one file");
    return { problems };
  }
  const names = new Set<unknown>();
  for (const [index, entry] of files.entries()) {
    checkEntry(entry, `files[${index}]`, problems);
    const name = isObject(entry) ? entry.name : undefined;
    if (names.has(name)) problems.push(`'files[${index}].name' is there a second time`);
    names.add(name);
  }
  return problems.length > 0 ? { problems } : { file: json as unknown as ControlFile };
}

function checkEntry(entry: unknown, at: string, problems: string[]): void {
  if (!isObject(entry)) {
    problems.push(`'${at}' is no object`);
    return;
  }
  unknownKeys(entry, ['name', 'sizeBytes', 'crc64nvme', 'records', 'details', 'totals'], `'${at}'`, problems);
  const { name, crc64nvme, totals } = entry;
  if (typeof name !== 'string' || name === '' || name.includes('/')) {
    problems.push(`'${at}.name' must be the name of a file without folder`);
  }
  for (const key of ['sizeBytes', 'records', 'details']) {
    const value = entry[key];
    if (value !== undefined && !(Number.isSafeInteger(value) && (value as number) >= 0)) {
      problems.push(`'${at}.${key}' must be a whole number`);
    }
  }
  if (
    crc64nvme !== undefined &&
    !(typeof crc64nvme === 'string' && crc64FromBase64(crc64nvme) !== undefined)
  ) {
    problems.push(`'${at}.crc64nvme' must be eight bytes in base64`);
  }
  if (totals === undefined) return;
  const sound =
    isObject(totals) &&
    Object.values(totals).every((value) => typeof value === 'string' && DECIMAL.test(value));
  if (!sound) problems.push(`'${at}.totals' must hold decimal numbers as texts`);
}

function unknownKeys(object: object, known: string[], at: string, problems: string[]): void {
  const count = Object.keys(object).filter((key) => !known.includes(key)).length;
  if (count > 0) problems.push(`${at} has keys other than ${known.join(', ')}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function controlEntryOf(file: ControlFile, sourceKey: string): ControlFileEntry | undefined {
  const name = fileNameOf(sourceKey);
  return file.files.find((entry) => entry.name === name);
}

/** Totals in the form that header and trailer have: `123.45` → 12345 with scale 2. */
export function controlValues(entry: ControlFileEntry): Record<string, ControlValue> {
  return Object.fromEntries(
    Object.entries(entry.totals ?? {}).map(([name, text]) => {
      const [whole, fraction = ''] = text.split('.') as [string, string?];
      return [name, { text: String(BigInt(`${whole.replace('+', '')}${fraction}`)), scale: fraction.length }];
    }),
  );
}

/** What is known of a file so far; a figure that is not known yet cannot differ. */
export interface FileFigures {
  sizeBytes: number;
  crc64nvme?: string;
  records?: number;
  details?: number;
}

/** The first figure of a file that is not what the control file says, as the reason to refuse the file. */
export function controlFileRefusal(
  sourceKey: string,
  controlKey: string,
  entry: ControlFileEntry,
  figures: FileFigures,
): Refusal | undefined {
  const checks: [RefusalCode, string, string | number | undefined, string | number | undefined][] = [
    ['size-mismatch', 'bytes', entry.sizeBytes, figures.sizeBytes],
    ['checksum-mismatch', 'as CRC-64/NVME', entry.crc64nvme, figures.crc64nvme],
    ['control-total-mismatch', 'records', entry.records, figures.records],
    ['control-total-mismatch', 'details', entry.details, figures.details],
  ];
  for (const [code, unit, stated, actual] of checks) {
    if (stated === undefined || actual === undefined || stated === actual) continue;
    return {
      code,
      message: `${sourceKey}: the control file ${controlKey} says ${stated} ${unit}, and the file has ${actual}. It is incomplete or was changed on its way; nothing was published. Ask for it, or for the control file, to be sent again.`,
    };
  }
  return undefined;
}
