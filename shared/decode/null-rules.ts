import type { Kernel } from '../kernel/kernel.ts';
import { CODE_LATIN1, CODE_NARROWED, CODE_UTF8, CODE_UTF16 } from '../kernel/shapes.ts';
import type { CodePage } from '../layout/code-page.ts';
import type { Field, NullWhen } from '../layout/field.ts';
import type { FillVector } from './field-vector.ts';
import { paddingBytes, trimmedBytes } from './padding.ts';

/** Is a field null because of what its bytes are? The clear form of what `NullRules` does in the kernel. */
export function meansNull(bytes: Uint8Array, field: Field): boolean {
  const { nullWhen } = field;
  const encoding = paddingPage(field);
  const isSame = (a: Uint8Array, b: Uint8Array) =>
    a.length === b.length && a.every((byte, index) => byte === b[index]);
  return nullWhen.some((rule) => {
    if (rule.as === 'filled') return bytes.every((byte) => byte === rule.bytes[0]);
    return isSame(rule.as === 'whole' ? bytes : trimmedBytes(bytes, encoding), rule.bytes);
  });
}

/**
 * The rules of a field that say which of its bytes mean null, as loops of the kernel. Each sets such fields to null, and returns how many
 * of them had a value + how many were invalid × INVALID_COUNT_UNIT.
 */
export function nullRules(kernel: Kernel, field: Field, states: number): FillVector[] {
  const { startByte: at, endByte, nullWhen } = field;
  const width = endByte - at;
  const rules = nullWhen
    .filter(({ as }) => as === 'filled')
    .map(({ bytes }): FillVector => {
      return (records, count) => kernel.call.nullFilled(records, count, at, width, bytes[0]!, states);
    });
  for (const as of ['whole', 'trimmed'] as const) {
    const texts = nullWhen.filter((rule) => rule.as === as);
    if (texts.length === 0) continue;
    const literals = kernel.place(literalEntries(texts));
    // Without padding the text is the whole field.
    const padding = kernel.place(as === 'whole' ? new Uint8Array(256) : paddingBytes(paddingPage(field)));
    const code = as === 'whole' ? CODE_LATIN1 : codeOf(field);
    rules.push((records, count) =>
      kernel.call.nullTexts(records, count, at, width, literals, texts.length, code, padding, states),
    );
  }
  return rules;
}

/** The page whose padding is around the text of a field. In narrowed records only texts have more than ASCII. */
function paddingPage({ encoding, positions, type }: Field): CodePage {
  return positions === 'characters' && type.kind !== 'string' ? 'us-ascii' : encoding;
}

/** How padding is found: by a table of bytes, unless characters have several. */
function codeOf(field: Field): number {
  const encoding = paddingPage(field);
  if (encoding === 'utf-8' && field.positions === 'characters') return CODE_NARROWED;
  if (encoding === 'utf-16be') return CODE_UTF16;
  return encoding === 'utf-8' ? CODE_UTF8 : CODE_LATIN1;
}

/** { length, 4 bytes; bytes } of each text. */
function literalEntries(texts: NullWhen[]): Uint8Array {
  return Buffer.concat(
    texts.flatMap(({ bytes }) => [new Uint8Array(Uint32Array.of(bytes.length).buffer), bytes]),
  );
}
