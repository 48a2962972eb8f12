import { type CodePage, isByteTablePage } from '../layout/code-page.ts';
import type { Field } from '../layout/field.ts';
import { datasetsOf, type Layout } from '../layout/layout.ts';
import { decodeText } from './code-pages.ts';

/** The field of a reject as the layout has it; undefined for one of a record as a whole, and for elements of tables, which have several places. */
export function fieldNamed(layout: Layout, name: string | null): Field | undefined {
  return datasetsOf(layout)
    .flatMap(({ fields }) => fields)
    .find(
      (field) => field.name === name && field.origin.kind === 'record' && !field.inOccurrence && !field.list,
    );
}

/** Bytes as text of one character a place: what cannot be seen is a point. */
export function placedText(bytes: Uint8Array, encoding: CodePage): string {
  const text = isByteTablePage(encoding)
    ? Array.from(bytes, (byte) => decodeText(encoding, Uint8Array.of(byte)) ?? '·').join('')
    : new TextDecoder(encoding === 'utf-16be' ? 'utf-16be' : 'utf-8').decode(bytes);
  return text.replace(/[\p{C}\p{Zl}\p{Zp}\p{M}]/gu, '·');
}
