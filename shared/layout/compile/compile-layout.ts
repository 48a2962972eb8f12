import { type DayRules, type Layout, PLAIN_PAGES } from '../layout.ts';
import type { LayoutFile } from '../layout-schema.ts';
import { checkCharacters } from './check-characters.ts';
import { compileControlFile } from './compile-control-file.ts';
import { compileControlRecord } from './compile-control-record.ts';
import { compileBusinessDate, compileControlTotals } from './compile-control-totals.ts';
import { compileEncoding } from './compile-encoding.ts';
import type { FieldContext } from './compile-field.ts';
import { compileGroups } from './compile-groups.ts';
import { checkDefaultNullWhen } from './compile-null-when.ts';
import { checkPaddedLines, compileRecord } from './compile-record.ts';
import { compileRecordTypes } from './compile-record-types.ts';
import { fingerprint } from './layout-fingerprint.ts';
import { unsaidPlaces } from './unsaid-positions.ts';

const DEFAULT_MAX_PARTITIONS = 200;

/** Checks a layout file of the right shape and fills in the defaults. Errors go to `problems`. */
export function compileLayout(file: LayoutFile, problems: string[]): Layout {
  const encoding = compileEncoding(file.encoding, 'encoding', problems);
  const context: FieldContext = {
    encoding,
    positions: file.positions ?? 'bytes',
    recordLengthBytes: file.record.length,
    defaults: file.defaults ?? {},
    problems,
  };
  checkWholeFile(file, problems);
  const first = file.header && compileControlRecord(file.header, 'header', context);
  const last = file.trailer && compileControlRecord(file.trailer, 'trailer', context);
  const [header, trailer] = file.onlyDetails ? [] : [first, last];
  const controlFile = file.controlFile && compileControlFile(file.controlFile, context);
  const recordTypes = compileRecordTypes(file, header, context);
  const unsaidBefore = unsaidPlaces(file, recordTypes, [header, trailer]);
  const record = { ...compileRecord(file.record, context), unsaidBefore };
  checkPaddedLines(record, recordTypes, problems);
  const control = { recordTypes, header, trailer, controlFile, problems };
  const layout: Layout = {
    name: file.name,
    encoding,
    record,
    files: file.files ?? [],
    recordTypes,
    maxPartitions: file.maxPartitions ?? DEFAULT_MAX_PARTITIONS,
    compression: file.compression ?? 'auto',
    parquet: {
      version: file.parquet?.pages ?? PLAIN_PAGES.version,
      delta: file.parquet?.delta ?? PLAIN_PAGES.delta,
    },
    header,
    trailer,
    notDetails: { header: first?.match, trailer: last?.match },
    controlFile,
    controlTotals: compileControlTotals(file.controlTotals, control),
    groups: compileGroups(file.groups, recordTypes, problems),
    businessDate: compileBusinessDate(file.businessDate, control),
    rejects: {
      maxPercent: file.rejects?.maxPercent ?? 0,
      maxInvalidPercent: file.rejects?.maxInvalidPercent,
    },
    day: compileDay(file.day ?? {}, problems),
    fingerprint: fingerprint(file),
  };
  checkCharacters(layout, problems);
  return layout;
}

/** Keys that are wrong whatever the records look like. */
function checkWholeFile(file: LayoutFile, problems: string[]): void {
  for (const [at, value] of [
    ['copybook', file.copybook],
    ['header.copybook', file.header?.copybook],
    ['trailer.copybook', file.trailer?.copybook],
  ]) {
    if (value !== undefined)
      problems.push(`'${at}' was not replaced by its fields before the layout was read`);
  }
  checkDefaultNullWhen(file.defaults ?? {}, problems);
}

function compileDay(day: NonNullable<LayoutFile['day']>, problems: string[]): DayRules {
  const { expectedFiles, manifest, controlFile, maxChangePercent, duplicates } = day;
  if (manifest !== undefined && controlFile !== undefined) {
    problems.push("'day' has 'manifest' and 'controlFile', its earlier name: keep 'manifest'");
  }
  return {
    expectedFiles,
    manifest: manifest ?? controlFile,
    maxChangePercent,
    duplicates: duplicates ?? 'refuse',
  };
}
