import { brokenRecords } from '../../form/broken-records.ts';
import { skippedMarkBytes } from '../../form/byte-order-mark.ts';
import { fixedTerminator, type TerminatorBytes } from '../../form/fixed-terminator.ts';
import { formOf } from '../../form/form-of.ts';
import { type FormSample, headOf, windowRanges } from '../../form/form-sample.ts';
import type { Layout } from '../../layout/layout.ts';
import type { ObjectInfo } from '../../ports/object-store.ts';
import type { ByteRange } from '../../ranges/byte-range.ts';
import { isRefusal, type Refusal, refuse, refuseEmpty } from '../../refusal.ts';
import { KEPT_BYTES } from '../store/decompressed-source.ts';
import { inParallel } from '../store/in-parallel.ts';
import type { OpenSource } from '../store/open-source.ts';

const PARALLEL_READS = 8;

/** What the form of a file means for reading it. */
export interface JudgedForm {
  /** All of the file except a byte-order mark and what the layout leaves out at both ends. */
  span: ByteRange;
  /** Of fixed records; lines show their own. */
  terminatorBytes?: TerminatorBytes;
  warnings: string[];
}

/** Reads a sample of a file, and refuses it if it is not in the form that its layout says. */
export async function judgeForm(source: OpenSource, layout: Layout): Promise<JudgedForm | Refusal> {
  const sample = await readSample(source);
  const { key } = source.info;
  const { finding, warning } = formOf(sample, layout, source.compression !== null);
  if (finding) return refuse('other-form', { where: key, ...finding });
  const span = recordSpan(layout, source.info, skippedMarkBytes(headOf(sample), layout));
  if (isRefusal(span)) return span;
  const warnings = warning ? [`${key}: ${warning}`] : [];
  if (layout.record.format !== 'fixed') return { span, warnings };
  const fixed = fixedTerminator(sample, layout, span);
  if ('unclear' in fixed) return refuse('terminator-unclear', { where: key, ...fixed.unclear });
  const broken = brokenRecords(sample, layout, span, fixed.terminatorBytes);
  if (broken) return refuse('terminator-missing', { where: key, ...broken });
  return { span, terminatorBytes: fixed.terminatorBytes, warnings };
}

async function readSample({ raw, info, compression, isSeekable }: OpenSource): Promise<FormSample> {
  const { key, pin, sizeBytes } = info;
  // The middle of a compressed file without a seek table cannot be read without all that is before it; both ends are kept.
  const ranges = windowRanges(sizeBytes, compression && !isSeekable ? KEPT_BYTES : undefined);
  const windows = await inParallel(ranges, PARALLEL_READS, async (range) => {
    return { startByte: range.startByte, bytes: await raw.readRange(key, range, { pin }) };
  });
  return { sizeBytes, windows };
}

/** The span of a file's records: all of the file except a byte-order mark and what the layout leaves out at both ends. */
function recordSpan(layout: Layout, source: ObjectInfo, markBytes: number): ByteRange | Refusal {
  const { fileHeaderBytes, fileTrailerBytes } = layout.record;
  const span = { startByte: fileHeaderBytes + markBytes, endByte: source.sizeBytes - fileTrailerBytes };
  if (span.endByte > span.startByte) return span;
  return refuseEmpty(
    source.key,
    source.sizeBytes === 0
      ? 'the file is empty'
      : markBytes === 0
        ? `its ${source.sizeBytes} bytes hold no record between ${fileHeaderBytes} bytes of file header and ${fileTrailerBytes} of file trailer`
        : 'the file holds nothing but a byte-order mark',
  );
}
