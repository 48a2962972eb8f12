import type { Kernel } from '../kernel/kernel.ts';
import { DECIMAL_DIGITS } from '../layout/field-type.ts';
import type { Field, Layout } from '../layout/layout.ts';
import { decodeValue } from './decode-value.ts';
import type { RecordExtractor } from './record-extractor.ts';

/** Value of each partition column as text; null for a blank. */
export type PartitionValues = (string | null)[];

/** What one spelling of the partition fields leads to. */
interface Route {
  /** Index into `partitions`, or -1. */
  partition: number;
  /** Index into `layout.fields`, or -1. */
  failedField: number;
  /** Fields whose invalid value counts as null, by index into `layout.fields`. */
  nulledFields: number[];
}

/** Distinct spellings remembered; more than a sane file has, few enough to bound memory on a hostile one. */
const MAX_ROUTES = 65_536;
const FIRST_ROUTES = 256;

/**
 * Finds the partition of each record from the raw bytes of its partition fields. A spelling is decoded once, the first time it
 * is met; the kernel looks up those it knows.
 */
export class PartitionRouter {
  readonly partitions: PartitionValues[] = [];
  /** Address of the partition of each record of the block, 4 bytes, or -1. */
  readonly partitionOf: number;

  private readonly kernel: Kernel;
  private readonly layout: Layout;
  private readonly fieldIndexes: number[];
  private readonly byValues = new Map<string, number>();
  private routes: Route[] = [];
  /** Whether any route has a failed or nulled field, so that blocks must be looked through for them. */
  private hasFaults = false;
  private readonly routeOf: number;
  private readonly segments: number;
  private readonly keyBytes: number;
  /** Tables of the kernel; as many routes as half the slots. */
  private capacity = 0;
  private table = 0;
  private keys = 0;
  private targets = 0;

  constructor(kernel: Kernel, layout: Layout, capacityRecords: number) {
    this.kernel = kernel;
    this.layout = layout;
    const fields = layout.partitionBy;
    this.fieldIndexes = fields.map((field) => layout.fields.indexOf(field));
    this.keyBytes = fields.reduce((sum, { startByte, endByte }) => sum + endByte - startByte, 0);
    const segments = fields.flatMap(({ startByte, endByte }) => [startByte, endByte - startByte]);
    this.segments = kernel.place(new Uint8Array(Uint32Array.from(segments).buffer));
    this.partitionOf = kernel.allocate(capacityRecords * 4);
    this.routeOf = kernel.allocate(capacityRecords * 4);
    this.makeTables(FIRST_ROUTES);
    if (fields.length === 0) this.partitionIndex([]);
  }

  /**
   * Fills `partitionOf` for the block's records. `onFault` is told of records whose partition fields reject them or hold an
   * invalid value that becomes null.
   */
  route(
    block: RecordExtractor,
    onFault: (record: number, failedField: number, nulledFields: number[]) => void,
  ): void {
    const { call } = this.kernel;
    const { recordCount, starts, outcomes } = block;
    for (let from = 0; from < recordCount; ) {
      from = call.routeRecords(
        starts,
        outcomes,
        from,
        recordCount,
        this.segments,
        this.fieldIndexes.length,
        this.table,
        this.capacity * 2 - 1,
        this.keys,
        this.keyBytes,
        this.targets,
        this.routeOf,
        this.partitionOf,
      );
      if (from === recordCount) break;
      if (this.routes.length === MAX_ROUTES) {
        // Routes already written for this block are still to be reported.
        this.reportFaults(from, onFault);
        this.forgetRoutes();
        this.kernel.bytes.fill(0xff, this.routeOf, this.routeOf + from * 4);
      }
      this.learn(block.startOf(from));
    }
    this.reportFaults(recordCount, onFault);
  }

  private reportFaults(
    recordCount: number,
    onFault: (record: number, failedField: number, nulledFields: number[]) => void,
  ): void {
    if (!this.hasFaults) return;
    for (let record = 0; record < recordCount; record++) {
      const route = this.routes[this.kernel.view.getInt32(this.routeOf + record * 4, true)];
      if (route && (route.failedField >= 0 || route.nulledFields.length > 0)) {
        onFault(record, route.failedField, route.nulledFields);
      }
    }
  }

  private learn(record: number): void {
    if (this.routes.length === this.capacity) this.makeTables(this.capacity * 2);
    const { call, view, bytes } = this.kernel;
    const index = this.routes.length;
    const route = this.decode(record);
    this.routes.push(route);
    this.hasFaults ||= route.failedField >= 0 || route.nulledFields.length > 0;
    let at = this.keys + index * this.keyBytes;
    for (const { startByte, endByte } of this.layout.partitionBy) {
      bytes.copyWithin(at, record + startByte, record + endByte);
      at += endByte - startByte;
    }
    view.setInt32(this.targets + index * 4, route.partition, true);
    call.addRoute(record, this.segments, this.fieldIndexes.length, this.table, this.capacity * 2 - 1, index);
  }

  private decode(record: number): Route {
    const { partitionBy } = this.layout;
    const values: PartitionValues = [];
    const nulledFields: number[] = [];
    let failedField = -1;
    for (const [index, field] of partitionBy.entries()) {
      const decoded = decodeValue(this.kernel.bytes, record, field);
      if (decoded.state === 'value') {
        values.push(partitionText(decoded.value, field));
        continue;
      }
      values.push(null);
      const invalid = decoded.state === 'invalid';
      if (field.required || (invalid && field.onInvalid === 'reject')) {
        if (failedField < 0) failedField = this.fieldIndexes[index]!;
      } else if (invalid) nulledFields.push(this.fieldIndexes[index]!);
    }
    return { partition: failedField < 0 ? this.partitionIndex(values) : -1, failedField, nulledFields };
  }

  /** Larger tables, with the routes known so far: their keys are looked at as records that begin with them. */
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
    const widths = this.layout.partitionBy.map(({ startByte, endByte }) => endByte - startByte);
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
export function partitionText(value: string | bigint | number | boolean | Uint8Array, field: Field): string {
  if (field.type.kind === 'decimal') return decimalText(value as bigint, field.type.scale);
  if (field.type.kind === 'date') return new Date((value as number) * 86_400_000).toISOString().slice(0, 10);
  return String(value);
}

/** 12345 with scale 2 → `123.45`. */
export function decimalText(unscaled: bigint, scale: number): string {
  const negative = unscaled < 0n;
  const digits = String(negative ? -unscaled : unscaled).padStart(Math.min(scale, DECIMAL_DIGITS) + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return negative ? `-${text}` : text;
}
