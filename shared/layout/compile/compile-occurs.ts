import { didYouMean } from '../did-you-mean.ts';
import type { Field, ListColumn, Occurs, Selection } from '../field.ts';
import type { Dataset } from '../layout.ts';
import type { FieldEntry, FieldItem, OccursEntry } from '../layout-schema.ts';
import { movedNotation, placesBeside } from '../number-notation.ts';
import { checkOptional, isPlaced } from './check-item.ts';
import { compileField } from './compile-field.ts';
import { compileSelection } from './compile-match.ts';
import { compilePartitionBy } from './compile-partition-by.ts';
import type { CompiledFields, FieldsContext } from './compiled-fields.ts';

/** Name of the column that numbers child rows within their record. */
const OCCURRENCE_NUMBER = 'occurrence';

/**
 * Checks a table, an entry with `occurs`: one field several times, or `fields` several times.
 *
 *     { "name": "installment", "start": 21, "end": 30, "type": "decimal(10,2)", …, "occurs": { "count": 12 } }
 *     { "name": "items", "start": 41, "end": 60, "occurs": { "count": 5, "dependingOn": "item_count" }, "fields": [ … ] }
 *
 * Positions are those of the first occurrence. It becomes a list, numbered columns, or a dataset of child rows.
 */
export function compileOccurs(
  item: FieldItem,
  at: string,
  known: readonly Field[],
  context: FieldsContext,
): CompiledFields {
  const entry = item.occurs!;
  const nothing: CompiledFields = { fields: [], children: [] };
  const elements = elementsOf(item, at, context);
  if (!elements) return nothing;
  const occurs = compileTable(item, entry, at, known, context);
  checkKeys(entry, at, context);
  for (const { field } of elements) checkWithin(field, item, occurs, at, context);
  const allKnown = [...known, ...elements.map(({ field }) => field)];
  const whenOf = (when: FieldItem['when'], whenAt: string): Selection | undefined => {
    if (!when) return undefined;
    for (const { field } of elements) {
      checkOptional({ name: field.name, required: field.required }, whenAt.replace(/\.when$/, ''), context);
    }
    const rule = compileSelection(when, whenAt, allKnown, context);
    const from = item.start! - 1;
    return { ...rule, inOccurrence: rule.startByte >= from && rule.endByte <= from + occurs.strideBytes };
  };
  const isStruct = item.fields !== undefined;
  const own = elements.map(({ field, when, at: elementAt }) => ({
    ...field,
    when: isStruct ? whenOf(when, `${elementAt}.when`) : undefined,
  }));
  const whole = whenOf(item.when, `${at}.when`);
  if (whole?.inOccurrence) {
    context.problems.push(`'${at}.when' looks at bytes of the table itself; put the rule on its fields`);
  }
  switch (entry.as ?? 'list') {
    case 'columns':
      return { fields: numbered(own, occurs, whole, at, context), children: [] };
    case 'rows':
      return { fields: [], children: [childRows(own, occurs, whole, entry, at, known, context)] };
    case 'list': {
      const list: ListColumn = { ...occurs, isStruct, when: whole };
      return { fields: own.map((field) => ({ ...field, list, inOccurrence: true })), children: [] };
    }
  }
}

interface Element {
  field: Field;
  when: FieldItem['when'];
  at: string;
}

function elementsOf(item: FieldItem, at: string, context: FieldsContext): Element[] | undefined {
  if (item.fields) {
    if (item.start === undefined || item.end === undefined) {
      context.problems.push(`'${at}' ('${item.name}') needs 'start' and 'end' of the first occurrence`);
      return undefined;
    }
    if (item.type !== undefined) {
      context.problems.push(
        `'${at}' ('${item.name}') has both 'fields' and 'type': the fields have types of their own`,
      );
    }
    const elements: Element[] = [];
    for (const [index, field] of item.fields.entries()) {
      const elementAt = `${at}.fields[${index}]`;
      if (!isPlaced(field, elementAt, context)) continue;
      elements.push({ field: compileField(field, elementAt, context), when: field.when, at: elementAt });
    }
    const names = elements.map(({ field }) => field.name);
    for (const [index, name] of names.entries()) {
      if (names.indexOf(name) < index) context.problems.push(`'${at}.fields' has two fields named '${name}'`);
    }
    return elements.length > 0 ? elements : undefined;
  }
  const { occurs: _occurs, fields: _fields, ...placed } = item;
  if (!isPlaced(placed, at, context)) return undefined;
  return [{ field: compileField(placed as FieldEntry, at, context), when: item.when, at }];
}

function compileTable(
  item: FieldItem,
  entry: OccursEntry,
  at: string,
  known: readonly Field[],
  { problems, recordLengthBytes }: FieldsContext,
): Occurs {
  const lengthBytes = item.end! - item.start! + 1;
  const strideBytes = entry.stride ?? lengthBytes;
  if (strideBytes < lengthBytes) {
    problems.push(
      `'${at}.occurs.stride' is ${strideBytes}, less than the ${lengthBytes} bytes of an occurrence`,
    );
  }
  const end = item.end! + (entry.count - 1) * strideBytes;
  if (end > recordLengthBytes) {
    problems.push(
      `'${at}' occurs ${entry.count} times and so ends at ${end}, beyond the record's ${recordLengthBytes} bytes`,
    );
  }
  const least = entry.least ?? (entry.dependingOn === undefined ? entry.count : 0);
  if (least > entry.count) problems.push(`'${at}.occurs.least' is above its 'count'`);
  if (entry.least !== undefined && entry.dependingOn === undefined && least !== entry.count) {
    problems.push(`'${at}.occurs' has 'least' but no 'dependingOn' that says how many there are`);
  }
  if (entry.ifLengthDiffers !== undefined && entry.dependingOn === undefined) {
    problems.push(`'${at}.occurs' has 'ifLengthDiffers' but no 'dependingOn' that a length could contradict`);
  }
  return {
    name: item.name,
    count: entry.count,
    least,
    strideBytes,
    startByte: item.start! - 1,
    ifLengthDiffers: entry.ifLengthDiffers ?? 'reject',
    dependingOn:
      entry.dependingOn === undefined ? undefined : counterOf(entry.dependingOn, at, known, problems),
  };
}

function counterOf(name: string, at: string, known: readonly Field[], problems: string[]): Field | undefined {
  const counters = known.filter(({ type, origin }) => type.kind === 'integer' && origin.kind === 'record');
  const found = counters.find((field) => field.name === name);
  if (!found) {
    const names = counters.map((field) => field.name);
    problems.push(
      `'${at}.occurs.dependingOn' is '${name}', which is not an integer of this record${didYouMean(name, names)}`,
    );
  }
  return found;
}

/** Keys that are for child rows only. */
function checkKeys(entry: OccursEntry, at: string, { problems }: FieldsContext): void {
  const isRows = entry.as === 'rows';
  for (const key of ['dataset', 'keys', 'partitionBy'] as const) {
    if (entry[key] !== undefined && !isRows) {
      problems.push(`'${at}.occurs' has '${key}', which is for "as": "rows" only`);
    }
  }
  if (isRows && !entry.keys) {
    problems.push(`'${at}.occurs' needs 'keys': fields of the record that each child row carries`);
  }
  if (entry.as === 'columns' && entry.dependingOn !== undefined) {
    problems.push(`'${at}.occurs' has 'dependingOn', which is for lists and rows; columns are always there`);
  }
}

function checkWithin(
  { name, startByte, endByte, notation }: Field,
  item: FieldItem,
  { strideBytes }: Occurs,
  at: string,
  { problems }: FieldsContext,
): void {
  const from = item.start! - 1;
  for (const place of [{ startByte, endByte }, ...placesBeside(notation)]) {
    if (place.startByte >= from && place.endByte <= from + strideBytes) continue;
    problems.push(
      `'${at}.fields' ('${name}') is at ${place.startByte + 1} to ${place.endByte}, outside the first occurrence, ${item.start} to ${from + strideBytes}`,
    );
  }
}

/** `amount_1`, `amount_2` …: a column for each occurrence. */
function numbered(
  elements: Field[],
  { count, strideBytes }: Occurs,
  whole: Selection | undefined,
  at: string,
  { problems }: FieldsContext,
): Field[] {
  const fields: Field[] = [];
  for (let occurrence = 0; occurrence < count; occurrence++) {
    const shift = occurrence * strideBytes;
    for (const field of elements) {
      const { when = whole } = field;
      if (when && when === field.when && whole) {
        problems.push(
          `'${at}' has a rule for the table and one for '${field.name}': numbered columns can have only one`,
        );
      }
      const moved = when?.inOccurrence
        ? { ...when, startByte: when.startByte + shift, endByte: when.endByte + shift, inOccurrence: false }
        : when;
      fields.push({
        ...field,
        name: `${field.name}_${occurrence + 1}`,
        startByte: field.startByte + shift,
        endByte: field.endByte + shift,
        notation: movedNotation(field.notation, shift),
        when: moved,
      });
    }
  }
  return fields;
}

/** A dataset with a row for each occurrence: keys of the record, the number of the occurrence, and its fields. */
function childRows(
  elements: Field[],
  occurs: Occurs,
  whole: Selection | undefined,
  entry: OccursEntry,
  at: string,
  known: readonly Field[],
  context: FieldsContext,
): Dataset {
  const { problems } = context;
  if (whole) problems.push(`'${at}.when' is for lists and columns; put the rule on the fields of child rows`);
  const keys = (entry.keys ?? []).flatMap((name) => {
    const key = known.find((field) => field.name === name);
    if (!key) {
      const names = known.map((field) => field.name);
      problems.push(`'${at}.occurs.keys' names '${name}'${didYouMean(name, names)}`);
    }
    return key ? [{ ...key }] : [];
  });
  const number = { ...elements[0]!, ...OCCURRENCE_FIELD };
  const fields = [...keys, number, ...elements.map((field) => ({ ...field, inOccurrence: true }))];
  const taken = new Set<string>();
  for (const { name } of fields) {
    if (taken.has(name)) problems.push(`'${at}' makes child rows with two columns named '${name}'`);
    taken.add(name);
  }
  const partitionBy = compilePartitionBy(
    entry.partitionBy ?? [],
    `${at}.occurs.partitionBy`,
    fields,
    problems,
  );
  return {
    name: entry.dataset ?? `${context.dataset}_${occurs.name}`,
    occurs,
    fields,
    columns: fields.filter((field) => !partitionBy.includes(field)),
    partitionBy,
  };
}

const OCCURRENCE_FIELD = {
  name: OCCURRENCE_NUMBER,
  origin: { kind: 'occurrence-number' },
  type: { kind: 'integer' },
  inOccurrence: true,
  required: false,
  when: undefined,
} as const;
