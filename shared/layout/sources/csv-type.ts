import { LayoutInvalid } from '../../errors.ts';
import { columnEntry } from '../copybook/column-entry.ts';
import { columnsOf } from '../copybook/columns.ts';
import { readCopybook } from '../copybook/read-copybook.ts';
import { didYouMean } from '../did-you-mean.ts';
import { FIELD_TYPE_NAMES, INT64_DIGITS, isMoment, parseFieldType, typesOfUsage } from '../field-type.ts';
import type { CsvCells } from './csv-headings.ts';
import { columnName, type Notes, type PositionEntry } from './position-entry.ts';

type Fail = (why: string) => LayoutInvalid;
type Form = Omit<PositionEntry, 'name' | 'start' | 'end'>;

/** Names that tables give to kinds of values, as `columnName` writes them. */
const KINDS: Record<string, 'string' | 'number' | 'date'> = {
  ...named('number', 'n num numerico numerica numeric number int inteiro f_9'),
  ...named(
    'string',
    'a an x c alfa alfanumerico alfanumerica alfabetico alphanumeric texto text char caracter varchar',
  ),
  ...named('date', 'd dt data'),
};
const SIGNS = ['leading', 'trailing', 'leading-separate', 'trailing-separate'] as const;

function named<Kind extends string>(kind: Kind, names: string): Record<string, Kind> {
  return Object.fromEntries(names.split(' ').map((name) => [name, kind]));
}

/** Type, sign, point and format of a field from its cells. */
export function csvType(cells: CsvCells, lengthBytes: number, fail: Fail, notes: Notes): Form {
  // Tables of CNAB files call the kind of a value its format: Num, Alfa.
  const isKindInFormat = cells.type === '' && Object.hasOwn(KINDS, columnName(cells.format));
  const type = isKindInFormat ? cells.format : cells.type;
  const format = isKindInFormat ? '' : layoutFormat(cells.format);
  const form = valueForm(type, format, cells, lengthBytes, fail, notes);
  return { ...form, ...signOf(cells.sign, type, form, fail, notes) };
}

function valueForm(
  type: string,
  format: string,
  cells: CsvCells,
  lengthBytes: number,
  fail: Fail,
  notes: Notes,
): Form {
  if (/^\s*(pic(ture)?\s+)?[S9XAN]+\s*\(\s*\d+\s*\)|^\s*S?9+(V9+)?\b.*[^9\s]/i.test(type)) {
    return pictureForm(type, lengthBytes, fail);
  }
  const kind = Object.hasOwn(KINDS, columnName(type)) ? KINDS[columnName(type)] : undefined;
  if (kind === 'number' && /[yd]/.test(format)) return momentForm('', format, lengthBytes, fail, notes);
  if (kind === 'number') return numberForm(cells, lengthBytes, fail);
  if (kind === 'string') return { type: 'string' };
  if (kind === 'date') return momentForm('', format, lengthBytes, fail, notes);
  const written = type === '' ? 'string' : type.toLowerCase();
  const parsed = parseFieldType(written);
  if (!parsed) {
    throw fail(
      `its type is '${type}'${didYouMean(type, FIELD_TYPE_NAMES)}; N, A, AN, D and pictures such as S9(13)V99 or X(30) are read too`,
    );
  }
  if (isMoment(parsed)) return momentForm(parsed.kind, format, lengthBytes, fail, notes);
  if (parsed.kind !== 'decimal') return { type: written };
  return { type: written, point: pointOf(cells.point, fail) };
}

/** `9(13)V99`, `S9(9)V99 COMP-3`, `X(30)`; tables of B3 write N(11)V99. The picture is read as in a copybook. */
function pictureForm(type: string, lengthBytes: number, fail: Fail): Form {
  const picture = type
    .toUpperCase()
    .replace(/^\s*PIC(TURE)?\s+/, '')
    .replace(/N(?=\()/, '9')
    .replace(/\.$/, '');
  let form: (Form & { name: string; start: number; end: number }) | undefined;
  try {
    const [record] = readCopybook(`01 R.\n05 F PIC ${picture}.\n`, 'picture', 'free');
    const [column] = columnsOf(record!, { redefines: 'first', filler: false }, 'picture');
    form = column && columnEntry(column);
  } catch (error) {
    if (!(error instanceof LayoutInvalid)) throw error;
  }
  if (!form)
    throw fail(
      `its type '${type}' is not a picture that can be read, such as S9(13)V99, X(30) or 9(9) COMP-3`,
    );
  const { name: _name, start: _start, end, ...rest } = form;
  if (end !== lengthBytes)
    throw fail(`its picture '${type}' takes ${end} bytes, and its positions are ${lengthBytes}`);
  return rest;
}

function numberForm(cells: CsvCells, lengthBytes: number, fail: Fail): Form {
  const decimals = cells.decimals === '' || cells.decimals === '-' ? '0' : cells.decimals;
  if (!/^\d{1,2}$/.test(decimals)) throw fail(`its decimals are '${decimals}', not a whole number`);
  const scale = Number(decimals);
  // A longer number is an identifier: its digits are the value.
  if (lengthBytes > 38) return { type: 'string' };
  if (scale > lengthBytes) throw fail(`it has ${scale} decimals in ${lengthBytes} bytes`);
  if (scale === 0 && lengthBytes <= INT64_DIGITS) return { type: 'integer' };
  return { type: `decimal(${lengthBytes},${scale})`, point: pointOf(cells.point, fail) };
}

function pointOf(text: string, fail: Fail): 'implied' | 'explicit' {
  const word = columnName(text);
  if (['', 'implied', 'implicito', 'implicita', 'n', 'nao', 'no'].includes(word)) return 'implied';
  if (['explicit', 'explicito', 'explicita', 's', 'sim', 'y', 'yes'].includes(word)) return 'explicit';
  throw fail(`its point is '${text}' (valid: implied, explicit)`);
}

function momentForm(kind: string, format: string, lengthBytes: number, fail: Fail, notes: Notes): Form {
  const type = kind || (/H/.test(format) ? 'timestamp' : 'date');
  if (format === '' && type === 'date' && lengthBytes === 8) {
    notes.add(
      "dates of 8 bytes without a format are read as yyyyMMdd; a column 'format' says another, such as ddMMyyyy",
    );
    return { type, format: 'yyyyMMdd' };
  }
  if (format === '') {
    throw fail(`it is a ${type} without format: add a column 'format', for example yyyy-MM-dd`);
  }
  if (format.length !== lengthBytes) {
    throw fail(
      `its format '${format}' has ${format.length} characters, and its positions are ${lengthBytes}`,
    );
  }
  if (/yy/.test(format) && !/yyyy/.test(format)) {
    throw fail(
      `its format '${format}' has a year of two digits: import it as a text, then give the field a date format and 'pivotYear' in the layout`,
    );
  }
  return { type, format };
}

/** `DD/MM/AAAA`, `YYYYMMDD`, `AAAA-MM-DD HH:MM:SS` → as layouts write it. */
function layoutFormat(text: string): string {
  if (!/[AY]{2}/.test(text)) return text;
  const [day = '', ...time] = text
    .replace(/[AY]/g, 'y')
    .replace(/D/g, 'd')
    .split(/(?=HH)/i);
  return (
    day +
    time
      .join('')
      .replace(/hh/g, 'HH')
      .replace(/M/g, 'm')
      .replace(/SS(?!S)/, 'ss')
  );
}

function signOf(text: string, type: string, form: Form, fail: Fail, notes: Notes): Form | object {
  const word = text.toLowerCase().replace(/[\s_]+/g, '-');
  if (['', 'n', 'nao', 'não', 'no', 'none', 'sem', 'sem-sinal', 'unsigned'].includes(word)) return {};
  const signs = typesOfUsage('packed').filter((name) => name === 'integer' || name === 'decimal');
  if (!signs.some((name) => form.type.startsWith(name))) {
    throw fail(`it has the sign '${text}', and its type is ${form.type}`);
  }
  const exact = SIGNS.find((sign) => sign === word);
  if (form.usage !== undefined && form.usage !== 'display') {
    if (exact) throw fail(`it has the sign '${text}', but '${type}' holds its sign in its bits`);
    return { signed: true };
  }
  if (exact) return { sign: exact };
  if (!['s', 'sim', 'y', 'yes', 'com', 'com-sinal', 'signed', '+', '-', '+/-'].includes(word)) {
    throw fail(`its sign is '${text}' (valid: N, S, ${SIGNS.join(', ')})`);
  }
  if (form.sign) return {};
  notes.add(
    `a sign that is only said to be there is read as COBOL writes S9: over the last digit; if it has a byte of its own, say leading-separate or trailing-separate`,
  );
  return { sign: 'trailing' };
}
