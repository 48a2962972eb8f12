import { decimalText } from '../decimal.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { RECORD_OK, RECORD_TOO_SHORT } from '../kernel/shapes.ts';
import { unfitPartition } from '../keys/partition-path.ts';
import type { Field } from '../layout/field.ts';
import { scaleOf } from '../layout/field-type.ts';
import { type BytePlace, neededBytes, placesBeside } from '../layout/number-notation.ts';
import { dateText } from './calendar.ts';
import { decodeAt } from './narrowed-value.ts';
import { beyondEnd, mayBeFilled } from './record-end.ts';

/** The value of each partition column as text; null for a blank. */
export type PartitionValues = (string | null)[];

/** The partition of one spelling of the partition fields. */
interface Route {
  /** Index into `partitions`, or -1. */
  partition: number;
  failed: FailedField | undefined;
  /** Fields whose invalid value counts as null. */
  nulledFields: Field[];
}

/** A field that rejects its record; with the reason, if its value can be decoded and is no name of a partition. */
interface FailedField {
  field: Field;
  reason?: string;
}

/** Rows to be routed: the address of the record of each, and whether it can be decoded. */
export interface RoutedRows {
  count: number;
  /** Address of the address of each record, 4 bytes each. */
  addresses: number;
  /** Address of the outcome of each record, 1 byte each. */
  outcomes: number;
  /** Address of the end of each record, 4 bytes each, if it may cut a field that must be whole; else 0. */
  ends: number;
  /** The byte that they are filled up with. */
  spaceByte: number;
}

/** Called for a row that its partition fields reject, or whose invalid values become null. */
type OnFault = (row: number, failed: FailedField | undefined, nulledFields: Field[]) => void;

/** The most spellings that are remembered: more than a sane file has, and few enough to bound memory on a hostile one. */
const MAX_ROUTES = 65_536;
const FIRST_ROUTES = 256;

/**
 * Finds the partition of each record from the raw bytes of its partition fields. A spelling is decoded once, when it first
 * appears; after that the kernel looks it up.
 */
export class PartitionRouter {
  readonly partitions: PartitionValues[] = [];
  /** Address of the index of the partition of each row of the batch, or of -1, 4 bytes each. */
  readonly partitionIndexes: number;

  private readonly kernel: Kernel;
  private readonly fields: readonly Field[];
  /** Its records are narrowed. */
  private readonly isNarrowed: boolean;
  private readonly byValues = new Map<string, number>();
  private routes: Route[] = [];
  /** Does any route have a failed or nulled field, so that batches must be searched for it? */
  private hasFaults = false;
  /** Address of the index of the route of each row, 4 bytes each. */
  private readonly routeIndexes: number;
  private readonly segments: number;
  private readonly keyBytes: number;
  private readonly capacityRecords: number;
  private outcomesApart = 0;
  /** The most routes that the kernel's tables hold: half as many as they have slots. */
  private capacity = 0;
  private table = 0;
  private keys = 0;
  private targets = 0;

  /** All bytes that decide on a route, as 0-based, half-open places. */
  private readonly places: readonly BytePlace[];

  /** `fields` are the partition columns, all read from the same record. */
  constructor(kernel: Kernel, fields: readonly Field[], capacityRecords: number) {
    this.kernel = kernel;
    this.fields = fields;
    this.isNarrowed = fields.some(({ positions }) => positions === 'characters');
    this.capacityRecords = capacityRecords;
    this.places = fields.flatMap((field) => [field, ...placesBeside(field.notation)]);
    this.keyBytes = this.places.reduce((sum, { startByte, endByte }) => sum + endByte - startByte, 0);
    const segments = this.places.flatMap(({ startByte, endByte }) => [startByte, endByte - startByte]);
    this.segments = kernel.place(new Uint8Array(Uint32Array.from(segments).buffer));
    this.partitionIndexes = kernel.allocate(capacityRecords * 4);
    this.routeIndexes = kernel.allocate(capacityRecords * 4);
    this.makeTables(FIRST_ROUTES);
    if (fields.length === 0) this.partitionIndex([]);
  }

  /**
   * Fills `partitionIndexes` for the rows of a batch. Calls `onFault` for each row whose partition fields reject it or hold an
   * invalid value that becomes null.
   */
  route(rows: RoutedRows, onFault: OnFault): void {
    if (rows.ends === 0 && !this.isNarrowed) {
      this.routeWhole(rows, onFault);
      return;
    }
    // A filled-up field may look like the spelling of a whole record and mean something else, and so may characters that share a
    // code: such rows are decoded one by one.
    const { outcomes, rowsApart } = this.apart(rows);
    this.routeWhole({ ...rows, outcomes }, onFault);
    for (const row of rowsApart) {
      const at = row * 4;
      const address = this.kernel.view.getUint32(rows.addresses + at, true);
      const end =
        rows.ends === 0 ? Number.POSITIVE_INFINITY : this.kernel.view.getUint32(rows.ends + at, true);
      const recordBytes = end - address;
      const { partition, failed, nulledFields } = this.decode(address, recordBytes, rows.spaceByte);
      this.kernel.view.setInt32(this.partitionIndexes + at, partition, true);
      if (failed || nulledFields.length > 0) onFault(row, failed, nulledFields);
    }
  }

  /**
   * The rows whose partition fields reach beyond the end of their record, or hold a character that shares its code with others; and
   * outcomes that leave those rows out.
   */
  private apart({ count, addresses, outcomes, ends, spaceByte }: RoutedRows) {
    const { kernel, segments } = this;
    if (this.outcomesApart === 0) this.outcomesApart = kernel.allocate(this.capacityRecords);
    const apart = this.outcomesApart;
    kernel.bytes.copyWithin(apart, outcomes, outcomes + count);
    const sharing = this.isNarrowed
      ? kernel.call.setApart(addresses, count, segments, this.places.length, RECORD_TOO_SHORT, apart)
      : 0;
    if (ends === 0 && sharing === 0) return { outcomes: apart, rowsApart: [] };
    const cuttable = this.fields.filter((field) => !mayBeFilled(field, spaceByte));
    const needed = Math.max(...cuttable.map(neededBytes));
    const isCut = (row: number) =>
      ends !== 0 &&
      kernel.view.getUint32(ends + row * 4, true) - kernel.view.getUint32(addresses + row * 4, true) < needed;
    const rowsApart: number[] = [];
    for (let row = 0; row < count; row++) {
      if (kernel.bytes[outcomes + row] !== RECORD_OK) continue;
      if (kernel.bytes[apart + row] === RECORD_OK && !isCut(row)) continue;
      kernel.bytes[apart + row] = RECORD_TOO_SHORT;
      rowsApart.push(row);
    }
    return { outcomes: apart, rowsApart };
  }

  private routeWhole({ count, addresses, outcomes }: RoutedRows, onFault: OnFault): void {
    const { call } = this.kernel;
    for (let from = 0; from < count; ) {
      from = call.routeRecords(
        addresses,
        outcomes,
        from,
        count,
        this.segments,
        this.places.length,
        this.table,
        this.capacity * 2 - 1,
        this.keys,
        this.keyBytes,
        this.targets,
        this.routeIndexes,
        this.partitionIndexes,
      );
      if (from === count) break;
      if (this.routes.length === MAX_ROUTES) {
        // Faults of the rows routed so far must be reported before their routes are forgotten.
        this.reportFaults(from, onFault);
        this.forgetRoutes();
        this.kernel.bytes.fill(0xff, this.routeIndexes, this.routeIndexes + from * 4);
      }
      // The view is taken again each time: larger tables may have made the memory grow, which detaches older views.
      this.learn(this.kernel.view.getUint32(addresses + from * 4, true));
    }
    this.reportFaults(count, onFault);
  }

  private reportFaults(count: number, onFault: OnFault): void {
    if (!this.hasFaults) return;
    for (let row = 0; row < count; row++) {
      const route = this.routes[this.kernel.view.getInt32(this.routeIndexes + row * 4, true)];
      if (route && (route.failed || route.nulledFields.length > 0)) {
        onFault(row, route.failed, route.nulledFields);
      }
    }
  }

  private learn(record: number): void {
    if (this.routes.length === this.capacity) this.makeTables(this.capacity * 2);
    const { call, view, bytes } = this.kernel;
    const index = this.routes.length;
    const route = this.decode(record);
    this.routes.push(route);
    this.hasFaults ||= route.failed !== undefined || route.nulledFields.length > 0;
    let at = this.keys + index * this.keyBytes;
    for (const { startByte, endByte } of this.places) {
      bytes.copyWithin(at, record + startByte, record + endByte);
      at += endByte - startByte;
    }
    view.setInt32(this.targets + index * 4, route.partition, true);
    call.addRoute(record, this.segments, this.places.length, this.table, this.capacity * 2 - 1, index);
  }

  private decode(record: number, recordBytes = Number.POSITIVE_INFINITY, spaceByte = 0): Route {
    const values: PartitionValues = [];
    const nulledFields: Field[] = [];
    let failed: FailedField | undefined;
    for (const field of this.fields) {
      const cut = beyondEnd(field, recordBytes, spaceByte);
      const decoded = cut ?? decodeAt(this.kernel, record, field);
      if (decoded.state === 'value') {
        const text = partitionText(decoded.value, field);
        const reason = unfitPartition(field.name, text);
        if (reason !== undefined) failed ??= { field, reason };
        values.push(text);
        continue;
      }
      values.push(null);
      const invalid = decoded.state === 'invalid';
      if (field.required || (invalid && (cut || field.onInvalid === 'reject'))) {
        failed ??= { field };
      } else if (invalid) nulledFields.push(field);
    }
    return { partition: failed ? -1 : this.partitionIndex(values), failed, nulledFields };
  }

  /** Makes larger tables and enters the known routes, whose keys serve as records that begin with them. */
  private makeTables(capacity: number): void {
    const { kernel, keyBytes } = this;
    const known = this.routes.length;
    const margin = 8;
    this.keys = kernel.reallocate(
      this.keys,
      this.capacity * keyBytes + margin,
      known * keyBytes,
      capacity * keyBytes + margin,
    );
    this.targets = kernel.reallocate(this.targets, this.capacity * 4, known * 4, capacity * 4);
    if (this.table !== 0) kernel.release(this.table, this.capacity * 8);
    this.table = kernel.allocate(capacity * 8);
    this.capacity = capacity;
    kernel.bytes.fill(0, this.table, this.table + capacity * 8);
    const widths = this.places.map(({ startByte, endByte }) => endByte - startByte);
    let at = 0;
    const segments = widths.flatMap((width) => {
      at += width;
      return [at - width, width];
    });
    const keySegments = kernel.place(new Uint8Array(Uint32Array.from(segments).buffer));
    for (let route = 0; route < known; route++) {
      const key = this.keys + route * keyBytes;
      kernel.call.addRoute(key, keySegments, widths.length, this.table, capacity * 2 - 1, route);
    }
    kernel.release(keySegments, segments.length * 4);
  }

  private forgetRoutes(): void {
    this.routes = [];
    this.hasFaults = false;
    this.kernel.bytes.fill(0, this.table, this.table + this.capacity * 8);
  }

  private partitionIndex(values: PartitionValues): number {
    const key = JSON.stringify(values);
    const known = this.byValues.get(key);
    if (known !== undefined) return known;
    this.partitions.push(values);
    this.byValues.set(key, this.partitions.length - 1);
    return this.partitions.length - 1;
  }
}

/** A value as a folder name shows it before escaping: 123.45, 2025-08-12, true. */
export function partitionText(
  value: string | bigint | number | boolean | Uint8Array,
  { type }: Field,
): string {
  if (typeof value === 'bigint') return decimalText({ unscaled: value, scale: scaleOf(type) });
  return type.kind === 'date' ? dateText(Number(value)) : String(value);
}
