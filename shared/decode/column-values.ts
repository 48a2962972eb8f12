import type { Kernel } from '../kernel/kernel.ts';
import { ENTRY_EMPTY_LIST, RECORD_OK, STATE_INVALID, STATE_VALUE } from '../kernel/shapes.ts';
import type { Field } from '../layout/field.ts';
import type { FieldDecoder } from './field-decoder.ts';
import type { FieldVector } from './field-vector.ts';
import { mayBeNulled } from './nulled-values.ts';
import type { Occurrences } from './occurrences.ts';
import type { RecordBatch } from './record-batch.ts';
import type { SelectionMasks } from './selection-masks.ts';

/** Why a record is rejected: the first field that rejects it. */
export interface RecordFault {
  field: Field;
  /** Address from which the field was read. */
  address: number;
  /** Bytes of the record from there on, without what it was filled up with. */
  heldBytes: number;
  /** Set if the reason is not in the value of the field itself, unless the end of its record cuts it. */
  reason?: string;
}

/** Called for a field with its valid and invalid values, and the place of the first invalid one. */
export type CountValues = (
  field: Field,
  valid: number,
  nulled: number,
  first: { record: number; address: number } | undefined,
) => void;

/** One column of the batch: a column of a list is decoded for the entries of the list, every other for rows. */
export interface Column {
  field: Field;
  vector: FieldVector;
  /** Undefined for the number of the occurrence, which is read from no bytes. */
  decoder: FieldDecoder | undefined;
  list: DecodedList | undefined;
  invalidCount: number;
  /** Address of the addresses from which it was decoded in this batch. */
  addresses: number;
  /** Address of the ends of the records, by record of the batch; 0 if the field is whole in each of them. */
  ends: number;
}

export interface DecodedList {
  /** The most entries of a batch. */
  capacityEntries: number;
  occurrences: Occurrences;
  masks: SelectionMasks;
}

/** The rows of a batch: how many, and the record of each. */
interface RowsOfBatch {
  rowCount: number;
  recordOf(row: number): number;
}

/** Calls `onFault` for the records that a column rejects. */
export function rejectRecords(
  kernel: Kernel,
  columns: readonly Column[],
  rows: RowsOfBatch,
  batch: RecordBatch,
  onFault: (record: number, fault: RecordFault) => void,
): void {
  const { bytes, view } = kernel;
  for (const column of columns) {
    const { field, vector, list } = column;
    const mayReject = field.onInvalid === 'reject' || column.ends !== 0;
    if (!(field.required ? vector.hasNulls : column.invalidCount > 0 && mayReject)) continue;
    const count = list ? list.occurrences.entryCount : rows.rowCount;
    for (let row = 0; row < count; row++) {
      const state = bytes[vector.states + row]!;
      if (state >= ENTRY_EMPTY_LIST) continue;
      if (field.required ? state === STATE_VALUE : state !== STATE_INVALID) continue;
      const record = list ? list.occurrences.recordOfEntry(row) : rows.recordOf(row);
      if (batch.outcomeOf(record) !== RECORD_OK) continue;
      const address = view.getUint32(column.addresses + row * 4, true);
      const heldBytes = heldBytesOf(kernel, column, record, address);
      // What the end of a record cuts rejects it, whatever the layout says of values that are invalid.
      if (mayBeNulled(field) && field.endByte <= heldBytes) continue;
      onFault(record, { field, address, heldBytes });
    }
  }
}

/** Bytes of the record from an address in it on, without what it was filled up with. */
function heldBytesOf({ view }: Kernel, { ends }: Column, record: number, address: number): number {
  return ends === 0 ? Number.POSITIVE_INFINITY : view.getUint32(ends + record * 4, true) - address;
}

/**
 * Counts the values of the fields whose invalid values become null, in rows that are kept: those whose partition is not -1, or all if
 * `partitions` is 0.
 */
export function countColumnValues(
  kernel: Kernel,
  columns: readonly Column[],
  rows: RowsOfBatch,
  partitions: number,
  count: CountValues,
): void {
  for (const column of columns) {
    const { field, vector, list, invalidCount } = column;
    if (!mayBeNulled(field)) continue;
    const entries = list ? list.occurrences.entryCount : rows.rowCount;
    const rowOf = list ? list.occurrences.recordIndexes : 0;
    const isSimple = partitions === 0 && !vector.hasNulls;
    const valid = isSimple ? entries : kernel.call.countValues(vector.states, entries, rowOf, partitions);
    const { nulled, first } =
      invalidCount === 0
        ? { nulled: 0, first: undefined }
        : findInvalids(kernel, column, entries, rows, partitions);
    count(field, valid, nulled, first);
  }
}

/** The invalid values in rows that are kept, and the place of the first of them. */
function findInvalids(
  { bytes, view }: Kernel,
  { vector, list, addresses }: Column,
  entries: number,
  rows: RowsOfBatch,
  partitions: number,
) {
  let nulled = 0;
  let first: { record: number; address: number } | undefined;
  for (let entry = 0; entry < entries; entry++) {
    if (bytes[vector.states + entry] !== STATE_INVALID) continue;
    const row = list ? list.occurrences.recordOfEntry(entry) : entry;
    if (partitions !== 0 && view.getInt32(partitions + row * 4, true) < 0) continue;
    nulled++;
    const record = list ? row : rows.recordOf(row);
    first ??= { record, address: view.getUint32(addresses + entry * 4, true) };
  }
  return { nulled, first };
}
