import { MAX_ENTRIES, MAX_RECORDS } from '../kernel/shapes.ts';
import { type Dataset, datasetsOf, type Layout } from '../layout/layout.ts';
import { UTF8_SLOT_BYTES } from './code-pages.ts';

/** The most bytes of the vectors of all columns of a batch: a quarter of the kernel's memory, for any layout. */
const VECTOR_BYTES = 256 * 1024 * 1024;
/** Bytes for state, value and address of one field of one record. */
const FIELD_BYTES = 24;

/**
 * The most records of a batch. There are fewer if tables occur often in each record, or if a layout has so many record types and
 * columns that a full batch of each would not fit into the kernel's memory.
 */
export function batchCapacity(layout: Pick<Layout, 'recordTypes'>): number {
  const datasets = datasetsOf(layout);
  const occurrences = Math.max(1, ...datasets.map(mostOccurrences));
  const recordBytes = datasets.reduce((sum, dataset) => sum + vectorBytes(dataset), 0);
  return Math.max(
    1,
    Math.min(MAX_RECORDS, Math.floor(MAX_ENTRIES / occurrences), Math.floor(VECTOR_BYTES / recordBytes)),
  );
}

function mostOccurrences({ occurs, columns }: Dataset): number {
  return columns.reduce((most, { list }) => Math.max(most, list?.count ?? 1), occurs?.count ?? 1);
}

/** The most bytes of one record in the vectors of a dataset. */
function vectorBytes({ occurs, columns }: Dataset): number {
  return columns.reduce((sum, { startByte, endByte, list, type }) => {
    const textBytes = type.kind === 'string' ? (endByte - startByte) * UTF8_SLOT_BYTES : 0;
    return sum + (list?.count ?? occurs?.count ?? 1) * (FIELD_BYTES + textBytes);
  }, FIELD_BYTES);
}
