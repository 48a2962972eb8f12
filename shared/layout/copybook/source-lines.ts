import { copybookInvalid, type Place } from './copybook-invalid.ts';

/**
 * First pass: the program text of a copybook.
 *
 *     fixed   cols 1-6 sequence number │ 7 indicator │ 8-72 text │ 73-80 identification
 *             000100 01  CONTRACT.                                          CTR00010
 *     free    the whole line is text
 *
 * Comments (`*` and `/` in column 7, `*>` anywhere outside a literal), debugging lines (`D`) and listing
 * statements (EJECT, SKIP1 …) are removed; continued lines (`-`) are joined.
 */
export type SourceFormat = 'fixed' | 'free';

/** One line of text, continuation lines joined to it. */
export interface SourceLine {
  text: string;
  /** The place in the file of the character at index `at` and of those after it; ascending. */
  segments: { at: number; line: number; column: number }[];
  /** The quote of a literal that does not end in this text; '' if there is no such literal. */
  openQuote: string;
}

const TEXT_START = 7;
const TEXT_END = 72;
const CARD_END = 80;
const TAB_STOP = 8;
/** A comment from any column on, in both formats. */
const COMMENT_LINE = /^\s*\*>/;
const LISTING = /^\s*(EJECT|SKIP[123]|TITLE\s+(['"]).*\2)\s*\.?\s*$/i;
const DIRECTIVE = /^\s*(>>|\$\s*SET\b)/i;
const FORMAT_DIRECTIVE =
  /^\s*(?:>>\s*SOURCE\s+(?:FORMAT\s+)?(?:IS\s+)?|\$\s*SET\s+SOURCEFORMAT\s*[("'\s]*)(FREE|FIXED)\b/i;

/** Splits a copybook into lines of text. The format is detected if it is not given. Fails with `LayoutInvalid`. */
export function sourceLines(text: string, file: string, format?: SourceFormat): SourceLine[] {
  const lines = text
    .replace(/^\ufeff/, '')
    // The end-of-file mark of DOS.
    .replaceAll('\u001a', ' ')
    .split(/\r\n|\n|\r/)
    .map(expandTabs);
  let current = format ?? formatOf(lines);
  const found: SourceLine[] = [];
  for (const [index, line] of lines.entries()) {
    const directive = FORMAT_DIRECTIVE.exec(line);
    if (directive) {
      current = directive[1]?.toUpperCase() === 'FREE' ? 'free' : 'fixed';
      continue;
    }
    if (DIRECTIVE.test(line)) {
      throw copybookInvalid(
        file,
        { line: index + 1, column: line.search(/\S/) + 1 },
        {
          found: `the compiler directive '${line.trim()}'`,
          expected: 'data descriptions: directives choose text that only the compiler knows',
          next: 'Leave in the copybook the lines that the directive would choose.',
        },
      );
    }
    if (current === 'free') addFree(found, line, index + 1);
    else addFixed(found, line, index + 1, file);
  }
  return found;
}

/** The place in the file of the character at index `at` of a line. */
export function placeOf(line: SourceLine, at: number): Place {
  const segment = line.segments.findLast((candidate) => candidate.at <= at) ?? line.segments[0]!;
  return { line: segment.line, column: segment.column + at - segment.at };
}

/**
 * Fixed if every line could be: six blanks or a sequence number, an indicator, and no text that runs over column 72 or
 * is after column 80. In free format, a level number is in the first columns or a word in column 7.
 */
function formatOf(lines: string[]): SourceFormat {
  const fixed = lines.every((line, index) => {
    if (line.trim() === '' || COMMENT_LINE.test(line) || FORMAT_DIRECTIVE.test(line)) return true;
    if (/^\d{1,6}$/.test(line)) return true;
    const [sequence, indicated] = [line.slice(0, TEXT_START - 1), line.slice(TEXT_START - 1)];
    // A number of three digits or more is not a level number.
    if (!/^(?: *|\S{6}| *\d{3,6} *)$/.test(sequence)) return false;
    if (!/^(?:[ */$-]|[Dd](?= |$)|$)/.test(indicated)) return false;
    if (/^[*/]/.test(indicated)) return true;
    // A continued literal fills its line to column 72, and the identification follows.
    const isContinued = lines[index + 1]?.[TEXT_START - 1] === '-';
    const runsOver = /\S\S/.test(line.slice(TEXT_END - 1, TEXT_END + 1)) && !isContinued;
    return !runsOver && line.slice(CARD_END).trim() === '';
  });
  return fixed ? 'fixed' : 'free';
}

function expandTabs(line: string): string {
  if (!line.includes('\t')) return line;
  let expanded = '';
  for (const character of line) {
    expanded += character === '\t' ? ' '.repeat(TAB_STOP - (expanded.length % TAB_STOP)) : character;
  }
  return expanded;
}

function addFree(found: SourceLine[], line: string, lineNumber: number): void {
  if (/^\s*\*/.test(line) || LISTING.test(line)) return;
  const content = withoutComment(line, '');
  if (content.text.trim() === '') return;
  found.push({ ...content, segments: [{ at: 0, line: lineNumber, column: 1 }] });
}

function addFixed(found: SourceLine[], line: string, lineNumber: number, file: string): void {
  const indicator = line[TEXT_START - 1] ?? ' ';
  const area = line.slice(TEXT_START, TEXT_END);
  if (/[*/Dd]/.test(indicator) || COMMENT_LINE.test(line) || LISTING.test(area)) return;
  if (indicator === '-') {
    continueLine(found, area, lineNumber, file);
    return;
  }
  if (indicator !== ' ') {
    throw copybookInvalid(
      file,
      { line: lineNumber, column: TEXT_START },
      {
        found: `the indicator column holds '${indicator}'`,
        expected: "a blank, '*', '/', '-' or 'D' in column 7 of the fixed format",
        next: 'If the copybook is in free format, say so with the format "free".',
      },
    );
  }
  const content = withoutComment(area, '');
  if (content.text.trim() === '') return;
  found.push({ ...content, segments: [{ at: 0, line: lineNumber, column: TEXT_START + 1 }] });
}

/**
 * A word continues with the first character that is not blank. A literal continues after a repeated quote, and includes
 * the blanks up to column 72 of the line before.
 */
function continueLine(found: SourceLine[], area: string, lineNumber: number, file: string): void {
  const previous = found.at(-1);
  const at = area.search(/\S/);
  if (at < 0) return;
  const place = { line: lineNumber, column: TEXT_START + at + 1 };
  if (!previous) {
    throw copybookInvalid(file, place, {
      found: 'a continuation line with nothing before it',
      expected: 'a line to continue',
    });
  }
  const { openQuote } = previous;
  let from = at;
  if (openQuote === '') previous.text = previous.text.trimEnd();
  else {
    if (area[at] !== openQuote) {
      throw copybookInvalid(file, place, {
        found: 'a continued literal does not begin with its quote',
        expected: `${openQuote} as the first character of the continuation`,
      });
    }
    const last = previous.segments.at(-1)!;
    const lastColumn = last.column + previous.text.length - last.at - 1;
    previous.text += ' '.repeat(Math.max(0, TEXT_END - lastColumn));
    from = at + 1;
  }
  previous.segments.push({ at: previous.text.length, line: lineNumber, column: TEXT_START + from + 1 });
  const content = withoutComment(area.slice(from), openQuote);
  previous.text += content.text;
  previous.openQuote = content.openQuote;
}

/** The text before a `*>` outside a literal, and the quote that is still open at its end ('' if there is none). */
function withoutComment(text: string, quoteBefore: string): { text: string; openQuote: string } {
  let openQuote = quoteBefore;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (openQuote !== '') {
      if (character === openQuote) openQuote = '';
    } else if (character === '"' || character === "'") openQuote = character;
    else if (character === '*' && text[at + 1] === '>' && (at === 0 || text[at - 1] === ' ')) {
      return { text: text.slice(0, at), openQuote };
    }
  }
  return { text, openQuote };
}
