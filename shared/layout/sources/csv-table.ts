import { LayoutInvalid } from '../../errors.ts';
import { type CsvCells, HEADINGS, type Heading, headings } from './csv-headings.ts';
import { csvType } from './csv-type.ts';
import { columnName, FieldList, type Notes, type PositionEntry } from './position-entry.ts';

type Fail = (line: number, why: string) => LayoutInvalid;

/** The fields of a table of comma-, semicolon- or tab-separated values with a heading. */
export function csvFields(text: string, file: string, fail: Fail, notes: Notes): PositionEntry[] {
  const lines = text.split(/\r\n|\n|\r/);
  const headingLine = lines.findIndex((line) => line.trim() !== '');
  const { separator, places } = headingOf(lines[headingLine] ?? '', `${file}, line ${headingLine + 1}`);
  const found = new FieldList();
  for (const [index, line] of lines.entries()) {
    if (index <= headingLine || line.trim() === '' || /^\s*#/.test(line)) continue;
    const written = csvCells(line, separator);
    if (written.every((cell) => cell.trim() === '')) continue;
    const cell = (heading: Heading) => (written[places.get(heading) ?? -1] ?? '').trim();
    const cells = Object.fromEntries(headings().map((heading) => [heading, cell(heading)])) as CsvCells;
    const why = (reason: string) => fail(index + 1, reason);
    const entry = csvEntry(cells, places, found.fields.at(-1)?.end ?? 0, why, notes);
    found.add(entry, why);
  }
  return found.fields;
}

function headingOf(line: string, where: string): { separator: string; places: Map<Heading, number> } {
  const separator = [';', '\t', ','].find((candidate) => line.includes(candidate)) ?? ',';
  const cells = csvCells(line, separator).map(columnName);
  const places = new Map<Heading, number>();
  for (const heading of headings()) {
    const known: readonly string[] = HEADINGS[heading];
    const at = cells.findIndex((cell) => known.includes(cell));
    if (at >= 0) places.set(heading, at);
  }
  const hasPlace = places.has('length') || (places.has('start') && (places.has('end') || hasRanges(cells)));
  if (places.has('name') && hasPlace) return { separator, places };
  throw new LayoutInvalid({
    what: `the first line '${line.slice(0, 60)}' names no name, start and end`,
    where,
    next: 'Give a CSV with the columns name, start, end, type, or lines such as: @1 NAME $10.',
  });
}

/** A single column of positions may hold both: `001-003`. */
function hasRanges(cells: string[]): boolean {
  return cells.some((cell) => ['posicao', 'posicoes', 'position', 'positions', 'pos'].includes(cell));
}

function csvEntry(
  cells: CsvCells,
  places: ReadonlyMap<Heading, number>,
  lastEnd: number,
  fail: (why: string) => LayoutInvalid,
  notes: Notes,
): PositionEntry {
  const number = (text: string, what: string) => {
    if (!/^\d{1,7}$/.test(text)) throw fail(`its ${what} is '${text}', not a whole number`);
    return Number(text);
  };
  const name = columnName(cells.name);
  if (name === '') throw fail('it has no name');
  const [, first, last] =
    /^(\d{1,7})\s*(?:-|–|a|à|to|até|ate|\/|\.\.|:)\s*(\d{1,7})$/i.exec(cells.start) ?? [];
  const start = places.has('start') ? number(first ?? cells.start, 'start') : lastEnd + 1;
  if (!places.has('start'))
    notes.add('the table has no start of each field: they follow each other without gaps');
  const length = places.has('length') ? number(cells.length, 'length') : undefined;
  const endText = last ?? cells.end;
  if (endText === '' && length === undefined) throw fail('it has no end and no length');
  const end =
    endText === '' || (!places.has('end') && last === undefined)
      ? start + length! - 1
      : number(endText, 'end');
  if (start < 1 || end < start) throw fail(`it goes from ${start} to ${end}`);
  if (length !== undefined && end - start + 1 !== length) {
    throw fail(
      `it goes from ${start} to ${end}, which are ${end - start + 1} bytes, and its length is ${length}`,
    );
  }
  return { name, start, end, ...csvType(cells, end - start + 1, fail, notes) };
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
