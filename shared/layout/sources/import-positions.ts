import { LayoutInvalid } from '../../errors.ts';
import { didYouMean } from '../did-you-mean.ts';
import { FIELD_TYPE_NAMES, isMoment, parseFieldType } from '../field-type.ts';
import { columnName, type PositionEntry } from './position-entry.ts';
import { isSasDictionary, sasEntry } from './sas-dictionary.ts';

/**
 * Reads the positions tables that agencies publish (not copybooks) as entries of `fields`:
 *
 *     name,start,end,type            @1   CODNEG  $12.
 *     CODNEG,13,24,string            @13  VALOR   11.2
 *
 * Fails with `LayoutInvalid` that names the line. `file` is only for messages.
 */
export function importPositions(text: string, file: string): PositionEntry[] {
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/);
  const sas = isSasDictionary(lines);
  const entries: PositionEntry[] = [];
  const header = sas ? undefined : headerOf(lines, file);
  const names = new Set<string>();
  for (const [index, line] of lines.entries()) {
    const fail = (why: string): LayoutInvalid =>
      new LayoutInvalid({
        what: 'this line of the positions table cannot be used',
        where: `${file}, line ${index + 1}`,
        why,
        next: sas ? 'A line is: @pos name $w. or @pos name w.d' : 'A line is: name,start,end,type',
      });
    const entry = sas
      ? sasEntry(line, fail)
      : index > header!.line
        ? csvEntry(line, header!, fail)
        : undefined;
    if (!entry) continue;
    if (names.has(entry.name)) throw fail(`there are two fields named '${entry.name}'`);
    names.add(entry.name);
    entries.push(entry);
  }
  if (entries.length > 0) return entries;
  throw new LayoutInvalid({
    what: 'the positions table has no fields',
    where: file,
    next: 'Give a CSV with the columns name, start, end, type, or lines such as: @1 NAME $10.',
  });
}

interface CsvHeader {
  line: number;
  separator: string;
  name: number;
  start: number;
  end: number;
  length: number;
  type: number;
  format: number;
}

/** Headings that tables use for each column. */
const HEADINGS: Record<Exclude<keyof CsvHeader, 'line' | 'separator'>, string[]> = {
  name: ['name', 'field', 'nome', 'campo', 'variavel', 'column'],
  start: ['start', 'inicio', 'from', 'pos', 'position', 'posicao', 'posicao_inicial', 'de'],
  end: ['end', 'fim', 'to', 'final', 'posicao_final', 'ate'],
  length: ['length', 'width', 'tamanho', 'largura', 'size'],
  type: ['type', 'tipo'],
  format: ['format', 'formato'],
};

function headerOf(lines: string[], file: string): CsvHeader {
  const line = lines.findIndex((text) => text.trim() !== '');
  const first = lines[line] ?? '';
  const separator = [';', '\t', ','].find((candidate) => first.includes(candidate)) ?? ',';
  const cells = csvCells(first, separator).map(columnName);
  const at = (key: keyof typeof HEADINGS) => cells.findIndex((cell) => HEADINGS[key].includes(cell));
  const header: CsvHeader = {
    line,
    separator,
    name: at('name'),
    start: at('start'),
    end: at('end'),
    length: at('length'),
    type: at('type'),
    format: at('format'),
  };
  if (header.name >= 0 && header.start >= 0 && (header.end >= 0 || header.length >= 0)) return header;
  throw new LayoutInvalid({
    what: `the first line '${first.slice(0, 60)}' names no name, start and end`,
    where: `${file}, line ${line + 1}`,
    next: 'Give a CSV with the columns name, start, end, type, or lines such as: @1 NAME $10.',
  });
}

function csvEntry(
  line: string,
  header: CsvHeader,
  fail: (why: string) => LayoutInvalid,
): PositionEntry | undefined {
  if (line.trim() === '' || /^\s*#/.test(line)) return undefined;
  const cells = csvCells(line, header.separator);
  const cell = (at: number) => (at < 0 ? '' : (cells[at] ?? '').trim());
  const number = (at: number, what: string) => {
    if (!/^\d{1,7}$/.test(cell(at))) throw fail(`its ${what} is '${cell(at)}', not a whole number`);
    return Number(cell(at));
  };
  const name = columnName(cell(header.name));
  if (name === '') throw fail('it has no name');
  const start = number(header.start, 'start');
  const end = header.end >= 0 ? number(header.end, 'end') : start + number(header.length, 'length') - 1;
  if (start < 1 || end < start) throw fail(`it goes from ${start} to ${end}`);
  const type = cell(header.type) || 'string';
  const parsed = parseFieldType(type);
  if (!parsed) throw fail(`its type is '${type}'${didYouMean(type, FIELD_TYPE_NAMES)}`);
  const format = cell(header.format);
  if (isMoment(parsed) && format === '' && !(parsed.kind === 'date' && end - start === 7)) {
    throw fail(`it is a ${parsed.kind} without format: add a column 'format', for example yyyy-MM-dd`);
  }
  return {
    name,
    start,
    end,
    type,
    ...(parsed.kind === 'decimal' && { point: 'implied' as const }),
    ...(isMoment(parsed) && { format: format || 'yyyyMMdd' }),
  };
}

/** Cells of a line; a quoted cell may hold the separator and doubled quotes. */
function csvCells(line: string, separator: string): string[] {
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    const character = line.charAt(at);
    if (quoted) {
      if (character !== '"') cell += character;
      else if (line[at + 1] === '"') {
        cell += '"';
        at++;
      } else quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === separator) {
      cells.push(cell);
      cell = '';
    } else cell += character;
  }
  return [...cells, cell];
}
