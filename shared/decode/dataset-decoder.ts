import type { Kernel } from '../kernel/kernel.ts';
import { ENTRY_EMPTY_LIST, MAX_ENTRIES, RECORD_OK, STATE_INVALID, STATE_VALUE } from '../kernel/shapes.ts';
import type { Dataset, Field, ListColumn, Selection } from '../layout/layout.ts';
import { FieldDecoder } from './field-decoder.ts';
import { FieldVector } from './field-vector.ts';
import { Occurrences } from './occurrences.ts';
import { PartitionRouter, type RoutedRows } from './partition-router.ts';
import type { RecordBlock } from './record-block.ts';
import { SelectionMasks } from './selection-masks.ts';

/** Where rows find what is not in their own record: addresses by record of the block, 4 bytes each. */
export interface ForeignAddresses {
  header: number;
  parentOf(recordType: string): number;
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
  /** Of the block at hand: addresses from which it was decoded. */
  addresses: number;
}

interface DecodedList {
  occurrences: Occurrences;
  masks: SelectionMasks;
}

/**
 * Decodes the rows of one dataset of a block: a row a record, or a row an occurrence of a table. Each field is decoded for all
 * rows at once.
 */
export class DatasetDecoder {
  readonly dataset: Dataset;
  /** In the order of `dataset.columns`. */
  readonly vectors: FieldVector[];
  readonly router: PartitionRouter;
  rowCount = 0;
  /** Rows that the accepted records make by their tables, whatever is written of them. */
  expectedRows = 0;

  private readonly kernel: Kernel;
  private readonly columns: Column[];
  private readonly rows: Occurrences | undefined;
  private readonly lists = new Map<ListColumn, DecodedList>();
  private readonly recordMasks: SelectionMasks;
  private readonly rowMasks: SelectionMasks;
  /** Addresses by row of what stands once in each record, by the addresses it is expanded from. */
  private readonly expanded = new Map<string, { address: number; current: boolean }>();
  private readonly capacityRows: number;
  private readonly outcomes: number;
  private readonly members: number;
  private memberEnds = 0;
  private memberEndsCapacity = 0;

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
    this.router = new PartitionRouter(kernel, dataset.partitionBy, this.capacityRows);
    this.outcomes = occurs ? kernel.allocate(this.capacityRows) : 0;
    this.members = kernel.allocate(this.capacityRows * 2);
  }

  /** The decoder of a field that stands once in a record, where it is a column. */
  decoderOf(field: Field): FieldDecoder | undefined {
    return this.columns.find((column) => column.field === field)?.decoder;
  }

  /** Decodes all columns. `onFault` is told of records whose tables are not what they may be. */
  decode(
    block: RecordBlock,
    foreign: ForeignAddresses,
    onFault: (record: number, fault: RecordFault) => void,
  ): void {
    this.recordMasks.begin();
    this.rowMasks.begin();
    for (const expanded of this.expanded.values()) expanded.current = false;
    const faultOf = (counter: Field | undefined) => (record: number) =>
      onFault(record, { field: counter!, address: block.startOf(record), reason: 'occurs-out-of-range' });
    this.rows?.place(block, 0, faultOf(this.dataset.occurs!.dependingOn));
    this.rowCount = this.rows ? this.rows.entryCount : block.recordCount;
    for (const [list, { occurrences, masks }] of this.lists) {
      masks.begin();
      const present = list.when ? this.recordMasks.maskOf(list.when, block.starts, block.recordCount) : 0;
      occurrences.place(block, present, faultOf(list.dependingOn));
    }
    for (const column of this.columns) this.decodeColumn(column, block, foreign);
  }

  private decodeColumn(column: Column, block: RecordBlock, foreign: ForeignAddresses): void {
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
      if (block.hasPadded) this.leaveOutBeyond(decoder, addresses, block, list.occurrences);
      column.invalidCount = decoder.invalidCount - list.occurrences.settle(vector);
      if (field.when) {
        const at = field.when.inOccurrence ? addresses : this.expand('list', block.starts, list.occurrences);
        column.invalidCount -= list.masks.apply(field.when, at, entryCount, vector);
      }
      return;
    }
    const addresses = this.addressesOf(field, block, foreign);
    column.addresses = addresses;
    decoder.decode(addresses, this.rowCount);
    if (block.hasPadded && field.origin.kind === 'record') {
      this.leaveOutBeyond(decoder, addresses, block, this.rows);
    }
    column.invalidCount = decoder.invalidCount;
    if (field.when) column.invalidCount -= this.applyRule(field.when, block, vector);
  }

  private leaveOutBeyond(
    decoder: FieldDecoder,
    addresses: number,
    block: RecordBlock,
    occurrences: Occurrences | undefined,
  ): void {
    if (occurrences) {
      const ends = this.expand('list', block.ends, occurrences);
      decoder.leaveOutBeyond(addresses, ends, occurrences.entryCount, block.spaceByte);
    } else decoder.leaveOutBeyond(addresses, block.ends, block.recordCount, block.spaceByte);
  }

  private applyRule(when: Selection, block: RecordBlock, vector: FieldVector): number {
    if (!this.rows) return this.recordMasks.apply(when, block.starts, this.rowCount, vector);
    const addresses = when.inOccurrence
      ? this.rows.addresses
      : this.expand('record', block.starts, this.rows);
    return this.rowMasks.apply(when, addresses, this.rowCount, vector);
  }

  /** Where each row finds the field. */
  private addressesOf(
    { origin, inOccurrence }: Field,
    block: RecordBlock,
    foreign: ForeignAddresses,
  ): number {
    if (inOccurrence) return this.rows!.addresses;
    const addresses =
      origin.kind === 'header'
        ? foreign.header
        : origin.kind === 'parent'
          ? foreign.parentOf(origin.recordType)
          : block.starts;
    return this.rows ? this.expand(JSON.stringify(origin), addresses, this.rows) : addresses;
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

  /** Finds the partition of each row, and reports what its partition fields reject or make null. */
  route(
    block: RecordBlock,
    foreign: ForeignAddresses,
    onFault: (record: number, fault: RecordFault) => void,
    onNulled: (record: number, fields: Field[]) => void,
  ): void {
    const rows = this.routedRows(block, foreign);
    this.router.route(rows, (row, failedField, nulledFields) => {
      const record = this.recordOf(row);
      if (!failedField) onNulled(record, nulledFields);
      else {
        const address = this.kernel.view.getUint32(rows.addresses + row * 4, true);
        onFault(record, { field: failedField, address });
      }
    });
  }

  private routedRows(block: RecordBlock, foreign: ForeignAddresses): RoutedRows {
    const [first] = this.dataset.partitionBy;
    const addresses = first
      ? this.addressesOf(first, block, foreign)
      : (this.rows?.addresses ?? block.starts);
    if (!this.rows) return { count: this.rowCount, addresses, outcomes: block.outcomes };
    // Only records that can be decoded have occurrences.
    this.kernel.bytes.fill(RECORD_OK, this.outcomes, this.outcomes + this.rowCount);
    return { count: this.rowCount, addresses, outcomes: this.outcomes };
  }

  /** Tells of the first row of each record that a column rejects. */
  settle(block: RecordBlock, onFault: (record: number, fault: RecordFault) => void): void {
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
        if (block.outcomeOf(record) !== RECORD_OK) continue;
        onFault(record, { field, address: view.getUint32(column.addresses + row * 4, true) });
      }
    }
  }

  /** Takes the rows of the records out of their partitions. */
  leaveOut(isFailed: (record: number) => boolean): void {
    const { view } = this.kernel;
    for (let row = 0; row < this.rowCount; row++) {
      if (isFailed(this.recordOf(row))) view.setInt32(this.router.partitionOf + row * 4, -1, true);
    }
  }

  /** Adds the rows of the records that are accepted to `expectedRows`. */
  expectRows(block: RecordBlock, isFailed: (record: number) => boolean): void {
    for (let record = 0; record < block.recordCount; record++) {
      if (block.outcomeOf(record) !== RECORD_OK || isFailed(record)) continue;
      this.expectedRows += this.rows ? this.rows.timesIn(record) : 1;
    }
  }

  /** Counts the invalid values of rows that stayed, which become null. */
  countInvalids(count: (field: Field, values: number) => void): void {
    const { bytes, view } = this.kernel;
    for (const column of this.columns) {
      const { field, vector, list, invalidCount } = column;
      if (invalidCount === 0 || field.required || field.onInvalid === 'reject' || !this.isOwn(column))
        continue;
      const entries = list ? list.occurrences.entryCount : this.rowCount;
      let found = 0;
      for (let entry = 0; entry < entries; entry++) {
        if (bytes[vector.states + entry] !== STATE_INVALID) continue;
        const row = list ? list.occurrences.recordOfEntry(entry) : entry;
        if (view.getInt32(this.router.partitionOf + row * 4, true) >= 0) found++;
      }
      if (found > 0) count(field, found);
    }
  }

  /** What child rows carry of their record is judged with the record's own row. */
  private isOwn({ field, decoder }: Column): boolean {
    return decoder !== undefined && (!this.rows || field.inOccurrence);
  }

  /** The rows of each partition that has some: `count` indexes into the vectors, 2 bytes each from `address` on. */
  group(): { partition: number; address: number; count: number }[] {
    const partitionCount = this.router.partitions.length;
    if (partitionCount > this.memberEndsCapacity) {
      if (this.memberEnds !== 0) this.kernel.release(this.memberEnds, this.memberEndsCapacity * 4);
      this.memberEndsCapacity = partitionCount * 2;
      this.memberEnds = this.kernel.allocate(this.memberEndsCapacity * 4);
    }
    const { call, view } = this.kernel;
    const { partitionOf } = this.router;
    call.groupByPartition(partitionOf, this.rowCount, partitionCount, this.memberEnds, this.members);
    const found = [];
    let start = 0;
    for (let partition = 0; partition < partitionCount; partition++) {
      const end = view.getInt32(this.memberEnds + partition * 4, true);
      if (end > start) found.push({ partition, address: this.members + start * 2, count: end - start });
      start = end;
    }
    return found;
  }

  private recordOf(row: number): number {
    return this.rows ? this.rows.recordOfEntry(row) : row;
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
