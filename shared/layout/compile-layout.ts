import { CODE_PAGES, type CodePage, isCodePage } from './code-page.ts';
import { compileBusinessDate, compileControlTotals } from './compile-control-totals.ts';
import { compileField, type FieldContext } from './compile-field.ts';
import { isPlaced } from './compile-fields.ts';
import { compileMatch } from './compile-match.ts';
import { compileRecord } from './compile-record.ts';
import { compileRecordTypes } from './compile-record-types.ts';
import { type ControlRecord, type DeclaredLayout, type Field, PLAIN_PAGES } from './layout.ts';
import { fingerprint } from './layout-fingerprint.ts';
import type { ElementItem, LayoutFile, MatchEntry } from './layout-schema.ts';
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
  const header = file.header && compileControlRecord(file.header, 'header', context);
  const trailer = file.trailer && compileControlRecord(file.trailer, 'trailer', context);
  const recordTypes = compileRecordTypes(file, header, context);
  const control = { recordTypes, header, trailer, problems };
  const layout: DeclaredLayout = {
    name: file.name,
    encoding: context.encoding,
    record: compileRecord(file.record, context),
    files: file.files ?? [],
    recordTypes,
    maxPartitions: file.maxPartitions ?? DEFAULT_MAX_PARTITIONS,
    compression: file.compression ?? 'snappy',
    parquet: {
      version: file.parquet?.pages ?? PLAIN_PAGES.version,
      delta: file.parquet?.delta ?? PLAIN_PAGES.delta,
    },
    header,
    trailer,
    controlTotals: compileControlTotals(file.controlTotals, control),
    businessDate: compileBusinessDate(file.businessDate, control),
    rejects: { maxPercent: file.rejects?.maxPercent ?? 0 },
    fingerprint: fingerprint(file),
  };
  return layout;
}

function compileEncoding(name: string, problems: string[]): CodePage {
  if (name === 'utf-16be') problems.push("'encoding' is 'utf-16be', which is for single fields only");
  else if (!isCodePage(name)) problems.push(`'encoding' is '${name}'${didYouMean(name, CODE_PAGES)}`);
  else return name;
  return 'us-ascii';
}

function compileControlRecord(
  entry: { match: MatchEntry; fields?: ElementItem[] },
  at: string,
  context: FieldContext,
): ControlRecord {
  const fields: Field[] = [];
  for (const [index, field] of (entry.fields ?? []).entries()) {
    const fieldAt = `${at}.fields[${index}]`;
    if (field.when) context.problems.push(`'${fieldAt}.when' is for fields of details`);
    if (fields.some(({ name }) => name === field.name)) {
      context.problems.push(`'${at}.fields' has two fields named '${field.name}'`);
    }
    if (isPlaced(field, fieldAt, context)) fields.push(compileField(field, fieldAt, context));
  }
  return { match: compileMatch(entry.match, `${at}.match`, context), fields };
}
