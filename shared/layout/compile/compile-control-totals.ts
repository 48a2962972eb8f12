import { didYouMean } from '../did-you-mean.ts';
import type { Field } from '../field.ts';
import { isExactNumber } from '../field-type.ts';
import type { ControlFileRule, ControlRecord, ControlTotalRule, Layout, RecordType } from '../layout.ts';
import type { LayoutFile } from '../layout-schema.ts';
import { compileFigureWhere } from './compile-where.ts';

/** The records that state totals, the details that are counted, and the list for problems. */
interface ControlContext {
  recordTypes: RecordType[];
  header: ControlRecord | undefined;
  trailer: ControlRecord | undefined;
  controlFile: ControlFileRule | undefined;
  problems: string[];
}

const PLACES = ['header', 'trailer', 'controlFile'] as const;
const PLACE_NAMES = { header: 'header', trailer: 'trailer', controlFile: 'control file' };

/** Checks `controlTotals`: each names a number of the header, trailer or control file, and a figure of the details. */
export function compileControlTotals(
  entries: LayoutFile['controlTotals'],
  context: ControlContext,
): ControlTotalRule[] {
  const { problems, recordTypes } = context;
  const rules: ControlTotalRule[] = [];
  for (const [index, entry] of (entries ?? []).entries()) {
    const at = `controlTotals[${index}]`;
    const field = entry.dayManifest ?? entry.dayControlFile;
    if (entry.dayManifest !== undefined && entry.dayControlFile !== undefined) {
      problems.push(`'${at}' has 'dayManifest' and 'dayControlFile', its earlier name: keep 'dayManifest'`);
    }
    if (field !== undefined) {
      const others = PLACES.filter((place) => entry[place] !== undefined);
      if (others.length > 0)
        problems.push(`'${at}' has both 'dayManifest' and '${others[0]}'; name one of them`);
      const equals = compileFigureWhere(entry, at, recordTypes, problems);
      if (equals) rules.push({ name: `dayManifest.${field}`, record: 'dayManifest', field, equals });
      continue;
    }
    const places = PLACES.flatMap((record) => {
      const name = entry[record];
      return name === undefined ? [] : [{ record, name }];
    });
    const [place, ...others] = places;
    if (!place || others.length > 0) {
      problems.push(`'${at}' needs one of 'header', 'trailer' and 'controlFile'`);
      continue;
    }
    const { record, name } = place;
    const stated = controlField(record, name, at, context);
    if (stated && !isExactNumber(stated.type)) {
      problems.push(`'${at}.${record}' is '${name}' of type ${stated.type.kind}; it must be a number`);
    }
    const equals = compileFigureWhere(entry, at, recordTypes, problems);
    if (stated && equals) rules.push({ name: `${record}.${name}`, record, field: name, equals });
  }
  return rules;
}

/** Five years: what a backfill may bring. */
const MOST_DAYS_AGO = 1826;
const MOST_DAYS_AHEAD = 31;

/** Checks `businessDate`: `header` names a date of the header. */
export function compileBusinessDate(
  entry: LayoutFile['businessDate'],
  context: ControlContext,
): Layout['businessDate'] {
  const {
    header,
    onMismatch = 'warn',
    mostDaysAgo = MOST_DAYS_AGO,
    mostDaysAhead = MOST_DAYS_AHEAD,
  } = entry ?? {};
  const field = header === undefined ? undefined : controlField('header', header, 'businessDate', context);
  if (field && field.type.kind !== 'date') {
    context.problems.push(
      `'businessDate.header' is '${header}' of type ${field.type.kind}; it must be a date`,
    );
  }
  if (header === undefined && entry?.onMismatch !== undefined) {
    context.problems.push(
      "'businessDate.onMismatch' is about the header's date: name its field in 'businessDate.header'",
    );
  }
  return { headerField: header, onMismatch, mostDaysAgo, mostDaysAhead };
}

function controlField(
  recordName: (typeof PLACES)[number],
  name: string,
  at: string,
  context: ControlContext,
): Field | undefined {
  const record = context[recordName];
  if (!record) {
    const place = PLACE_NAMES[recordName];
    context.problems.push(`'${at}' names the ${place}, but the layout describes none`);
    return undefined;
  }
  const field = record.fields.find((candidate) => candidate.name === name);
  if (!field) {
    const names = record.fields.map((candidate) => candidate.name);
    context.problems.push(
      `'${at}.${recordName}' is '${name}', which is not a field of the ${PLACE_NAMES[recordName]}${didYouMean(name, names)}`,
    );
  }
  return field;
}
