import type { LayoutInvalid } from '../../errors.ts';
import { DECIMAL_DIGITS, INT64_DIGITS } from '../field-type.ts';
import type { Notes, PositionEntry } from './position-entry.ts';

type Place = Omit<PositionEntry, 'name'>;
type Form = Omit<Place, 'start' | 'end'>;

/** An informat taken apart: `$CHAR10.` or `S370FPD5.2`. */
interface Informat {
  text: string;
  name: string;
  width: number;
  scale: number;
}

/** `YEARCUTOFF=` of SAS 9.4 (SAS System Options: Reference): the first year that two digits mean. */
const YEAR_CUTOFF = 1926;

/**
 * Formats of dates by informat and width. SAS takes any separator, a layout the one it names: another is an invalid date, which is
 * counted, and the format can be changed.
 */
const DATES: Record<string, Record<number, string>> = {
  YYMMDD: { 6: 'yyMMdd', 8: 'yyyyMMdd', 10: 'yyyy-MM-dd' },
  DDMMYY: { 6: 'ddMMyy', 8: 'ddMMyyyy', 10: 'dd/MM/yyyy' },
  MMDDYY: { 6: 'MMddyy', 8: 'MMddyyyy', 10: 'MM/dd/yyyy' },
  JULIAN: { 5: 'yyDDD', 7: 'yyyyDDD' },
  B8601DA: { 8: 'yyyyMMdd' },
  E8601DA: { 10: 'yyyy-MM-dd' },
};
const TIMESTAMPS: Record<string, Record<number, string>> = {
  B8601DT: { 15: 'yyyyMMddTHHmmss' },
  E8601DT: { 19: 'yyyy-MM-ddTHH:mm:ss' },
};
/** Moments that a layout cannot read: 01JAN2020 has the name of a month, and a time of day is no type of a column. */
const MOMENTS_AS_TEXT =
  /^(DATE|DATETIME|TIME|STIMER|HHMMSS|MONYY|YYMMN|MDYAMPM|YMDDTTM|ANYDTDTE|ANYDTDTM|ANYDTTME|TIMEAMPM|[BE]8601TM)$/;
const COMMA_DECIMALS = 2;
const OPTIONAL_POINT: Omit<Form, 'type'> = {
  point: 'optional',
  decimalPoint: '.',
  sign: 'marks',
  negative: ['-'],
  positive: ['+'],
  blankSign: 'positive',
};
const LITTLE_NOTE =
  'is read with its highest byte first, as z/OS and AIX write it; for a file of Windows or Linux add "byteOrder": "little"';

/** Numbers by name: SAS Formats and Informats: Reference. */
const NUMBERS: Record<string, (informat: Informat, notes: Notes) => Form> = {
  '': textNumber,
  F: textNumber,
  ZD: (informat) => zoned(informat, 'trailing'),
  ZDV: (informat) => zoned(informat, 'trailing'),
  S370FZD: (informat) => zoned(informat, 'trailing'),
  S370FZDL: (informat) => zoned(informat, 'leading'),
  S370FZDS: (informat) => zoned(informat, 'leading-separate'),
  S370FZDT: (informat) => zoned(informat, 'trailing-separate'),
  S370FZDU: (informat) => zoned(informat),
  S370FF: textNumber,
  COMMA: (informat) => grouped(informat, '.', ','),
  DOLLAR: (informat) => grouped(informat, '.', ','),
  COMMAX: (informat) => grouped(informat, ',', '.'),
  DOLLARX: (informat) => grouped(informat, ',', '.'),
  PD: (informat, notes) => {
    notes.add(
      `${informat.text} is read as packed decimal of IBM mainframes (S370FPD); SAS itself reads the form of its own computer`,
    );
    return packed(informat);
  },
  S370FPD: packed,
  S370FPDU: (informat) => ({ ...packed(informat), signed: false }),
  PK: (informat) => ({ ...number(informat, informat.width * 2), usage: 'packed', signNibble: false }),
  IB: (informat, notes) => native(informat, true, notes),
  PIB: (informat, notes) => native(informat, false, notes),
  IBR: (informat) => ({ ...binary(informat, true), byteOrder: 'little' }),
  PIBR: (informat) => ({ ...binary(informat, false), byteOrder: 'little' }),
  S370FIB: (informat) => binary(informat, true),
  S370FIBU: (informat) => binary(informat, false),
  S370FPIB: (informat) => binary(informat, false),
  S370FRB: () => ({ type: 'double', usage: 'float', floatFormat: 'ibm' }),
  IEEE: () => ({ type: 'double', usage: 'float', floatFormat: 'ieee' }),
  FLOAT: (informat, notes) => {
    notes.add(`${informat.text} ${LITTLE_NOTE}`);
    return { type: 'double', usage: 'float', floatFormat: 'ieee' };
  },
};

/** Texts by name. `$w.` takes blanks off both ends, `$CHARw.` keeps those in front. */
const TEXTS: Record<string, (informat: Informat, notes: Notes) => Form> = {
  $: () => ({ type: 'string', trim: 'both' }),
  $F: () => ({ type: 'string', trim: 'both' }),
  $CHAR: () => ({ type: 'string' }),
  $ASCII: () => ({ type: 'string', encoding: 'us-ascii' }),
  $EBCDIC: ({ text }, notes) => {
    notes.add(
      `${text} is read as cp1047; if accents or signs such as [ ] ! are wrong, give the field another EBCDIC page`,
    );
    return { type: 'string', encoding: 'cp1047' };
  },
};

/** Widths that SAS takes if the informat names none. */
const USUAL_WIDTHS: Record<string, number> = {
  DATE: 7,
  DATETIME: 18,
  TIME: 8,
  MMDDYY: 6,
  DDMMYY: 6,
  YYMMDD: 6,
  JULIAN: 5,
  MONYY: 5,
  B8601DA: 8,
  E8601DA: 10,
  B8601DT: 15,
  E8601DT: 19,
  IB: 4,
  PIB: 1,
  S370FIB: 4,
  S370FPIB: 4,
  S370FIBU: 4,
  PD: 1,
  S370FPD: 1,
};

/** Column input: numbers as `w.` reads them, texts as `$w.` does. */
export function sasColumns(columns: { start: number; end: number }, isText: boolean, scale: number): Place {
  const width = columns.end - columns.start + 1;
  const text = `${isText ? '$ ' : ''}${columns.start}-${columns.end}`;
  const form = isText ? TEXTS.$! : textNumber;
  return { ...columns, ...form({ text, name: '', width, scale }, new Set()) };
}

/** The field of an informat that begins at column `start`. */
export function sasInformat(
  text: string,
  start: number,
  fail: (why: string) => LayoutInvalid,
  notes: Notes,
): Place {
  const informat = parsed(text);
  const { name, width, scale } = informat;
  if (width < 1) throw fail(`the informat '${text}' does not say how wide the field is`);
  const place = { start, end: start + width - 1 };
  if (MOMENTS_AS_TEXT.test(name)) {
    notes.add(
      `${text} becomes a text: a layout reads neither names of months nor times of day; convert it in the query`,
    );
    return { ...place, type: 'string', trim: 'both' };
  }
  const moment = momentForm(informat, notes, fail);
  if (moment) return { ...place, ...moment };
  const form = Object.hasOwn(TEXTS, name)
    ? TEXTS[name]
    : Object.hasOwn(NUMBERS, name)
      ? NUMBERS[name]
      : undefined;
  if (!form) throw fail(unknownText(informat));
  const bytesOnly = form({ ...informat }, notes);
  checkSize(informat, bytesOnly, fail);
  if (scale > 0 && bytesOnly.type === 'double')
    throw fail(`the informat '${text}' divides a float, which a layout does not`);
  return { ...place, ...bytesOnly };
}

/** The digits at the end of a name belong to it if a full stop follows them only as in `S370FPD5.2`: the width is the last digits. */
function parsed(text: string): Informat {
  const upper = text.toUpperCase();
  const [, name = '', width = '', scale = ''] =
    /^(\$?(?:[BE]8601[A-Z]+|S370F[A-Z]+|[A-Z_]*))(\d{0,7})\.(\d{0,2})$/.exec(upper) ?? [undefined, upper];
  return {
    text,
    name: name.replace(/^(YYMMDD|DDMMYY|MMDDYY)[NDS]$/, '$1'),
    width: Number(width || (USUAL_WIDTHS[name] ?? 0)),
    scale: Number(scale),
  };
}

function momentForm(
  { text, name, width }: Informat,
  notes: Notes,
  fail: (why: string) => LayoutInvalid,
): Form | undefined {
  const isTimestamp = Object.hasOwn(TIMESTAMPS, name);
  const formats = isTimestamp ? TIMESTAMPS[name] : Object.hasOwn(DATES, name) ? DATES[name] : undefined;
  if (!formats) return undefined;
  const format = formats[width];
  if (format === undefined) {
    throw fail(
      `the informat '${text}' is ${width} wide; read are ${Object.keys(formats)
        .map((one) => `${name}${one}.`)
        .join(' ')}`,
    );
  }
  if (/[/-]/.test(format))
    notes.add(`${text} is read as ${format}; for another separator change the field's format`);
  const hasCentury = format.includes('yyyy');
  if (!hasCentury)
    notes.add(
      `${text} has a year of two digits: "pivotYear": ${YEAR_CUTOFF} is the YEARCUTOFF of SAS 9.4; check it`,
    );
  return { type: isTimestamp ? 'timestamp' : 'date', format, ...(!hasCentury && { pivotYear: YEAR_CUTOFF }) };
}

function unknownText({ text, name }: Informat): string {
  const known = [
    ...Object.keys(TEXTS),
    ...Object.keys(NUMBERS),
    ...Object.keys(DATES),
    ...Object.keys(TIMESTAMPS),
  ];
  const kind = name.startsWith('$')
    ? '$CHAR10. and read it as a text'
    : 'a text ($CHARw.) and convert it in the query';
  return `the informat '${text}' is not read (valid: ${known.map((one) => `${one}w.`).join(' ')}). Replace it by ${kind}`;
}

function checkSize({ text, width, scale }: Informat, form: Form, fail: (why: string) => LayoutInvalid): void {
  if (form.type === 'string') return;
  const isFloat = form.usage === 'float';
  const most = form.usage === 'packed' ? 19 : form.usage === 'binary' || isFloat ? 8 : DECIMAL_DIGITS;
  if (width > most || (isFloat && width !== 4 && width !== 8)) {
    throw fail(
      `the informat '${text}' is ${width} bytes; such a number has ${isFloat ? '4 or 8' : `at most ${most}`}`,
    );
  }
  if (scale > digitsOf(form, width)) throw fail(`the informat '${text}' has too many digits after the point`);
}

function digitsOf({ usage }: Form, width: number): number {
  return usage === 'packed' || usage === 'binary' ? DECIMAL_DIGITS : width;
}

function number({ scale }: Informat, digits: number): Form {
  const precision = Math.min(Math.max(digits, scale), DECIMAL_DIGITS);
  return { type: scale > 0 || digits > INT64_DIGITS ? `decimal(${precision},${scale})` : 'integer' };
}

/**
 * `w.d` divides values without a point by a power of ten. "w.d Informat" (SAS Formats and Informats: Reference): a minus or plus may
 * precede the digits, and blanks may surround them.
 */
function textNumber(informat: Informat): Form {
  const form = number(informat, informat.width);
  if (informat.scale === 0) return form.type === 'integer' ? form : { ...form, point: 'implied' };
  return { ...form, ...OPTIONAL_POINT };
}

/**
 * `COMMAw.` reads the point where it is: 1,234.56 and (500). How many decimals there are is not said; more than these are rejects.
 * `COMMAw.d` divides the values without a point as `w.d` does. "COMMAw.d Informat" (SAS Formats and Informats: Reference): parentheses and a dash are a minus, blanks may surround the number.
 */
function grouped({ width, scale }: Informat, decimalPoint: '.' | ',', thousands: '.' | ','): Form {
  const decimals = scale > 0 ? scale : COMMA_DECIMALS;
  return {
    type: `decimal(${Math.max(width, decimals)},${decimals})`,
    point: scale > 0 ? 'optional' : 'explicit',
    decimalPoint,
    thousands,
    sign: 'marks',
    negative: ['-', '()'],
    blankSign: 'positive',
  };
}

function zoned(informat: Informat, sign?: NonNullable<Form['sign']>): Form {
  const digits = informat.width - (sign?.endsWith('separate') ? 1 : 0);
  const form = number(informat, digits);
  return { ...form, ...(form.type !== 'integer' && { point: 'implied' }), ...(sign && { sign }) };
}

function packed(informat: Informat): Form {
  return { ...number(informat, informat.width * 2 - 1), usage: 'packed' };
}

function binary(informat: Informat, signed: boolean): Form {
  const digits = String(256n ** BigInt(Math.min(informat.width, 8)) - 1n).length;
  return { ...number(informat, signed ? Math.min(digits, 19) : digits), usage: 'binary', signed };
}

function native(informat: Informat, signed: boolean, notes: Notes): Form {
  if (informat.width > 1) notes.add(`${informat.text} ${LITTLE_NOTE}`);
  return binary(informat, signed);
}
