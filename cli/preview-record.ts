import { decodeFrom, lengthIn, padRecord, partOf } from '../shared/decode/characters.ts';
import type { DecodedValue } from '../shared/decode/decoded-value.ts';
import { decodeAt, fileBytesAt } from '../shared/decode/narrowed-value.ts';
import { HEADER_INSIDE_REASON, OUTCOME_REASONS } from '../shared/decode/record-batch.ts';
import { beyondEnd } from '../shared/decode/record-end.ts';
import type { RecordExtractor } from '../shared/decode/record-extractor.ts';
import { TableLengths } from '../shared/decode/table-lengths.ts';
import type { Kernel } from '../shared/kernel/kernel.ts';
import type { Field, Occurs, Selection } from '../shared/layout/field.ts';
import type { ControlRecord, Dataset, Layout } from '../shared/layout/layout.ts';
import { matches, matchesControlRecord } from '../shared/totals/control-record.ts';
import { decodedText } from './decoded-text.ts';

/** A terminator and Ctrl-Z, or blank lines, may follow the last record. */
const MOST_FILLING_BYTES = 8;

/** One record as preview shows it. */
export interface PreviewRecord {
  /** From 1; null if the file was entered in the middle, so that nobody counted. */
  record: number | null;
  byteOffset: number;
  /** `header`, `detail`, `unknown`, or the record type if there are several. */
  kind: string;
  /** Why the record as a whole is rejected. */
  reason?: string;
  fields: PreviewField[];
}

/** A value as text, or the reason that it has no value, with the bytes in hexadecimal. */
interface PreviewField {
  name: string;
  value: string | null;
  problem?: string;
  hex?: string;
}

/** Record `index` of the batch. `recordIndex` is its number in the file, from 0, if it is known; `endByte` the end of the file's records. */
export function previewRecord(
  layout: Layout,
  kernel: Kernel,
  extractor: RecordExtractor,
  index: number,
  recordIndex: number | undefined,
  endByte: number,
): PreviewRecord {
  const raw = extractor.rawBytesOf(index);
  const byteOffset = extractor.byteOffsetOf(index);
  const shown = { record: recordIndex === undefined ? null : recordIndex + 1, byteOffset };
  if (
    byteOffset === layout.record.fileHeaderBytes &&
    layout.header &&
    matchesControlRecord(raw, layout.header)
  ) {
    return { ...shown, kind: 'header', fields: controlFields(raw, layout.header, layout) };
  }
  const isLast = byteOffset + raw.length + MOST_FILLING_BYTES >= endByte;
  if (isLast && layout.trailer && matchesControlRecord(raw, layout.trailer)) {
    return { ...shown, kind: 'trailer', fields: controlFields(raw, layout.trailer, layout) };
  }
  const reason = OUTCOME_REASONS[extractor.outcomeOf(index)];
  if (reason) return { ...shown, kind: 'detail', reason, fields: [rawField(raw)] };
  if (layout.header && matches(raw, layout.header.match))
    return { ...shown, kind: 'unknown', reason: HEADER_INSIDE_REASON, fields: [rawField(raw)] };
  const type = layout.recordTypes.find(({ match }) => !match || matches(raw, match));
  if (!type) return { ...shown, kind: 'unknown', reason: 'it matches no detail', fields: [rawField(raw)] };
  const kind = layout.recordTypes.length > 1 ? type.name : 'detail';
  if (type.datasets.length === 0) return { ...shown, kind, reason: 'discarded', fields: [rawField(raw)] };
  const start = extractor.startOf(index);
  const lengths = new TableLengths(type, layout.record);
  const heldBytes = extractor.lengthOf(index);
  const reader = { kernel, start, heldBytes, spaceByte: layout.record.spaceByte, lengths };
  return { ...shown, kind, fields: type.datasets.flatMap((dataset) => datasetFields(reader, dataset)) };
}

function controlFields(raw: Uint8Array, { fields }: ControlRecord, { record }: Layout): PreviewField[] {
  const { positions, lengthBytes, spaceByte } = record;
  const held = lengthIn(positions, raw) ?? 0;
  const padded = padRecord(raw, positions, lengthBytes, spaceByte);
  return fields.map((field) =>
    previewField(
      field.name,
      field,
      beyondEnd(field, held, spaceByte) ?? decodeFrom(padded, field),
      partOf(raw, field),
    ),
  );
}

/** A record in the kernel's memory, and where it ends. */
interface RecordReader {
  kernel: Kernel;
  start: number;
  heldBytes: number;
  spaceByte: number;
  lengths: TableLengths;
}

/** The fields in the record itself, those of tables once for each occurrence. */
function datasetFields(reader: RecordReader, { fields, occurs }: Dataset): PreviewField[] {
  const own = fields.filter(
    ({ origin, inOccurrence }) => origin.kind === 'record' && (!occurs || inOccurrence),
  );
  const shown: PreviewField[] = [];
  const tables = new Set<Occurs>();
  for (const field of own) {
    const table = field.list ?? (field.inOccurrence ? occurs : undefined);
    if (!table) shown.push(...fieldAt(reader, field, field.name, 0));
    else if (!tables.has(table)) {
      tables.add(table);
      const columns = own.filter(
        (other) => (other.list ?? (other.inOccurrence ? occurs : undefined)) === table,
      );
      shown.push(...tableFields(reader, table, columns));
    }
  }
  return shown;
}

/** `items[2].amount` for a list of structs and for rows of a table, `phones[2]` for a list. */
function tableFields(reader: RecordReader, table: Occurs, columns: Field[]): PreviewField[] {
  const when = columns[0]?.list?.when;
  if (when && !isSelected(reader.kernel.bytes, reader.start, when)) return [];
  const { counter, times } = countedIn(reader, table);
  const shown: PreviewField[] = counter ? [counter] : [];
  for (let index = 0; index < times; index++) {
    for (const field of columns) {
      const isPlain = field.list !== undefined && !field.list.isStruct;
      const name = `${table.name}[${index + 1}]${isPlain ? '' : `.${field.name}`}`;
      shown.push(...fieldAt(reader, field, name, index * table.strideBytes));
    }
  }
  return shown;
}

/** How many occurrences the record has; a counter that says nothing possible is shown in their place. */
function countedIn(reader: RecordReader, table: Occurs): { times: number; counter?: PreviewField } {
  const { kernel, start, heldBytes, spaceByte, lengths } = reader;
  const { name, count, least, dependingOn } = table;
  if (!dependingOn) return { times: count };
  const { when } = dependingOn;
  if (when && !isSelected(kernel.bytes, start, when)) return { times: 0 };
  const times = timesSaid(reader, dependingOn);
  const shownAs = (problem: string) => {
    const hex = hexText(fileBytesAt(kernel, start, dependingOn));
    return { times: 0, counter: { name, value: null, problem, hex } };
  };
  if (!(times >= least && times <= count)) return shownAs(`${dependingOn.name} is not ${least} to ${count}`);
  const record = kernel.bytes.subarray(start, start + heldBytes);
  // Other tables begin where this one does only by rules, which the decoder applies.
  if (!lengths.contradicts(record, table, (other) => (other === table ? times : -1), spaceByte))
    return { times };
  return shownAs(`${dependingOn.name} says ${times}, and the record has ${heldBytes} bytes`);
}

/** The number that a counter says; NaN if it says none. */
function timesSaid({ kernel, start, heldBytes, spaceByte }: RecordReader, counter: Field): number {
  const decoded = beyondEnd(counter, heldBytes, spaceByte) ?? decodeAt(kernel, start, counter);
  if (decoded.state === 'null') return 0;
  return decoded.state === 'value' ? Number(decoded.value) : Number.NaN;
}

function fieldAt(reader: RecordReader, field: Field, name: string, offset: number): PreviewField[] {
  const { kernel, start, heldBytes, spaceByte } = reader;
  const { when } = field;
  if (when && !isSelected(kernel.bytes, start + (when.inOccurrence ? offset : 0), when)) return [];
  const moved = { ...field, startByte: field.startByte + offset, endByte: field.endByte + offset };
  const decoded = beyondEnd(moved, heldBytes, spaceByte) ?? decodeAt(kernel, start, moved);
  return [previewField(name, field, decoded, fileBytesAt(kernel, start, moved))];
}

function isSelected(
  bytes: Uint8Array,
  recordStart: number,
  { startByte, endByte, anyOf }: Selection,
): boolean {
  const found = bytes.subarray(recordStart + startByte, recordStart + endByte);
  return anyOf.some((literal) => Buffer.compare(literal, found) === 0);
}

function previewField(name: string, field: Field, decoded: DecodedValue, bytes: Uint8Array): PreviewField {
  const hex = hexText(bytes);
  if (decoded.state === 'invalid') return { name, value: null, problem: decoded.reason, hex };
  if (decoded.state === 'null') {
    return { name, value: null, ...(field.required && { problem: 'required and blank', hex }) };
  }
  return { name, value: decodedText(decoded.value, field.type) };
}

function rawField(raw: Uint8Array): PreviewField {
  return { name: '(record)', value: null, problem: 'not decoded', hex: hexText(raw.subarray(0, 64)) };
}

function hexText(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('hex')
    .toUpperCase()
    .replace(/..(?=.)/g, '$& ');
}

/** A record as people read it. */
export function recordText({ record, byteOffset, kind, reason, fields }: PreviewRecord): string {
  const width = Math.max(...fields.map(({ name }) => name.length));
  return [
    `record ${record ?? '?'}, byte ${byteOffset}, ${kind}${reason ? `: ${reason}` : ''}`,
    ...fields.map(({ name, value, problem, hex }) => {
      const shown = problem === undefined ? (value ?? '(null)') : `✗ ${problem}: ${hex}`;
      return `  ${name.padEnd(width)}  ${shown.replace(/\p{Cc}/gu, '·')}`;
    }),
  ].join('\n');
}
