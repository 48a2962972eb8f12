import type { Chances } from '../../chaos/fault-plan.ts';
import { SENDER_PAGES, type SenderPage } from './sender-page.ts';
import { binaryField, packedField } from './sheet-binaries.ts';
import { dateField, momentField } from './sheet-dates.ts';
import type { Cell, SheetField } from './sheet-field.ts';
import { overpunchedField } from './sheet-overpunched.ts';
import { flagField, idField, textField } from './sheet-texts.ts';
import { numberField } from './sheet-texts-of-numbers.ts';

type RecordForm = 'lines' | 'fixed' | 'rdw' | 'length-field';

/** A random layout, known to the sender as fields that write themselves. */
export interface Sheet {
  page: SenderPage;
  form: RecordForm;
  /** Ends each record of lines, and of fixed records that have one. */
  terminator: number[];
  /** The first is the identifier of the record. */
  fields: SheetField[];
  recordBytes: number;
  isPadded: boolean;
  /** A header record before, and a trailer with the number of details after the details. */
  hasControlRecords: boolean;
  layoutText: string;
}

/** A record as its sender means it. */
export interface SentRecord {
  id: string;
  cells: Cell[];
}

/** Bytes of a header, of a detail and of a trailer before everything else; they tell the kinds apart. */
const MARKS = { header: 'H', detail: 'D', trailer: 'T' };
type ControlKind = 'header' | 'trailer';
/** Digits of the count in the trailer. */
const COUNT_BYTES = 6;
/** Digits of a length before the record, if the form has a length field. */
const LENGTH_BYTES = 4;

export function drawSheet(chances: Chances): Sheet {
  const page = chances.of(SENDER_PAGES);
  const form = chances.of(['lines', 'lines', 'lines', 'fixed', 'rdw', 'length-field'] as const);
  const isText = form === 'lines';
  const makers = [
    textField,
    textField,
    dateField,
    momentField,
    flagField,
    numberField,
    numberField,
    overpunchedField,
  ];
  const all = isText ? makers : [...makers, packedField, packedField, binaryField];
  const count = 2 + chances.below(6);
  const fields: SheetField[] = [idField(page)];
  for (let index = 0; index < count; index++) fields.push(chances.of(all)(`f${index}`, page, chances));
  const isPadded = form === 'rdw' || form === 'length-field' || (isText && chances.happens(0.5));
  const hasControlRecords = chances.happens(0.4);
  const fieldsBytes = fields.reduce((sum, { widthBytes }) => sum + widthBytes, 0);
  const recordBytes =
    Math.max(1 + fieldsBytes, 1 + COUNT_BYTES) + (form === 'length-field' ? LENGTH_BYTES : 0);
  const sheet = {
    page,
    form,
    terminator: terminatorOf(form, page, chances),
    fields,
    recordBytes,
    isPadded,
    hasControlRecords,
  };
  return { ...sheet, layoutText: layoutOf(sheet, chances) };
}

function terminatorOf(form: RecordForm, page: SenderPage, chances: Chances): number[] {
  if (form === 'lines') return page.isEbcdic ? [0x15] : chances.of([[0x0a], [0x0d, 0x0a]]);
  return form === 'fixed' && !page.isEbcdic ? chances.of([[], [0x0a], [0x0d, 0x0a]]) : [];
}

function layoutOf(sheet: Omit<Sheet, 'layoutText'>, chances: Chances): string {
  const { page, form, fields, recordBytes, isPadded, hasControlRecords, terminator } = sheet;
  let at = markPosition(sheet) + 1;
  const entries = fields.map(({ name, widthBytes, entry }) => {
    const start = at;
    at += widthBytes;
    return { name, start, end: at - 1, ...entry };
  });
  const match = (kind: keyof typeof MARKS) => ({
    start: markPosition(sheet),
    end: markPosition(sheet),
    equals: MARKS[kind],
  });
  const countStart = markPosition(sheet) + 1;
  return JSON.stringify({
    name: 'damage',
    encoding: page.encoding,
    // Without it, lines that are shorter than the record must not hold characters of several bytes.
    ...(page.encoding === 'utf-8' && form === 'lines' && { positions: 'bytes' }),
    record: {
      format: form,
      length: recordBytes,
      ...(form === 'lines' && { short: isPadded ? 'pad' : 'reject' }),
      ...(form === 'length-field' && { lengthField: { start: 1, end: LENGTH_BYTES } }),
      ...(form === 'fixed' &&
        chances.happens(0.5) && { terminator: ['none', 'lf', 'crlf'][terminator.length] }),
    },
    fields: entries,
    ...(hasControlRecords && {
      header: { match: match('header') },
      trailer: {
        match: match('trailer'),
        fields: [{ name: 'details', start: countStart, end: countStart + COUNT_BYTES - 1, type: 'integer' }],
      },
      controlTotals: [{ trailer: 'details', equals: 'count(detail)' }],
    }),
    ...(chances.happens(0.5) && { detail: { match: match('detail') } }),
    rejects: { maxPercent: 100 },
  });
}

/** Position of the mark, from 1. */
function markPosition({ form }: Pick<Sheet, 'form'>): number {
  return form === 'length-field' ? LENGTH_BYTES + 1 : 1;
}

/** The bytes of a detail, without terminator, length and descriptor. */
export function detailBytes({ page }: Sheet, cells: Cell[]): number[] {
  return [...page.bytesOf(MARKS.detail), ...cells.flatMap(({ bytes }) => bytes)];
}

/** The bytes of a header, or of a trailer with a number of details. */
export function controlBytes(sheet: Sheet, kind: ControlKind, details: number): number[] {
  const { page, recordBytes, form } = sheet;
  const lengthBytes = recordBytes - (form === 'length-field' ? LENGTH_BYTES : 0);
  const text = `${MARKS[kind]}${kind === 'trailer' ? String(details).padStart(COUNT_BYTES, '0') : ''}`;
  return page.bytesOf(text.padEnd(lengthBytes, ' '));
}

/** A record as it lies in the file, with what is around it. */
export function framed({ form, terminator, page }: Sheet, bytes: number[]): number[] {
  switch (form) {
    case 'lines':
    case 'fixed':
      return [...bytes, ...terminator];
    case 'rdw': {
      const length = bytes.length + 4;
      return [length >> 8, length & 0xff, 0, 0, ...bytes];
    }
    case 'length-field': {
      const length = String(bytes.length + LENGTH_BYTES).padStart(LENGTH_BYTES, '0');
      return [...page.bytesOf(length), ...bytes];
    }
  }
}

export function drawRecord({ fields }: Sheet, id: number, page: SenderPage, chances: Chances): SentRecord {
  const [, ...others] = fields;
  const first = idField(page).cellOf(id);
  return { id: first.meant ?? '', cells: [first, ...others.map((field) => field.draw(chances))] };
}
