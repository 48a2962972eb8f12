import { DECIMAL_DIGITS } from '../layout/field-type.ts';
import type { Encoding, Field, Layout } from '../layout/layout.ts';
import { decodeValue } from './decode-value.ts';

/** Value of each partition column as text; null for a blank. */
export type PartitionValues = (string | null)[];

/** What a record's partition columns lead to: a partition, or the field that rejects the record. */
interface Route {
  /** Index into `partitions`, or -1. */
  partition: number;
  /** Index into `layout.fields`, or -1. */
  failedField: number;
  /** Fields whose invalid value counts as null, by index into `layout.fields`. */
  nulledFields: number[];
  key: Uint8Array;
}

/** Distinct spellings remembered; more than a sane file has, few enough to bound memory on a hostile one. */
const MAX_ROUTES = 65_536;

/**
 * Finds the partition of each record from the raw bytes of its partition fields. Spellings are decoded once and
 * looked up afterwards; the spelling of the record before is tried first, since extracts come in runs.
 */
export class PartitionRouter {
  readonly partitions: PartitionValues[] = [];
  private readonly fields: Field[];
  private readonly fieldIndexes: number[];
  private readonly encoding: Encoding;
  private readonly byValues = new Map<string, number>();
  private readonly byHash = new Map<number, Route[]>();
  private routeCount = 0;
  private last: Route | undefined;

  constructor(layout: Layout) {
    this.fields = layout.partitionBy;
    this.fieldIndexes = this.fields.map((field) => layout.fields.indexOf(field));
    this.encoding = layout.encoding;
    if (this.fields.length === 0) this.partitionOf([]);
  }

  /** Index of the record's partition, or -1; then `failed[record]` says which field is to blame. */
  route(
    bytes: Uint8Array,
    start: number,
    record: number,
    failed: Int16Array,
    nulledCounts: Float64Array,
  ): number {
    if (this.fields.length === 0) return 0;
    const route = this.last && this.matches(this.last, bytes, start) ? this.last : this.find(bytes, start);
    this.last = route;
    if (route.partition < 0) failed[record] = route.failedField;
    else for (const field of route.nulledFields) nulledCounts[field] = nulledCounts[field]! + 1;
    return route.partition;
  }

  private matches(route: Route, bytes: Uint8Array, start: number): boolean {
    const { key } = route;
    let at = 0;
    for (const field of this.fields) {
      for (let from = start + field.startByte; from < start + field.endByte; from++) {
        if (key[at++] !== bytes[from]) return false;
      }
    }
    return true;
  }

  private find(bytes: Uint8Array, start: number): Route {
    let hash = 0x811c9dc5;
    for (const field of this.fields) {
      for (let from = start + field.startByte; from < start + field.endByte; from++) {
        hash = Math.imul(hash ^ bytes[from]!, 0x01000193);
      }
    }
    const candidates = this.byHash.get(hash);
    const known = candidates?.find((route) => this.matches(route, bytes, start));
    if (known) return known;
    const route = this.decode(bytes, start);
    if (this.routeCount++ >= MAX_ROUTES) {
      this.byHash.clear();
      this.routeCount = 1;
    }
    const bucket = this.byHash.get(hash);
    if (bucket) bucket.push(route);
    else this.byHash.set(hash, [route]);
    return route;
  }

  private decode(bytes: Uint8Array, start: number): Route {
    const values: PartitionValues = [];
    const nulledFields: number[] = [];
    const keys: Uint8Array[] = [];
    let failedField = -1;
    for (const [index, field] of this.fields.entries()) {
      keys.push(bytes.subarray(start + field.startByte, start + field.endByte));
      const decoded = decodeValue(bytes, start, field, this.encoding);
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
    const key = new Uint8Array(Buffer.concat(keys));
    const partition = failedField < 0 ? this.partitionOf(values) : -1;
    return { partition, failedField, nulledFields, key };
  }

  private partitionOf(values: PartitionValues): number {
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
