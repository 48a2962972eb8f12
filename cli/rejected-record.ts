import { partOf } from '../shared/decode/characters.ts';
import { placedText } from '../shared/decode/shown-record.ts';
import { type CodePage, isByteTablePage } from '../shared/layout/code-page.ts';
import type { Field } from '../shared/layout/field.ts';
import { counted } from '../terminal/counted.ts';
import type { Line } from '../terminal/print.ts';

const BYTES_A_LINE = 16;
const MOST_LINES = 16;
/** Characters shown before a field, so that one sees what it follows. */
const BEFORE = 20;
const INDENT = '    ';

/**
 * A record under a ruler of its positions, in its code page, with a mark below the field and its bytes in hexadecimal:
 *
 *     ----+----1----+
 *     A2        X  0
 *               ^^^^ amount, 11 to 14: "X  0", hex 58 20 20 30
 */
export function rulerLines(raw: Uint8Array, field: Field, encoding: CodePage, width: number): Line[] {
  const bytes = partOf(raw, field);
  const before = partOf(raw, { positions: field.positions, startByte: 0, endByte: field.startByte });
  const after = raw.subarray(before.length + bytes.length);
  const lead = placedText(before, encoding);
  const text = placedText(bytes, field.encoding);
  const shownLead = lead.length > BEFORE ? `…${lead.slice(-BEFORE)}` : lead;
  const room = Math.max(20, width - INDENT.length);
  const line = `${shownLead}${text}${placedText(after, encoding)}`;
  const cut = line.length > room ? `${line.slice(0, room - 1)}…` : line;
  const places = `${field.startByte + 1} to ${field.endByte}`;
  const hex = Buffer.from(bytes)
    .toString('hex')
    .replace(/(..)(?=.)/g, '$1 ');
  const said =
    bytes.length === 0
      ? 'the record ends before it'
      : `"${text}", hex ${hex.length > 95 ? `${hex.slice(0, 95)} …` : hex}`;
  return [
    [{ style: 'faint', text: `${INDENT}${rulerText(field.startByte - shownLead.length, cut.length)}` }],
    `${INDENT}${cut}`,
    [
      `${INDENT}${' '.repeat(shownLead.length)}`,
      { style: 'bad', text: '^'.repeat(Math.max(1, Math.min(text.length, room - shownLead.length))) },
    ],
    `${INDENT}${field.name}, ${places}: ${said}`,
  ];
}

/** `   1  f1 f2 …  |12…|`: positions are 1-based, as layouts have them. */
export function hexLines(raw: Uint8Array, encoding: CodePage): string[] {
  const lines: string[] = [];
  for (let at = 0; at < raw.length && lines.length < MOST_LINES; at += BYTES_A_LINE) {
    const bytes = raw.subarray(at, at + BYTES_A_LINE);
    const hex = Buffer.from(bytes)
      .toString('hex')
      .replace(/(..)(?=.)/g, '$1 ');
    lines.push(
      `${String(at + 1).padStart(6)}  ${hex.padEnd(BYTES_A_LINE * 3 - 1)}  |${placedText(bytes, isByteTablePage(encoding) ? encoding : 'us-ascii')}|`,
    );
  }
  if (raw.length > BYTES_A_LINE * MOST_LINES)
    lines.push(`        … ${counted(raw.length, 'byte')} in all; --json has them`);
  return lines;
}

/** `----+----1----+`: a 1 stands at position 10. `before` is the position before the first character. */
function rulerText(before: number, length: number): string {
  return Array.from({ length }, (_, index) => {
    const position = before + index + 1;
    if (position > 0 && position % 10 === 0) return String((position / 10) % 10);
    return position > 0 && position % 5 === 0 ? '+' : '-';
  }).join('');
}
