import { HEADER_INSIDE_REASON, TRAILER_INSIDE_REASON } from '../decode/record-batch.ts';
import type { Layout } from '../layout/layout.ts';
import { type Refusal, refuse } from '../refusal.ts';
import type { RecordCounts } from './record-counts.ts';

/** Refuses a file with headers or trailers inside, which is the cause if its totals do not agree either; `seeThem` says how its rejects are seen. */
export function joinedRefusal(
  sourceKey: string,
  layout: Pick<Layout, 'rejects'>,
  records: RecordCounts,
  reasons: Record<string, number>,
  seeThem: string,
): Refusal | undefined {
  const headers = reasons[HEADER_INSIDE_REASON] ?? 0;
  const trailers = reasons[TRAILER_INSIDE_REASON] ?? 0;
  if (headers + trailers === 0 || records.rejected * 100 <= layout.rejects.maxPercent * records.detail) {
    return undefined;
  }
  const found = [
    ...(headers > 0 ? [`${recordsText(headers)} like the header`] : []),
    ...(trailers > 0 ? [`${recordsText(trailers)} like the trailer`] : []),
  ];
  return refuse('too-many-rejects', {
    where: sourceKey,
    what: `it has ${found.join(' and ')} between its first and its last record, and ${records.rejected} of ${records.detail} details are rejected; the layout allows ${layout.rejects.maxPercent} %`,
    why: `Most likely files were joined into one. Rejects with the reasons ${HEADER_INSIDE_REASON} and ${TRAILER_INSIDE_REASON} show where.`,
    next: `${seeThem} Send the files one by one. If these records are details, say in 'header.match' or 'trailer.match' what tells them apart: a list of places must all hold.`,
  });
}

function recordsText(count: number): string {
  return `${count} more ${count === 1 ? 'record' : 'records'}`;
}
