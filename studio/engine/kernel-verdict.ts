import { batchCapacity } from '../../shared/decode/batch-capacity.ts';
import { BatchDecoder } from '../../shared/decode/batch-decoder.ts';
import { framedRecord } from '../../shared/decode/framed-record.ts';
import { RecordExtractor } from '../../shared/decode/record-extractor.ts';
import { recordShape } from '../../shared/decode/record-shape.ts';
import { Kernel } from '../../shared/kernel/kernel.ts';
import { copiesHeader, type Layout } from '../../shared/layout/layout.ts';
import type { ShownRecord } from './record-window.ts';

/** What `convert` would do with the details of a sample. */
export interface KernelVerdict {
  details: number;
  rejected: number;
  /** The most frequent first. */
  rejects: { reason: string; field: string | null; count: number }[];
}

const TERMINATOR_BYTES = { none: 0, lf: 1, crlf: 2 };

/**
 * Decodes details with the loops of the kernel, as a parser does. Undefined if rows need other records than their own, which a sample
 * may not have.
 */
export function kernelVerdict(
  layout: Layout,
  details: readonly Pick<ShownRecord, 'raw' | 'reason'>[],
): KernelVerdict | undefined {
  if (copiesHeader(layout) || layout.recordTypes.some(({ parent }) => parent !== undefined)) return undefined;
  const kernel = new Kernel();
  const terminatorBytes =
    layout.record.format === 'fixed' ? TERMINATOR_BYTES[layout.record.terminator ?? 'lf'] : 1;
  const shape = recordShape(layout.record, terminatorBytes);
  const extractor = new RecordExtractor(kernel, shape, 0, batchCapacity(layout));
  const counts = new Map<string, { reason: string; field: string | null; count: number }>();
  let rejected = 0;
  const reject = ({ reason, field }: { reason: string; field: string | null }) => {
    rejected++;
    const key = `${reason} ${field ?? ''}`;
    const known = counts.get(key);
    if (known) known.count++;
    else counts.set(key, { reason, field, count: 1 });
  };
  const decoder = new BatchDecoder(kernel, layout, extractor.capacityRecords, reject);
  decoder.beginAfter([]);
  const drain = (atEnd: boolean) => {
    while (extractor.extract(atEnd) > 0) decoder.decode(extractor);
  };
  for (const { raw, reason } of details) {
    // What is wrong with a record as a whole, such as its terminator, is not in its bytes.
    if (reason !== undefined && reason !== 'discarded') {
      reject({ reason, field: null });
      continue;
    }
    const bytes = framedRecord(layout.record, raw);
    for (let at = 0; at < bytes.length; ) {
      at += extractor.push(bytes, at);
      if (extractor.isFull) drain(false);
    }
  }
  drain(true);
  const rejects = [...counts.values()].sort((a, b) => b.count - a.count);
  return { details: details.length, rejected, rejects };
}
