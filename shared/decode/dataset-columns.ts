import type { Kernel } from '../kernel/kernel.ts';
import { ENTRY_EMPTY_LIST, MAX_ENTRIES, RECORD_OK, STATE_INVALID, STATE_VALUE } from '../kernel/shapes.ts';
import type { Dataset, Field, ListColumn, Selection } from '../layout/layout.ts';
import { FieldDecoder } from './field-decoder.ts';
import { FieldVector } from './field-vector.ts';
import { Occurrences } from './occurrences.ts';
import type { RecordBatch } from './record-batch.ts';
import type { RecordPlaces } from './record-end.ts';
import { SelectionMasks } from './selection-masks.ts';

/** Where rows find what is not in their own record. */
export interface ForeignRecords {
  header: RecordPlaces | undefined;
  parentOf(recordType: string): RecordPlaces;
}

/** Why a record is rejected, told once for the first field that does. */
export interface RecordFault {
  field: Field;
  /** Address from which the field was read. */
  address: number;
  /** Where it is not the field's own value. */
  reason?: string;
}

/** One column on its way: a list's are decoded for its entries, every other for rows. */
interface Column {
  field: Field;
  vector: FieldVector;
  /** None for the number of the occurrence. */
  decoder: FieldDecoder | undefined;
  list: DecodedList | undefined;
  invalidCount: number;
  /** Of the batch at hand: addresses from which it was decoded. */
  addresses: number;
}

interface DecodedList {
  occurrences: Occurrences;
  masks: SelectionMasks;
}

/**
 * The columns of one dataset over a batch: each field is decoded for all rows at once, a list's for all its entries, from wherever
 * they stand.
 */
export class DatasetColumns {
  /** In the order of `dataset.columns`. */
  readonly vectors: FieldVector[];
  rowCount = 0;
  /** Most rows of a batch. */
  readonly capacityRows: number;
  /** Of child rows: the occurrences that they are. */
  readonly rows: Occurrences | undefined;

  private readonly kernel: Kernel;
  private readonly dataset: Dataset;
  private readonly columns: Column[];
  private readonly lists = new Map<ListColumn, DecodedList>();
  private readonly recordMasks: SelectionMasks;
  private readonly rowMasks: SelectionMasks;
  /** Addresses by row of what stands once in each record, by what it is expanded from. */
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
    this.vectors = this.columns.map(({ vector }) => vector);
  }

  /** The decoder of a field that stands once in a record, where it is a column. */
  decoderOf(field: Field): FieldDecoder | undefined {
    return this.columns.find((column) => column.field === field)?.decoder;
  }

  /** Index of the record that a row comes from. */
  recordOf(row: number): number {
    return this.rows ? this.rows.recordOfEntry(row) : row;
  }

  /** Decodes all columns. `onFault` is told of records whose tables are not what they may be. */
  decode(
    batch: RecordBatch,
    foreign: ForeignRecords,
    onFault: (record: number, fault: RecordFault) => void,
  ): void {
    this.recordMasks.begin();
    this.rowMasks.begin();
    for (const expanded of this.expanded.values()) expanded.current = false;
    const faultOf = (counter: Field | undefined) => (record: number) =>
      onFault(record, { field: counter!, address: batch.startOf(record), reason: 'occurs-out-of-range' });
    this.rows?.place(batch, 0, this.recordMasks, faultOf(this.dataset.occurs!.dependingOn));
    this.rowCount = this.rows ? this.rows.entryCount : batch.recordCount;
    for (const [list, { occurrences, masks }] of this.lists) {
      masks.begin();
      const present = list.when ? this.recordMasks.maskOf(list.when, batch.starts, batch.recordCount) : 0;
      occurrences.place(batch, present, this.recordMasks, faultOf(list.dependingOn));
    }
    for (const column of this.columns) this.decodeColumn(column, batch, foreign);
  }

  private decodeColumn(column: Column, batch: RecordBatch, foreign: ForeignRecords): void {
    const { field, vector, decoder, list } = column;
    if (!decoder) {
      const { offsets, recordOf } = this.rows!;
      this.kernel.call.numberOccurrences(offsets, recordOf, this.rowCount, vector.states, vector.values);
      vector.hasNulls = false;
      return;
    }
    if (list) {
      const { addresses, entryCount } = list.occurrences;
      column.addresses = addresses;
      decoder.decode(addresses, entryCount);
      if (batch.hasPadded) {
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
    decoder.decode(starts, this.rowCount);
    if (ends !== 0) decoder.leaveOutBeyond(starts, ends, this.rowCount, batch.spaceByte);
    column.invalidCount = decoder.invalidCount;
    if (field.when) column.invalidCount -= this.applyRule(field, field.when, starts, batch, vector);
  }

  /** The rule looks at the record that holds the field, be it another, or at the occurrence. */
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

  /** Of each row, the record (or occurrence) that holds the field. */
  placesOf({ origin, inOccurrence }: Field, batch: RecordBatch, foreign: ForeignRecords): RecordPlaces {
    const own = { starts: batch.starts, ends: batch.hasPadded ? batch.ends : 0 };
    const { starts, ends } =
      origin.kind === 'header'
        ? foreign.header!
        : origin.kind === 'parent'
          ? foreign.parentOf(origin.recordType)
          : own;
    if (!this.rows) return { starts, ends };
    const name = JSON.stringify(origin);
    return {
      starts: inOccurrence ? this.rows.addresses : this.expand(name, starts, this.rows),
      ends: ends === 0 ? 0 : this.expand(`ends of ${name}`, ends, this.rows),
    };
  }

  /** Addresses by record as addresses by entry. */
  private expand(name: string, addresses: number, occurrences: Occurrences): number {
    let known = this.expanded.get(name);
    if (!known) {
      known = { address: this.kernel.allocate(MAX_ENTRIES * 4), current: false };
      this.expanded.set(name, known);
    }
    // Lists of one dataset share the name, and differ in their entries.
    if (!known.current || name === 'list') {
      const { recordOf, entryCount } = occurrences;
      this.kernel.call.gatherAddresses(addresses, recordOf, entryCount, known.address);
      known.current = true;
    }
    return known.address;
  }

  /** Tells of the first row of each record that a column rejects. */
  settle(batch: RecordBatch, onFault: (record: number, fault: RecordFault) => void): void {
    const { bytes, view } = this.kernel;
    for (const column of this.columns) {
      const { field, vector, list } = column;
      if (!this.isOwn(column)) continue;
      const rejects = field.required
        ? vector.hasNulls
        : column.invalidCount > 0 && field.onInvalid === 'reject';
      if (!rejects) continue;
      const count = list ? list.occurrences.entryCount : this.rowCount;
      for (let row = 0; row < count; row++) {
        const state = bytes[vector.states + row]!;
        if (state >= ENTRY_EMPTY_LIST) continue;
        if (field.required ? state === STATE_VALUE : state !== STATE_INVALID) continue;
        const record = list ? list.occurrences.recordOfEntry(row) : this.recordOf(row);
        if (batch.outcomeOf(record) !== RECORD_OK) continue;
        onFault(record, { field, address: view.getUint32(column.addresses + row * 4, true) });
      }
    }
  }

  /** Counts the invalid values of rows that are kept, which become null. */
  countInvalids(isKept: (row: number) => boolean, count: (field: Field, values: number) => void): void {
    const { bytes } = this.kernel;
    for (const column of this.columns) {
      const { field, vector, list, invalidCount } = column;
      if (invalidCount === 0 || field.required || field.onInvalid === 'reject' || !this.isOwn(column))
        continue;
      const entries = list ? list.occurrences.entryCount : this.rowCount;
      let found = 0;
      for (let entry = 0; entry < entries; entry++) {
        if (bytes[vector.states + entry] !== STATE_INVALID) continue;
        const row = list ? list.occurrences.recordOfEntry(entry) : entry;
        if (isKept(row)) found++;
      }
      if (found > 0) count(field, found);
    }
  }

  /** What child rows carry of their record is judged with the record's own row. */
  private isOwn({ field, decoder }: Column): boolean {
    return decoder !== undefined && (!this.rows || field.inOccurrence);
  }

  private column(field: Field, capacityRecords: number): Column {
    const { kernel } = this;
    if (field.origin.kind === 'occurrence-number') {
      const vector = new FieldVector(kernel, 'int64', this.capacityRows);
      return { field, vector, decoder: undefined, list: undefined, invalidCount: 0, addresses: 0 };
    }
    const list = field.list && this.listOf(field.list, capacityRecords);
    const capacity = list ? entryCapacity(field.list!, capacityRecords) : this.capacityRows;
    const decoder = new FieldDecoder(kernel, field, capacity);
    if (list) {
      const { offsets, repeats } = list.occurrences;
      decoder.vector.entries = { offsets, repeats };
    }
    return { field, vector: decoder.vector, decoder, list, invalidCount: 0, addresses: 0 };
  }

  private listOf(list: ListColumn, capacityRecords: number): DecodedList {
    let known = this.lists.get(list);
    if (!known) {
      known = {
        occurrences: new Occurrences(this.kernel, list, true, capacityRecords),
        masks: new SelectionMasks(this.kernel, entryCapacity(list, capacityRecords)),
      };
      this.lists.set(list, known);
    }
    return known;
  }
}

function entryCapacity({ count }: ListColumn, capacityRecords: number): number {
  return Math.min(capacityRecords * count, MAX_ENTRIES);
}
