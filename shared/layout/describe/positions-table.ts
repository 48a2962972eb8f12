import { columnEntry } from '../copybook/column-entry.ts';
import type { CopybookColumn } from '../copybook/columns.ts';
import { columnsOf } from '../copybook/columns.ts';
import type { StoredItem, StoredRecord } from '../copybook/storage.ts';
import { endOf } from '../copybook/storage.ts';
import { type Field, fieldPath, type Occurs, type Positions } from '../field.ts';
import { isExactNumber, isMoment, scaleOf, typeText } from '../field-type.ts';
import type { ControlFileRule, Layout, RecordMatch, RecordType } from '../layout.ts';
import { mayHoldPoint } from '../number-notation.ts';
import { type Finding, gapFindings, leadingZeroFindings, overlapFindings } from './findings.ts';
import { notationNotes } from './notation-notes.ts';

/** Of a larger table, gaps within its occurrences are not looked for. */
const MOST_OCCURRENCES = 100;

/** The table that layout documents print: a line for each field or item, positions 1-based and inclusive. */
export interface PositionsTable {
  /** Name of the layout, the record or the control record. */
  name: string;
  /** The unit of all positions and lengths here. */
  positions: Positions;
  lengthBytes: number;
  rows: PositionRow[];
  findings: Finding[];
}

export interface PositionRow {
  name: string;
  start: number;
  end: number;
  length: number;
  /** `S9(13)V99`; empty for a group. */
  picture: string;
  /** `DISPLAY`, `COMP-3` … */
  usage: string;
  /** Type of the column; empty if the item is not a column. */
  type: string;
  /** Everything else: occurrences, redefinitions, condition names. */
  notes: string;
  /** Number of groups around it. */
  depth: number;
}

/** The fields of a layout, and those of its header, trailer and control file. */
export function layoutTables(layout: Layout): PositionsTable[] {
  const { lengthBytes, positions } = layout.record;
  const table = (name: string, fields: Field[], match?: RecordMatch) =>
    fieldsTable(name, { lengthBytes, positions }, fields, match);
  return [
    ...layout.recordTypes.flatMap((type) => recordTypeTables(type, positions, table)),
    ...(layout.header ? [table(`${layout.name} header`, layout.header.fields, layout.header.match)] : []),
    ...(layout.trailer ? [table(`${layout.name} trailer`, layout.trailer.fields, layout.trailer.match)] : []),
    ...(layout.controlFile ? [controlFileTable(layout.controlFile)] : []),
  ];
}

/** The record of the file beside the data, which has a length of its own. */
function controlFileTable({ name, match, positions, lengthBytes, fields }: ControlFileRule): PositionsTable {
  const where = matchText(match);
  return fieldsTable(`control file ${name}${where}`, { lengthBytes, positions }, fields, match);
}

/** `, 1 to 2 is '01' and 14 to 14 is 'T'`; empty if every record fits. */
function matchText(match: RecordMatch | undefined): string {
  const places = match?.map(({ startByte, endByte, text }) => `${startByte + 1} to ${endByte} is ${text}`);
  return places ? `, ${places.join(' and ')}` : '';
}

/** A table for each dataset of the record type; one without rows if the type is discarded. */
function recordTypeTables(
  { name, match, datasets }: RecordType,
  positions: Positions,
  table: (name: string, fields: Field[], match?: RecordMatch) => PositionsTable,
): PositionsTable[] {
  const where = matchText(match);
  if (datasets.length === 0) return [{ ...table(`${name} (discarded)${where}`, []), findings: [] }];
  const tables = datasets.map((dataset) =>
    table(
      dataset.occurs ? `${dataset.name}, ${timesText(dataset.occurs, positions)}` : `${dataset.name}${where}`,
      // The number of an occurrence has no bytes.
      dataset.fields.filter(({ origin }) => origin.kind !== 'occurrence-number'),
      match,
    ),
  );
  // What one dataset does not name another may: gaps are of all of them.
  const [first, ...others] = tables;
  if (!first || others.length === 0) return tables;
  const places = [
    ...matchPlaces(match),
    ...datasets.flatMap(({ fields, occurs }) => placesOf(fields, occurs)),
  ];
  const withoutGaps = (found: PositionsTable) => found.findings.filter(({ kind }) => kind !== 'gap');
  return [
    { ...first, findings: [...withoutGaps(first), ...gapFindings(places, first.lengthBytes)] },
    ...others.map((other) => ({ ...other, findings: withoutGaps(other) })),
  ];
}

function fieldsTable(
  name: string,
  { lengthBytes, positions }: Pick<PositionsTable, 'lengthBytes' | 'positions'>,
  fields: Field[],
  match: RecordMatch | undefined,
): PositionsTable {
  const rows = fields.map(fieldRow);
  const own = fields.filter(({ origin, when, list }) => origin.kind === 'record' && !when && !list?.when);
  const findings = [
    ...leadingZeroFindings(rows.filter((_, index) => fields[index]!.origin.kind === 'record')),
    ...overlapFindings(
      own.map((field) => ({ name: fieldPath(field), start: field.startByte + 1, end: field.endByte })),
    ),
    ...gapFindings([...placesOf(fields, undefined), ...matchPlaces(match)], lengthBytes),
  ];
  return { name, positions, lengthBytes, rows, findings };
}

/** A rule names bytes as a field does. */
function matchPlaces(match: RecordMatch | undefined): { start: number; end: number }[] {
  return (match ?? []).map(({ startByte, endByte }) => ({ start: startByte + 1, end: endByte }));
}

/** The bytes of fields in their own record, every occurrence of tables among them. */
function placesOf(fields: Field[], occurs: Occurs | undefined): { start: number; end: number }[] {
  return fields
    .filter(({ origin }) => origin.kind === 'record')
    .flatMap(({ startByte, endByte, list, inOccurrence }) => {
      const table = list ?? (inOccurrence ? occurs : undefined);
      return Array.from({ length: table?.count ?? 1 }, (_, index) => {
        const offset = index * (table?.strideBytes ?? 0);
        return { start: startByte + offset + 1, end: endByte + offset };
      });
    });
}

/** `0 to 5 times by item_count, 20 bytes each` */
function timesText({ count, least, dependingOn, strideBytes }: Occurs, unit: Positions): string {
  const times = dependingOn ? `${least} to ${count} times by ${dependingOn.name}` : `${count} times`;
  return `${times}, ${strideBytes} ${unit} each`;
}

/** Every item of a record, with groups and FILLER; the first occurrence of each table. */
export function recordTable(record: StoredRecord, file: string): PositionsTable {
  const single = { ...record, root: withoutTables(record.root) };
  const columns = new Map<string, CopybookColumn>(
    columnsOf(single, { redefines: 'all', filler: true }, file).map((column) => [
      placeKey(column.item),
      column,
    ]),
  );
  const rows: PositionRow[] = [];
  const visit = (item: StoredItem, depth: number): void => {
    rows.push(itemRow(item, depth, columns.get(placeKey(item))));
    for (const child of item.children) visit(child, depth + 1);
  };
  visit(record.root, 0);
  const findings = [
    ...leadingZeroFindings(rows),
    ...gapFindings(itemPlaces(record.root, 0), record.lengthBytes),
  ];
  return { name: record.name ?? file, positions: 'bytes', lengthBytes: record.lengthBytes, rows, findings };
}

/** The bytes of every item, FILLER and every occurrence among them: what is left is added by SYNCHRONIZED. */
function itemPlaces(item: StoredItem, offset: number): { start: number; end: number }[] {
  const start = item.startByte + offset + 1;
  if (item.form && !item.occurs) return [{ start, end: start + item.lengthBytes - 1 }];
  // A table without bytes between its occurrences is one place; taking each apart could be millions.
  if (item.occurs && (item.form || item.occurs.max > MOST_OCCURRENCES))
    return [{ start, end: endOf(item) + offset }];
  return Array.from({ length: item.occurs?.max ?? 1 }, (_, index) =>
    item.children.flatMap((child) => itemPlaces(child, offset + index * item.strideBytes)),
  ).flat();
}

/** Identifies an item by its place in the copybook. */
function placeKey({ line, column }: StoredItem): string {
  return `${line}:${column}`;
}

function withoutTables(item: StoredItem): StoredItem {
  return { ...item, occurs: undefined, children: item.children.map(withoutTables) };
}

function itemRow(item: StoredItem, depth: number, column: CopybookColumn | undefined): PositionRow {
  const { form, occurs, redefines, conditions } = item;
  const notes = [
    redefines && `redefines ${redefines}`,
    occurs &&
      (occurs.dependingOn === undefined
        ? `occurs ${occurs.max} times, ${item.strideBytes} bytes each, to ${endOf(item)}`
        : `occurs ${occurs.min} to ${occurs.max} times by ${occurs.dependingOn}, ${item.strideBytes} bytes each`),
    item.moves && 'further left if a table before it is shorter',
    form && form.sign !== 'none' && form.sign !== 'trailing' && `sign ${form.sign}`,
    form?.justified && 'justified',
    form?.blankWhenZero && 'blank when zero',
    ...conditions.map(({ name, values }) => `${name} = ${values.join(', ')}`),
  ];
  return {
    // Copybooks that begin below level 01 have a record without a name.
    name: item.name ?? (depth === 0 ? '(record)' : 'FILLER'),
    start: item.startByte + 1,
    end: item.startByte + item.lengthBytes,
    length: item.lengthBytes,
    picture: form?.picture?.text ?? '',
    usage: form?.usage ?? '',
    type: column && item.name !== undefined ? columnEntry(column).type : '',
    notes: notes.filter(Boolean).join('; '),
    depth,
  };
}

function fieldRow(field: Field): PositionRow {
  const notes = [
    field.origin.kind === 'header' && 'of the header',
    field.origin.kind === 'parent' && `of ${field.origin.recordType} before it`,
    field.list && timesText(field.list, field.positions),
    (field.when ?? field.list?.when) && 'only if its rule holds',
    field.required && 'required',
    field.dateFormat?.pattern,
    field.dateFormat && field.dateFormat.pivotYear > 0 && `from ${field.dateFormat.pivotYear} on`,
    field.usage === 'display' && field.sign !== 'none' && field.sign !== 'trailing' && `sign ${field.sign}`,
    field.byteOrder === 'little' && 'little-endian',
    field.blank !== 'null' && `blank is ${field.blank}`,
    field.nullWhen.length > 0 && `${[...new Set(field.nullWhen.map(({ text }) => text))].join(', ')} is null`,
    field.trailingZeros > 0 && `${field.trailingZeros} zeros follow`,
    field.keep !== 'all' && `keeps ${field.keep}`,
    ...notationNotes(field.notation, field.point),
  ];
  return {
    name: fieldPath(field),
    start: field.startByte + 1,
    end: field.endByte,
    length: field.endByte - field.startByte,
    picture: pictureOf(field),
    usage: usageOf(field),
    type: typeText(field.type),
    notes: notes.filter(Boolean).join('; '),
    depth: 0,
  };
}

/** The picture that a copybook would give the field; empty if no picture can. */
function pictureOf(field: Field): string {
  const lengthBytes = field.endByte - field.startByte;
  const { type } = field;
  if (field.usage === 'float' || type.kind === 'binary') return '';
  if (field.encoding === 'utf-16be') return `N(${lengthBytes / 2})`;
  if (isMoment(type)) {
    if (field.usage !== 'display') return `9(${field.dateFormat!.lengthBytes})`;
    return field.dateFormat!.literals.length === 0 ? `9(${lengthBytes})` : `X(${lengthBytes})`;
  }
  if (!isExactNumber(type)) return `X(${lengthBytes})`;
  const isEdited = field.sign === 'marks' || field.notation.thousands !== undefined;
  if (isEdited || (type.kind === 'decimal' && mayHoldPoint(field.point))) return `X(${lengthBytes})`;
  const digits = numberDigits(field, lengthBytes);
  const scale = scaleOf(type);
  const sign = field.signed ? 'S' : '';
  if (field.trailingZeros > 0) return `${sign}9(${digits})P(${field.trailingZeros})`;
  if (scale === 0) return `${sign}9(${digits})`;
  if (scale > digits) return `${sign}P(${scale - digits})9(${digits})`;
  return `${sign}${scale < digits ? `9(${digits - scale})` : ''}V${scale < 5 ? '9'.repeat(scale) : `9(${scale})`}`;
}

function numberDigits({ usage, sign, signNibble, digits, type }: Field, lengthBytes: number): number {
  if (digits !== undefined) return digits;
  const precision = type.kind === 'decimal' ? type.precision : undefined;
  if (usage === 'packed') return Math.min(precision ?? 38, lengthBytes * 2 - (signNibble ? 1 : 0));
  if (usage === 'binary') return precision ?? (lengthBytes <= 2 ? 4 : lengthBytes <= 4 ? 9 : 18);
  return lengthBytes - (sign.endsWith('separate') ? 1 : 0);
}

function usageOf({ usage, signNibble, startByte, endByte, encoding }: Field): string {
  if (encoding === 'utf-16be') return 'NATIONAL';
  if (usage === 'packed') return signNibble ? 'COMP-3' : 'COMP-6';
  if (usage === 'binary') return 'COMP';
  if (usage === 'float') return endByte - startByte === 4 ? 'COMP-1' : 'COMP-2';
  return 'DISPLAY';
}
