import type { Layout } from '../shared/layout/layout.ts';
import { judgeForm } from '../shared/pipeline/split/sample-form.ts';
import type { OpenSource } from '../shared/pipeline/store/open-source.ts';
import type { ByteRange } from '../shared/ranges/byte-range.ts';
import { findFixedTerminator, findLineTerminator } from '../shared/ranges/terminators.ts';
import { isRefusal } from '../shared/refusal.ts';

/** Bytes of the head that are searched for a line end. */
const HEAD_BYTES = 1024 * 1024;

/** The byte range of the records of a file, and how many bytes end each. */
export interface PreviewForm {
  span: ByteRange;
  terminatorBytes: 0 | 1 | 2;
  /** For people: what `convert` would say of the form. */
  notes: string[];
}

/** Span and terminator of the records. If `convert` would refuse the file, a note says so; its records can be shown anyway. */
export async function previewForm(layout: Layout, source: OpenSource): Promise<PreviewForm> {
  const { fileHeaderBytes, fileTrailerBytes } = layout.record;
  const form = await judgeForm(source, layout);
  const notes = isRefusal(form) ? [`convert refuses this file: ${form.message}`] : form.warnings;
  const span = isRefusal(form)
    ? { startByte: fileHeaderBytes, endByte: source.info.sizeBytes - fileTrailerBytes }
    : form.span;
  const known = isRefusal(form) ? undefined : form.terminatorBytes;
  return { span, terminatorBytes: known ?? (await terminatorOf(layout, source, span)), notes };
}

async function terminatorOf(
  { record }: Layout,
  { raw, info }: OpenSource,
  { startByte, endByte }: ByteRange,
): Promise<0 | 1 | 2> {
  const { format, lengthBytes, lineEndByte } = record;
  const headEnd = Math.min(endByte, startByte + Math.max(HEAD_BYTES, lengthBytes * 4 + 2));
  if (headEnd <= startByte) return 0;
  const head = await raw.readRange(info.key, { startByte, endByte: headEnd }, { pin: info.pin });
  if (format === 'lines') return findLineTerminator(head, lineEndByte) ?? 0;
  return findFixedTerminator(head, lengthBytes, endByte - startByte);
}
