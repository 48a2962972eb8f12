import { LayoutInvalid } from '../errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { MAX_ENTRIES } from '../kernel/shapes.ts';
import type { Field, FieldOrigin, ListColumn, Occurs, Selection } from '../layout/field.ts';
import type { Dataset } from '../layout/layout.ts';
import { neededBytes } from '../layout/number-notation.ts';
import {
  type Column,
  type CountValues,
  countColumnValues,
  type DecodedList,
  type RecordFault,
  rejectRecords,
} from './column-values.ts';
import { FieldDecoder } from './field-decoder.ts';
import { FieldVector } from './field-vector.ts';
import { Occurrences } from './occurrences.ts';
import { endsBefore, type RecordBatch } from './record-batch.ts';
import type { RecordPlaces } from './record-end.ts';
import { SelectionMasks } from './selection-masks.ts';

/** Records from which rows copy fields besides their own: the header, and the parents of each record. */
export interface ForeignRecords {
  header: RecordPlaces | undefined;
  parentOf(recordType: string): RecordPlaces | undefined;
}

/** A column before its first batch. */
const NOT_DECODED = { invalidCount: 0, addresses: 0, ends: 0 };

/**
 * The columns of one dataset over a batch. Each field is decoded for all rows at once, and each field of a list for all its
 * entries.
 */
export class DatasetColumns {
  /** In the order of `dataset.columns`. */
  readonly vectors: FieldVector[];
  rowCount = 0;
  /** The most rows of a batch. */
  readonly capacityRows: number;
  /** The occurrences that child rows are made from; undefined for rows of whole records. */
  readonly rows: Occurrences | undefined;

  private readonly kernel: Kernel;
  private readonly dataset: Dataset;
  private readonly columns: Column[];
  /** Those whose values are judged here. */
  private readonly ownColumns: Column[];
  private readonly lists = new Map<ListColumn, DecodedList>();
  private readonly recordMasks: SelectionMasks;
  private readonly rowMasks: SelectionMasks;
  /** Addresses by row of parts that are once in each record, made from addresses by record; the key names the part. */
  private readonly expanded = new Map<string, { address: number; current: boolean }>();

  constructor(kernel: Kernel, dataset: Dataset, capacityRecords: number) {
    const { occurs } = dataset;
    this.kernel = kernel;
    this.dataset = dataset;
    this.rows = occurs && new Occurrences(kernel, occurs, false, capacityRecords);
    this.capacityRows = occurs ? Math.min(capacityRecords * occurs.count, MAX_ENTRIES) : capacityRecords;
    this.recordMasks = new SelectionMasks(kernel, capacityRecords);
    this.rowMasks = occurs ? new SelectionMasks(kernel, this.capacityRows) : this.recordMasks;
    this.columns = dataset.columns.map((field) => this.column(field, capacityRecords));
    this.ownColumns = this.columns.filter((column) => this.isOwn(column));
    this.vectors = this.columns.map(({ vector }) => vector);
  }

  /** The decoder of a field that is once in a record; undefined if the field is not a column. */
  decoderOf(field: Field): FieldDecoder | undefined {
    return this.columns.find((column) => column.field === field)?.decoder;
  }

  /** The occurrences of a table of this dataset; undefined if it is another's. */
  occurrencesOf(table: Occurs): Occurrences | undefined {
    if (this.dataset.occurs === table) return this.rows;
    for (const [list, { occurrences }] of this.lists) if (list === table) return occurrences;
    return undefined;
  }

  /** Index of the record that a row is made from. */
  recordOf(row: number): number {
    return this.rows ? this.rows.recordOfEntry(row) : row;
  }

  /** Decodes all columns. Calls `onFault` for each record that says a table occurs less or more often than it can. */
  decode(
    batch: RecordBatch,
    foreign: ForeignRecords,
    onFault: (record: number, fault: RecordFault) => void,
  ): void {
    this.recordMasks.begin();
    this.rowMasks.begin();
    for (const expanded of this.expanded.values()) expanded.current = false;
    const onWrong = (record: number, counter: Field) =>
      onFault(record, {
        field: counter,
        address: batch.startOf(record),
        heldBytes: batch.lengthOf(record),
        reason: 'occurs-out-of-range',
      });
    this.rows?.place(batch, 0, this.recordMasks, onWrong);
    this.rowCount = this.rows ? this.rows.entryCount : batch.recordCount;
    for (const [list, { occurrences, masks }] of this.lists) {
      masks.begin();
      const present = list.when ? this.recordMasks.maskOf(list.when, batch.starts, batch.recordCount) : 0;
      occurrences.place(batch, present, this.recordMasks, onWrong);
    }
    for (const column of this.columns) this.decodeColumn(column, batch, foreign);
  }

  private decodeColumn(column: Column, batch: RecordBatch, foreign: ForeignRecords): void {
    const { field, vector, decoder, list } = column;
    if (!decoder) {
      this.rows?.number(vector);
      return;
    }
    if (list) {
      const { addresses, entryCount } = list.occurrences;
      column.addresses = addresses;
      decoder.decode(addresses, entryCount);
      column.ends = endsBefore(batch, list.occurrences.lastByteOf(field)) ? batch.ends : 0;
      if (column.ends !== 0) {
        const ends = this.expand('list', batch.ends, list.occurrences);
        decoder.leaveOutBeyond(addresses, ends, entryCount, batch.spaceByte);
      }
      column.invalidCount = decoder.invalidCount - list.occurrences.settle(vector);
      if (field.when) {
        const at = field.when.inOccurrence ? addresses : this.expand('list', batch.starts, list.occurrences);
        column.invalidCount -= list.masks.apply(field.when, at, entryCount, vector);
      }
      return;
    }
    const { starts, ends } = this.placesOf(field, batch, foreign);
    column.addresses = starts;
    column.ends = ends === 0 ? 0 : recordsOf(field.origin, batch, foreign).ends;
    decoder.decode(starts, this.rowCount);
    if (ends !== 0) decoder.leaveOutBeyond(starts, ends, this.rowCount, batch.spaceByte);
    column.invalidCount = decoder.invalidCount;
    if (field.when) column.invalidCount -= this.applyRule(field, field.when, starts, batch, vector);
  }

  /** Applies a rule to the record that holds the field, which may be another record, or to the occurrence. */
  private applyRule(
    { inOccurrence }: Field,
    when: Selection,
    starts: number,
    batch: RecordBatch,
    vector: FieldVector,
  ): number {
    if (!this.rows) return this.recordMasks.apply(when, starts, this.rowCount, vector);
    const ofRecord = inOccurrence && !when.inOccurrence;
    const addresses = ofRecord ? this.expand('record', batch.starts, this.rows) : starts;
    return this.rowMasks.apply(when, addresses, this.rowCount, vector);
  }

  /** The record (or occurrence) that holds the field, for each row. */
  placesOf(field: Field, batch: RecordBatch, foreign: ForeignRecords): RecordPlaces {
    const { origin, inOccurrence } = field;
    const places = recordsOf(origin, batch, foreign);
    const { starts } = places;
    const lastByte = inOccurrence && this.rows ? this.rows.lastByteOf(field) : neededBytes(field);
    const isWhole = origin.kind === 'record' && !endsBefore(batch, lastByte);
    const ends = isWhole ? 0 : places.ends;
    if (!this.rows) return { starts, ends };
    const name = JSON.stringify(origin);
    return {
      starts: inOccurrence ? this.rows.addresses : this.expand(name, starts, this.rows),
      ends: ends === 0 ? 0 : this.expand(`ends of ${name}`, ends, this.rows),
    };
  }

  /** Turns addresses by record into addresses by entry. */
  private expand(name: string, addresses: number, occurrences: Occurrences): number {
    let known = this.expanded.get(name);
    if (!known) {
      known = { address: this.kernel.allocate(MAX_ENTRIES * 4), current: false };
      this.expanded.set(name, known);
    }
    // Lists of one dataset share this name, and differ in their entries.
    if (!known.current || name === 'list') {
      const { recordIndexes, entryCount } = occurrences;
      this.kernel.call.gatherAddresses(addresses, recordIndexes, entryCount, known.address);
      known.current = true;
    }
    return known.address;
  }

  /** Calls `onFault` for the records that a column rejects. */
  settle(batch: RecordBatch, onFault: (record: number, fault: RecordFault) => void): void {
    rejectRecords(this.kernel, this.ownColumns, this, batch, onFault);
  }

  /**
   * Counts the values of the fields whose invalid values become null, in rows that are kept: those whose partition is not -1, or all if
   * `partitions` is 0.
   */
  countValues(partitions: number, count: CountValues): void {
    countColumnValues(this.kernel, this.ownColumns, this, partitions, count);
  }

  /** Fields that child rows copy from their record are judged with the record's own row, not here. */
  private isOwn({ field, decoder }: Column): boolean {
    return decoder !== undefined && (!this.rows || field.inOccurrence);
  }

  private column(field: Field, capacityRecords: number): Column {
    const { kernel } = this;
    if (field.origin.kind === 'occurrence-number') {
      const vector = new FieldVector(kernel, 'int64', this.capacityRows);
      return { field, vector, decoder: undefined, list: undefined, ...NOT_DECODED };
    }
    const list = field.list && this.listOf(field.list, capacityRecords);
    const decoder = new FieldDecoder(kernel, field, list?.capacityEntries ?? this.capacityRows);
    if (list) {
      const { offsets, repeats } = list.occurrences;
      decoder.vector.entries = { offsets, repeats };
    }
    return { field, vector: decoder.vector, decoder, list, ...NOT_DECODED };
  }

  private listOf(list: ListColumn, capacityRecords: number): DecodedList {
    let known = this.lists.get(list);
    if (!known) {
      const capacityEntries = Math.min(capacityRecords * list.count, MAX_ENTRIES);
      known = {
        capacityEntries,
        occurrences: new Occurrences(this.kernel, list, true, capacityRecords),
        masks: new SelectionMasks(this.kernel, capacityEntries),
      };
      this.lists.set(list, known);
    }
    return known;
  }
}

/** The records from which fields of an origin are read, one for each record of the batch. */
function recordsOf(
  origin: FieldOrigin,
  batch: RecordBatch,
  { header, parentOf }: ForeignRecords,
): RecordPlaces {
  if (origin.kind !== 'header' && origin.kind !== 'parent') {
    return { starts: batch.starts, ends: batch.hasPadded ? batch.ends : 0 };
  }
  const places = origin.kind === 'header' ? header : parentOf(origin.recordType);
  if (!places)
    throw new LayoutInvalid({ what: `a field is copied from a ${origin.kind} that no record has` });
  return places;
}
