import { COUNT_CONVENTIONS, type CountedKind } from '../../shared/layout/count-conventions.ts';
import type { Layout } from '../../shared/layout/layout.ts';
import { matchesControlRecord, readControlRecord } from '../../shared/totals/control-record.ts';
import type { Arrival } from './transfer-record.ts';

/** Ctrl-Z, NUL and blanks may follow the last line end. */
const AFTER_LAST_LINE = 4_096;
const CR = 0x0d;
const FILLERS = new Set([0x00, 0x1a, 0x20]);

/** Bytes at the end of a file that are enough to find its trailer; 0 if the layout has none, or if only following the records finds it. */
export function tailBytesOf({ trailer, record }: Pick<Layout, 'trailer' | 'record'>): number {
  if (!trailer || !(record.format === 'lines' || record.format === 'fixed')) return 0;
  // A character of UTF-8 has at most four bytes.
  return record.lengthBytes * 4 + record.fileTrailerBytes + AFTER_LAST_LINE;
}

/** The counts that the trailer states, as a day manifest names them. Nothing if the trailer is not where it should be. */
export function trailerFigures(
  layout: Pick<Layout, 'trailer' | 'record' | 'controlTotals'>,
  tail: Uint8Array,
): Pick<Arrival, 'records' | 'details'> {
  const { trailer, record, controlTotals } = layout;
  const bytes = trailer && lastRecords(layout, tail).find((found) => matchesControlRecord(found, trailer));
  if (!trailer || !bytes) return {};
  const values = readControlRecord(bytes, trailer, record.lengthBytes, record.spaceByte);
  const figures: Pick<Arrival, 'records' | 'details'> = {};
  for (const { record: place, field, equals } of controlTotals) {
    if (place !== 'trailer' || !(equals.kind in COUNT_CONVENTIONS)) continue;
    const { counted } = COUNT_CONVENTIONS[equals.kind as keyof typeof COUNT_CONVENTIONS];
    const count = Number(values[field]?.text ?? Number.NaN);
    const isAll = (['detail', 'header', 'trailer'] as const).every((kind: CountedKind) =>
      (counted as readonly CountedKind[]).includes(kind),
    );
    if (!Number.isSafeInteger(count) || count < 0) continue;
    if (isAll) figures.records = count;
    else if (counted.length === 1) figures.details = count;
  }
  return figures;
}

/** What may be the last record: fixed records may have a line end after each, which only the trailer's own bytes tell. */
function lastRecords({ record }: Pick<Layout, 'record'>, tail: Uint8Array): Uint8Array[] {
  const { fileTrailerBytes: after } = record;
  const whole = after === 0 ? tail : tail.subarray(0, -after);
  if (record.format === 'fixed') {
    return [0, 1, 2]
      .map((terminator) => whole.subarray(0, whole.length - terminator))
      .filter(({ length }) => length >= record.lengthBytes)
      .map((bytes) => bytes.subarray(bytes.length - record.lengthBytes));
  }
  let end = whole.length;
  while (whole[end - 1] === record.lineEndByte || whole[end - 1] === CR || FILLERS.has(whole[end - 1]!))
    end--;
  const start = whole.subarray(0, end).lastIndexOf(record.lineEndByte) + 1;
  const lineEnd = whole.indexOf(record.lineEndByte, start);
  const line = whole.subarray(start, lineEnd < 0 ? whole.length : lineEnd);
  return [line.at(-1) === CR ? line.subarray(0, -1) : line];
}
