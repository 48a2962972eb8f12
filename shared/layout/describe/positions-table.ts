import { columnEntry } from '../copybook/column-entry.ts';
import type { CopybookColumn } from '../copybook/columns.ts';
import { columnsOf } from '../copybook/columns.ts';
import type { StoredItem, StoredRecord } from '../copybook/storage.ts';
import { endOf } from '../copybook/storage.ts';
import { type Field, fieldPath, type Occurs } from '../field.ts';
import { isExactNumber, isMoment, scaleOf, typeText } from '../field-type.ts';
import type { ControlFileRule, Layout, RecordType } from '../layout.ts';
import type { BytePlace, NumberNotation } from '../number-notation.ts';

/** The table that layout documents print: a line for each field or item, positions 1-based and inclusive. */
export interface PositionsTable {
  /** Name of the layout, the record or the control record. */
  name: string;
  lengthBytes: number;
  rows: PositionRow[];
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
  const { lengthBytes } = layout.record;
  const table = (name: string, fields: Field[]) => ({ name, lengthBytes, rows: fields.map(fieldRow) });
  return [
    ...layout.recordTypes.flatMap((type) => recordTypeTables(type, table)),
    ...(layout.header ? [table(`${layout.name} header`, layout.header.fields)] : []),
    ...(layout.trailer ? [table(`${layout.name} trailer`, layout.trailer.fields)] : []),
    ...(layout.controlFile ? [controlFileTable(layout.controlFile)] : []),
  ];
}

/** The record of the file beside the data, which has a length of its own. */
function controlFileTable({ name, match, lengthBytes, fields }: ControlFileRule): PositionsTable {
  const where = match ? `, ${match.startByte + 1} to ${match.endByte} is ${match.text}` : '';
  return { name: `control file ${name}${where}`, lengthBytes, rows: fields.map(fieldRow) };
}

/** A table for each dataset of the record type; one without rows if the type is discarded. */
function recordTypeTables(
  { name, match, datasets }: RecordType,
  table: (name: string, fields: Field[]) => PositionsTable,
): PositionsTable[] {
  const where = match ? `, ${match.startByte + 1} to ${match.endByte} is ${match.text}` : '';
  if (datasets.length === 0) return [table(`${name} (discarded)${where}`, [])];
  return datasets.map((dataset) =>
    table(
      dataset.occurs ? `${dataset.name}, ${timesText(dataset.occurs)}` : `${dataset.name}${where}`,
      // The number of an occurrence has no bytes.
      dataset.fields.filter(({ origin }) => origin.kind !== 'occurrence-number'),
    ),
  );
}

/** `0 to 5 times by item_count, 20 bytes each` */
function timesText({ count, least, dependingOn, strideBytes }: Occurs): string {
  const times = dependingOn ? `${least} to ${count} times by ${dependingOn.name}` : `${count} times`;
  return `${times}, ${strideBytes} bytes each`;
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
  return { name: record.name ?? file, lengthBytes: record.lengthBytes, rows };
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
    field.list && timesText(field.list),
    (field.when ?? field.list?.when) && 'only if its rule holds',
    field.required && 'required',
    field.dateFormat?.pattern,
    field.dateFormat && field.dateFormat.pivotYear > 0 && `from ${field.dateFormat.pivotYear} on`,
    field.usage === 'display' && field.sign !== 'none' && field.sign !== 'trailing' && `sign ${field.sign}`,
    field.byteOrder === 'little' && 'little-endian',
    field.blank !== 'null' && `blank is ${field.blank}`,
    field.nullWhen.length > 0 && `${field.nullWhen.join(', ')} is null`,
    field.trailingZeros > 0 && `${field.trailingZeros} zeros follow`,
    field.keep !== 'all' && `keeps ${field.keep}`,
    ...notationNotes(field.notation),
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

/** How the number is written, as far as the layout says it. */
function notationNotes({
  marks,
  signFrom,
  scaleFrom,
  ...said
}: NumberNotation): (string | false | undefined)[] {
  const at = ({ startByte, endByte }: BytePlace) =>
    endByte === startByte + 1 ? `at ${endByte}` : `at ${startByte + 1} to ${endByte}`;
  return [
    said.decimalPoint && `decimals after '${said.decimalPoint}'`,
    said.thousands && `thousands by '${said.thousands}'`,
    said.justify === 'left' && 'digits to the left',
    said.overpunch && `signed digits of ${said.overpunch}`,
    signFrom && `sign ${at(signFrom)}`,
    marks.negative.length > 0 && `minus is ${marks.negative.join(' ')}`,
    marks.positive.length > 0 && `plus is ${marks.positive.join(' ')}`,
    said.blankSign === 'positive' && 'no sign is plus',
    scaleFrom && `number of decimals ${at(scaleFrom)}`,
    said.nul !== 'reject' && `NUL is ${said.nul === 'zero' ? 'zero' : 'a blank'}`,
  ];
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
  if (isEdited || (type.kind === 'decimal' && field.point === 'explicit')) return `X(${lengthBytes})`;
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
