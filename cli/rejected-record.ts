import { partOf } from '../shared/decode/characters.ts';
import { decodeText } from '../shared/decode/code-pages.ts';
import { type CodePage, isByteTablePage } from '../shared/layout/code-page.ts';
import type { Field } from '../shared/layout/field.ts';
import { datasetsOf, type Layout } from '../shared/layout/layout.ts';
import { counted } from '../terminal/counted.ts';
import type { Line } from '../terminal/print.ts';

const BYTES_A_LINE = 16;
const MOST_LINES = 16;
/** Characters shown before a field, so that one sees what it follows. */
const BEFORE = 20;
const INDENT = '    ';

/** The field of a reject as the layout has it; undefined for one of a record as a whole, and for elements of tables, which have several places. */
export function fieldNamed(layout: Layout, name: string | null): Field | undefined {
  return datasetsOf(layout)
    .flatMap(({ fields }) => fields)
    .find(
      (field) => field.name === name && field.origin.kind === 'record' && !field.inOccurrence && !field.list,
    );
}

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
  const lead = textOf(before, encoding);
  const text = textOf(bytes, field.encoding);
  const shownLead = lead.length > BEFORE ? `…${lead.slice(-BEFORE)}` : lead;
  const room = Math.max(20, width - INDENT.length);
  const line = `${shownLead}${text}${textOf(after, encoding)}`;
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
      `${String(at + 1).padStart(6)}  ${hex.padEnd(BYTES_A_LINE * 3 - 1)}  |${textOf(bytes, isByteTablePage(encoding) ? encoding : 'us-ascii')}|`,
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

/** Bytes as text of one character a place: what cannot be seen is a point. */
function textOf(bytes: Uint8Array, encoding: CodePage): string {
  const text = isByteTablePage(encoding)
    ? Array.from(bytes, (byte) => decodeText(encoding, Uint8Array.of(byte)) ?? '·').join('')
    : new TextDecoder(encoding === 'utf-16be' ? 'utf-16be' : 'utf-8').decode(bytes);
  return text.replace(/[\p{C}\p{Zl}\p{Zp}\p{M}]/gu, '·');
}
