import { CODE_PAGES, type CodePage, isCodePage, isEbcdic, literalBytes } from './code-page.ts';
import { compileBusinessDate, compileControlTotals } from './compile-control-totals.ts';
import { compileField, compileRange, type FieldContext } from './compile-field.ts';
import { compileRecord } from './compile-record.ts';
import { DATE_PARTITION_NAMES } from './date-partition.ts';
import type { ControlRecord, DeclaredLayout, Field, RecordMatch } from './layout.ts';
import { fingerprint } from './layout-fingerprint.ts';
import type { FieldEntry, LayoutFile, MatchEntry } from './layout-schema.ts';
import { didYouMean } from './nearest.ts';

const DEFAULT_MAX_PARTITIONS = 200;

/** Checks a layout file of the right shape and fills in what it does not say. What is wrong goes to `problems`. */
export function compileLayout(file: LayoutFile, problems: string[]): DeclaredLayout {
  const context: FieldContext = {
    encoding: compileEncoding(file.encoding, problems),
    recordLengthBytes: file.record.length,
    problems,
  };
  for (const [at, value] of [
    ['copybook', file.copybook],
    ['header.copybook', file.header?.copybook],
    ['trailer.copybook', file.trailer?.copybook],
  ]) {
    if (value !== undefined)
      problems.push(`'${at}' was not replaced by its fields before the layout was read`);
  }
  const fields = file.fields.map((entry, index) => compileField(entry, `fields[${index}]`, context));
  checkUnique(fields, 'fields', problems);
  const partitionBy = compilePartitionBy(file.partitionBy ?? [], fields, problems);
  const header = file.header && compileControlRecord(file.header, 'header', context);
  const trailer = file.trailer && compileControlRecord(file.trailer, 'trailer', context);
  const control = { fields, header, trailer, problems };
  const layout: DeclaredLayout = {
    name: file.name,
    encoding: context.encoding,
    record: compileRecord(file.record, context),
    files: file.files ?? [],
    fields,
    columns: fields.filter((field) => !partitionBy.includes(field)),
    partitionBy,
    maxPartitions: file.maxPartitions ?? DEFAULT_MAX_PARTITIONS,
    compression: file.compression ?? 'snappy',
    detail: file.detail && compileMatch(file.detail.match, 'detail.match', context),
    header,
    trailer,
    controlTotals: compileControlTotals(file.controlTotals, control),
    businessDate: compileBusinessDate(file.businessDate, control),
    rejects: { maxPercent: file.rejects?.maxPercent ?? 0 },
    fingerprint: fingerprint(file),
  };
  if (layout.columns.length === 0) problems.push("'partitionBy' leaves no column for the files");
  return layout;
}

function compileEncoding(name: string, problems: string[]): CodePage {
  if (name === 'utf-16be') problems.push("'encoding' is 'utf-16be', which is for single fields only");
  else if (!isCodePage(name)) problems.push(`'encoding' is '${name}'${didYouMean(name, CODE_PAGES)}`);
  else return name;
  return 'us-ascii';
}

function checkUnique(fields: Field[], at: string, problems: string[]): void {
  const seen = new Set<string>();
  for (const { name } of fields) {
    if (seen.has(name)) problems.push(`'${at}' has two fields named '${name}'`);
    if (at === 'fields' && DATE_PARTITION_NAMES.includes(name)) {
      problems.push(`field '${name}' has the name of a partition column of the business date; rename it`);
    }
    seen.add(name);
  }
}

function compilePartitionBy(names: string[], fields: Field[], problems: string[]): Field[] {
  const found: Field[] = [];
  for (const [index, name] of names.entries()) {
    const field = fields.find((candidate) => candidate.name === name);
    const at = `partitionBy[${index}]`;
    if (!field) {
      const candidates = fields.map((candidate) => candidate.name);
      problems.push(`'${at}' is '${name}', which is not a field${didYouMean(name, candidates)}`);
    } else if (found.includes(field)) problems.push(`'${at}' names '${name}' a second time`);
    else if (
      field.type.kind === 'binary' ||
      field.type.kind === 'double' ||
      field.type.kind === 'timestamp'
    ) {
      problems.push(`'${at}' is '${name}' of type ${field.type.kind}, which makes no good folder name`);
    } else found.push(field);
  }
  return found;
}

function compileControlRecord(
  entry: { match: MatchEntry; fields?: FieldEntry[] },
  at: string,
  context: FieldContext,
): ControlRecord {
  const fields = (entry.fields ?? []).map((field, index) =>
    compileField(field, `${at}.fields[${index}]`, context),
  );
  checkUnique(fields, `${at}.fields`, context.problems);
  return { match: compileMatch(entry.match, `${at}.match`, context), fields };
}

function compileMatch(entry: MatchEntry, at: string, context: FieldContext): RecordMatch {
  const { encoding, problems } = context;
  const range = compileRange(entry, at, context);
  const bytes = literalBytes(entry.equals, encoding);
  const lengthBytes = range.endByte - range.startByte;
  if (bytes === undefined) {
    const where = isEbcdic(encoding) ? ' at one place in all EBCDIC code pages' : '';
    problems.push(`'${at}.equals' is '${entry.equals}', which ${encoding} cannot hold${where}`);
  } else if (bytes.length !== lengthBytes) {
    problems.push(`'${at}.equals' is '${entry.equals}' for ${lengthBytes} bytes: it can never match`);
  }
  return { ...range, equals: entry.equals, bytes: bytes ?? new Uint8Array() };
}
