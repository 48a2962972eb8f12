import { LayoutInvalid } from '../errors.ts';
import { parseDateFormat } from './date-format.ts';
import {
  DECIMAL_DIGITS,
  FIELD_TYPE_NAMES,
  type FieldType,
  INT64_DIGITS,
  isNumber,
  parseFieldType,
  scaleOf,
} from './field-type.ts';
import type { ControlRecord, ControlTotalRule, Encoding, Field, Layout, RecordMatch } from './layout.ts';
import { fingerprint } from './layout-fingerprint.ts';
import {
  type FieldEntry,
  type LayoutFile,
  layoutSchema,
  type MatchEntry,
  validKeysAt,
} from './layout-schema.ts';
import { didYouMean } from './nearest.ts';

const ENCODINGS: Encoding[] = ['iso-8859-1', 'us-ascii', 'utf-8'];
const DEFAULT_MAX_PARTITIONS = 200;
/** Partition columns of every dataset, taken from the business date. */
const DATE_PARTITIONS = ['year', 'month', 'day'];

/**
 * Reads and checks a layout file. Fails with `LayoutInvalid` that names the file and, of each problem, the key
 * and the nearest valid one. `file` is only for messages.
 */
export function readLayout(text: string, file: string): Layout {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new LayoutInvalid({
      what: 'the layout file is not valid JSON',
      where: file,
      why: (cause as Error).message,
      next: 'Mend the place it names; comments and trailing commas are not JSON.',
      cause,
    });
  }
  const parsed = layoutSchema.safeParse(json);
  if (!parsed.success)
    throw invalid(
      file,
      parsed.error.issues.flatMap((issue) => issueTexts(issue, json)),
    );
  const compiler = new LayoutCompiler(parsed.data);
  const layout = compiler.compile();
  if (compiler.problems.length > 0) throw invalid(file, compiler.problems);
  return layout;
}

function invalid(file: string, problems: string[]): LayoutInvalid {
  const shown = problems.slice(0, 8);
  if (problems.length > shown.length) shown.push(`and ${problems.length - shown.length} more`);
  return new LayoutInvalid({
    what: problems.length === 1 ? 'the layout has a problem' : `the layout has ${problems.length} problems`,
    where: file,
    why: shown.join('; '),
    next: 'Mend it and run again; docs/layouts.md lists every key.',
  });
}

interface SchemaIssue {
  code?: string;
  path: PropertyKey[];
  message: string;
  keys?: string[];
  values?: unknown[];
}

function issueTexts(issue: SchemaIssue, json: unknown): string[] {
  const at = pathText(issue.path);
  if (issue.code === 'unrecognized_keys' && issue.keys) {
    const valid = validKeysAt(issue.path);
    return issue.keys.map(
      (key) => `unknown key '${pathText([...issue.path, key])}'${didYouMean(key, valid)}`,
    );
  }
  const value = issue.path.reduce<unknown>((node, step) => (node as never)?.[step as never], json);
  if (value === undefined) return [`'${at}' is missing`];
  if (issue.code === 'invalid_value' && issue.values) {
    return [`'${at}' is ${JSON.stringify(value)}${didYouMean(String(value), issue.values.map(String))}`];
  }
  return [`'${at}' is ${JSON.stringify(value)}: ${issue.message}`];
}

/** `fields[3].start` */
function pathText(path: PropertyKey[]): string {
  let text = '';
  for (const step of path)
    text += typeof step === 'number' ? `[${step}]` : `${text ? '.' : ''}${String(step)}`;
  return text || 'the layout';
}

class LayoutCompiler {
  readonly problems: string[] = [];
  private readonly file: LayoutFile;

  constructor(file: LayoutFile) {
    this.file = file;
  }

  compile(): Layout {
    const { file } = this;
    const fields = file.fields.map((entry, index) => this.field(entry, `fields[${index}]`));
    this.unique(fields, 'fields');
    const partitionBy = this.partitionBy(fields);
    const header = file.header && this.controlRecord(file.header, 'header');
    const trailer = file.trailer && this.controlRecord(file.trailer, 'trailer');
    const layout: Layout = {
      name: file.name,
      encoding: this.encoding(),
      record: {
        format: this.format(),
        lengthBytes: file.record.length,
        short: file.record.short ?? 'reject',
      },
      files: file.files ?? [],
      fields,
      columns: fields.filter((field) => !partitionBy.includes(field)),
      partitionBy,
      maxPartitions: file.maxPartitions ?? DEFAULT_MAX_PARTITIONS,
      compression: file.compression ?? 'snappy',
      detail: file.detail && this.match(file.detail.match, 'detail.match'),
      header,
      trailer,
      controlTotals: this.controlTotals(fields, header, trailer),
      businessDate: this.businessDate(header),
      rejects: { maxPercent: file.rejects?.maxPercent ?? 0 },
      fingerprint: fingerprint(file),
    };
    if (layout.columns.length === 0) this.problems.push("'partitionBy' leaves no column for the files");
    return layout;
  }

  private encoding(): Encoding {
    const encoding = this.file.encoding as Encoding;
    if (!ENCODINGS.includes(encoding)) {
      this.problems.push(`'encoding' is '${this.file.encoding}'${didYouMean(this.file.encoding, ENCODINGS)}`);
    }
    return encoding;
  }

  private format(): 'lines' | 'fixed' {
    const { format } = this.file.record;
    if (format === 'rdw') {
      this.problems.push("'record.format' is 'rdw', which this version does not read (valid: lines, fixed)");
      return 'fixed';
    }
    return format;
  }

  private unique(fields: Field[], at: string): void {
    const seen = new Set<string>();
    for (const { name } of fields) {
      if (seen.has(name)) this.problems.push(`'${at}' has two fields named '${name}'`);
      if (at === 'fields' && DATE_PARTITIONS.includes(name)) {
        this.problems.push(
          `field '${name}' has the name of a partition column of the business date; rename it`,
        );
      }
      seen.add(name);
    }
  }

  private partitionBy(fields: Field[]): Field[] {
    const found: Field[] = [];
    for (const [index, name] of (this.file.partitionBy ?? []).entries()) {
      const field = fields.find((candidate) => candidate.name === name);
      const at = `partitionBy[${index}]`;
      if (!field) {
        const names = fields.map((candidate) => candidate.name);
        this.problems.push(`'${at}' is '${name}', which is not a field${didYouMean(name, names)}`);
      } else if (found.includes(field)) this.problems.push(`'${at}' names '${name}' a second time`);
      else if (
        field.type.kind === 'binary' ||
        field.type.kind === 'double' ||
        field.type.kind === 'timestamp'
      ) {
        this.problems.push(
          `'${at}' is '${name}' of type ${field.type.kind}, which makes no good folder name`,
        );
      } else found.push(field);
    }
    return found;
  }

  private range(entry: { start: number; end: number }, at: string): { startByte: number; endByte: number } {
    const { length } = this.file.record;
    if (entry.end < entry.start) {
      this.problems.push(`'${at}' ends at ${entry.end}, before its start ${entry.start}`);
    } else if (entry.end > length) {
      this.problems.push(`'${at}' ends at ${entry.end}, beyond the record's ${length} bytes (record.length)`);
    }
    return { startByte: entry.start - 1, endByte: entry.end };
  }

  private match(entry: MatchEntry, at: string): RecordMatch {
    const range = this.range(entry, at);
    const bytes = encodeText(entry.equals, this.file.encoding as Encoding);
    const lengthBytes = range.endByte - range.startByte;
    if (bytes === undefined) {
      this.problems.push(`'${at}.equals' is '${entry.equals}', which ${this.file.encoding} cannot hold`);
    } else if (bytes.length !== lengthBytes) {
      this.problems.push(`'${at}.equals' is '${entry.equals}' for ${lengthBytes} bytes: it can never match`);
    }
    return { ...range, equals: entry.equals, bytes: bytes ?? new Uint8Array() };
  }

  private controlRecord(entry: { match: MatchEntry; fields?: FieldEntry[] }, at: string): ControlRecord {
    const fields = (entry.fields ?? []).map((field, index) => this.field(field, `${at}.fields[${index}]`));
    this.unique(fields, `${at}.fields`);
    return { match: this.match(entry.match, `${at}.match`), fields };
  }

  private field(entry: FieldEntry, at: string): Field {
    const label = `${at}' ('${entry.name}')`;
    const range = this.range(entry, `${at} (${entry.name})`);
    const type = this.type(entry, label);
    const number = isNumber(type);
    const only = (key: keyof FieldEntry, applies: boolean, what: string) => {
      if (entry[key] !== undefined && !applies) {
        this.problems.push(`'${label} has '${key}', which is for ${what} only`);
      }
    };
    only('sign', type.kind === 'integer' || type.kind === 'decimal', 'integer and decimal fields');
    only('point', type.kind === 'decimal', 'decimal fields');
    only('trim', type.kind === 'string', 'string fields');
    only('keep', type.kind === 'string', 'string fields');
    only('format', type.kind === 'date' || type.kind === 'timestamp', 'date and timestamp fields');
    only('trueValues', type.kind === 'boolean', 'boolean fields');
    only('falseValues', type.kind === 'boolean', 'boolean fields');
    if (entry.point === 'explicit' && (entry.sign === 'leading' || entry.sign === 'trailing')) {
      this.problems.push(`'${label} has an explicit point and an overpunched sign, which no compiler writes`);
    }
    if (entry.usage !== undefined && entry.usage !== 'display') {
      this.problems.push(
        `'${label} has usage '${entry.usage}', which this version does not read (valid: display)`,
      );
    }
    return {
      name: entry.name,
      ...range,
      type,
      sign: entry.sign ?? 'none',
      point: entry.point ?? 'implied',
      trim: entry.trim ?? 'trailing',
      keep: entry.keep ?? 'all',
      required: entry.required ?? false,
      onInvalid: entry.onInvalid ?? (number ? 'reject' : 'null'),
      dateFormat: this.dateFormat(entry, type, label),
      trueValues: entry.trueValues ?? ['S', 'Y', 'T', '1'],
      falseValues: entry.falseValues ?? ['N', 'F', '0'],
    };
  }

  private type(entry: FieldEntry, label: string): FieldType {
    const type = parseFieldType(entry.type);
    if (!type) {
      this.problems.push(
        `'${label} has type '${entry.type}'${didYouMean(entry.type, FIELD_TYPE_NAMES)}; p is 1 to ${DECIMAL_DIGITS}, s at most p`,
      );
      return { kind: 'string' };
    }
    if (type.kind === 'decimal' && entry.point === undefined) {
      this.problems.push(
        `'${label} is a decimal without 'point': say "implied" (000012345 is 123.45) or "explicit" (the text holds a point); guessing wrong is wrong by a factor of ${10 ** type.scale}`,
      );
    }
    const digits = digitCount(entry);
    if (type.kind === 'integer' && digits > DECIMAL_DIGITS) {
      this.problems.push(`'${label} has ${digits} digits; an integer holds ${INT64_DIGITS}`);
    }
    return type;
  }

  private dateFormat(entry: FieldEntry, type: FieldType, label: string) {
    if (type.kind !== 'date' && type.kind !== 'timestamp') return undefined;
    if (entry.format === undefined) {
      this.problems.push(`'${label} is a ${type.kind} without 'format', for example "yyyyMMdd"`);
      return undefined;
    }
    const format = parseDateFormat(entry.format, type.kind);
    if (typeof format === 'string') {
      this.problems.push(`'${label} has a format that cannot be used: ${format}`);
      return undefined;
    }
    const lengthBytes = entry.end - entry.start + 1;
    if (format.lengthBytes !== lengthBytes) {
      this.problems.push(
        `'${label} is ${lengthBytes} bytes, its format '${entry.format}' ${format.lengthBytes}`,
      );
    }
    return format;
  }

  private controlTotals(
    fields: Field[],
    header: ControlRecord | undefined,
    trailer: ControlRecord | undefined,
  ): ControlTotalRule[] {
    const rules: ControlTotalRule[] = [];
    for (const [index, entry] of (this.file.controlTotals ?? []).entries()) {
      const at = `controlTotals[${index}]`;
      if ((entry.header === undefined) === (entry.trailer === undefined)) {
        this.problems.push(`'${at}' needs 'header' or 'trailer', and not both`);
        continue;
      }
      const record = entry.header === undefined ? 'trailer' : 'header';
      const name = (entry.header ?? entry.trailer)!;
      const stated = this.controlField(record === 'header' ? header : trailer, record, name, at);
      if (stated && stated.type.kind !== 'integer' && stated.type.kind !== 'decimal') {
        this.problems.push(`'${at}.${record}' is '${name}' of type ${stated.type.kind}; it must be a number`);
      }
      const equals = this.totalRule(entry.equals, fields, `${at}.equals`);
      if (stated && equals) rules.push({ name: `${record}.${name}`, record, field: name, equals });
    }
    return rules;
  }

  private totalRule(text: string, fields: Field[], at: string): ControlTotalRule['equals'] | undefined {
    if (text === 'count(all)') return { kind: 'count-all' };
    if (text === 'count(detail)') return { kind: 'count-detail' };
    const sum = /^sum\(\s*([a-z0-9_]+)\s*\)$/.exec(text);
    if (!sum) {
      this.problems.push(
        `'${at}' is '${text}'${didYouMean(text, ['count(all)', 'count(detail)', 'sum(<field>)'])}`,
      );
      return undefined;
    }
    const fieldIndex = fields.findIndex((field) => field.name === sum[1]);
    if (fieldIndex < 0) {
      const numbers = fields.filter((field) => isNumber(field.type)).map((field) => field.name);
      this.problems.push(`'${at}' sums '${sum[1]}', which is not a field${didYouMean(sum[1]!, numbers)}`);
      return undefined;
    }
    const { type } = fields[fieldIndex]!;
    if (type.kind !== 'integer' && type.kind !== 'decimal') {
      this.problems.push(
        `'${at}' sums '${sum[1]}' of type ${type.kind}; only integers and decimals have exact sums`,
      );
      return undefined;
    }
    return { kind: 'sum', field: sum[1]!, fieldIndex, scale: scaleOf(type) };
  }

  private controlField(
    record: ControlRecord | undefined,
    recordName: string,
    name: string,
    at: string,
  ): Field | undefined {
    if (!record) {
      this.problems.push(`'${at}' speaks of the ${recordName}, and the layout describes none`);
      return undefined;
    }
    const field = record.fields.find((candidate) => candidate.name === name);
    if (!field) {
      const names = record.fields.map((candidate) => candidate.name);
      this.problems.push(
        `'${at}.${recordName}' is '${name}', which is not a field of the ${recordName}${didYouMean(name, names)}`,
      );
    }
    return field;
  }

  private businessDate(header: ControlRecord | undefined): Layout['businessDate'] {
    const entry = this.file.businessDate;
    if (!entry) return undefined;
    const field = this.controlField(header, 'header', entry.header, 'businessDate');
    if (field && field.type.kind !== 'date') {
      this.problems.push(
        `'businessDate.header' is '${entry.header}' of type ${field.type.kind}; it must be a date`,
      );
    }
    return { headerField: entry.header, onMismatch: entry.onMismatch ?? 'warn' };
  }
}

/** Bytes that can be digits: a separate sign is none. */
function digitCount(entry: FieldEntry): number {
  const separate = entry.sign === 'leading-separate' || entry.sign === 'trailing-separate';
  return entry.end - entry.start + 1 - (separate ? 1 : 0);
}

/** The bytes of a literal in the file's encoding, or undefined where it cannot hold it. */
function encodeText(text: string, encoding: Encoding): Uint8Array | undefined {
  if (encoding === 'utf-8') return new TextEncoder().encode(text);
  const limit = encoding === 'iso-8859-1' ? 0xff : 0x7f;
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > limit) return undefined;
    bytes[index] = code;
  }
  return bytes;
}
