import type { Kernel } from '../kernel/kernel.ts';
import { RECORD_OK } from '../kernel/shapes.ts';
import type { Field, Occurs, Selection } from '../layout/field.ts';
import type { Layout, RecordType } from '../layout/layout.ts';
import { neededBytes } from '../layout/number-notation.ts';
import { chainShapeOf } from './chain-shape.ts';
import type { RecordFault } from './column-values.ts';
import type { Occurrences } from './occurrences.ts';
import type { RecordBatch } from './record-batch.ts';

/** The reason of a record whose counter promises less or more occurrences than the record holds. */
const LENGTH_DIFFERS_REASON = 'occurs-contradicts-length';

/** A table whose number of occurrences stands in the record, and the end of its last field within an occurrence. */
interface CountedTable {
  occurs: Occurs;
  /** Offset in the record after the last field of the first occurrence. */
  elementEnd: number;
  /** The layout says of a number or a date in it that it may be absent. (Of texts that is so without a word.) */
  mayEndEarly: boolean;
}

/** What the layout says of the bytes of a record besides its tables of varying length. */
interface FixedPart {
  /** Offset after the last field that every record has. */
  lastByte: number;
  /** Ends of fields that are there if a rule holds. */
  ruled: { when: Selection; end: number }[];
}

/** How far a table reaches: after its last field, and after all of its last occurrence. */
interface TableReach {
  needed: number;
  claimed: number;
}

/**
 * Compares the number of occurrences that a record says with the bytes that it has.
 *
 *     A 2 AA BB        2 occurrences of 2 bytes from byte 2 on: the record ends after byte 6
 *     A 1 AA BB        holds more than it says: BB would be lost
 *     A 3 AA B         says more than it holds: "B" and a null would be made up
 *
 * A record that states its length (rdw, bdw, length-field) must end where its table ends. A line may be trimmed or filled up, so that only
 * text after the last promised occurrence proves anything, and only if lines may differ in length. Records of one length prove nothing.
 */
export class TableLengths {
  private readonly tables: CountedTable[];
  private readonly fixed: FixedPart;
  /** Every record states its length. */
  private readonly isExact: boolean;
  /** The length of a record proves something. */
  private readonly provesCounts: boolean;
  private readonly lengthBytes: number;

  constructor(type: RecordType, record: Layout['record']) {
    this.tables = countedTables(type);
    this.fixed = fixedPart(type);
    this.isExact = chainShapeOf(record) !== undefined;
    this.provesCounts = this.isExact || (record.format === 'lines' && record.short === 'pad');
    this.lengthBytes = record.lengthBytes;
  }

  /** Offset after the last byte that a record can need. */
  get mostBytes(): number {
    const ends = this.tables.map(
      ({ occurs, elementEnd }) => reachOf(occurs, elementEnd, occurs.count).needed,
    );
    return Math.max(this.fixed.lastByte, ...ends);
  }

  /** Calls `onFault` for each record that holds less or more than a table's counter says. */
  judge(
    kernel: Kernel,
    batch: RecordBatch,
    occurrencesOf: (occurs: Occurs) => Occurrences,
    onFault: (record: number, fault: RecordFault) => void,
  ): void {
    if (!this.provesCounts) return;
    for (const table of this.tables) {
      const { occurs } = table;
      if (occurs.ifLengthDiffers === 'accept') continue;
      const occurrences = occurrencesOf(occurs);
      for (let record = 0; record < batch.recordCount; record++) {
        const times = occurrences.saidIn(record);
        if (times < 0 || batch.outcomeOf(record) !== RECORD_OK) continue;
        const held = this.heldBytes(kernel, batch, record);
        if (this.fits(table, times, held)) continue;
        const timesOf = (other: Occurs) => occurrencesOf(other).saidIn(record);
        const address = batch.startOf(record);
        const bytes = kernel.bytes.subarray(address, address + held);
        if (!this.contradicts(bytes, occurs, timesOf, batch.spaceByte)) continue;
        const field = occurs.dependingOn!;
        onFault(record, { field, address, heldBytes: held, reason: LENGTH_DIFFERS_REASON });
      }
    }
  }

  /** Number of records, besides those that fail, that end before a field that they have. */
  countShort(
    kernel: Kernel,
    batch: RecordBatch,
    occurrencesOf: (occurs: Occurs) => Occurrences,
    isFailed: (record: number) => boolean,
  ): number {
    let short = 0;
    for (let record = 0; record < batch.recordCount; record++) {
      if (batch.outcomeOf(record) !== RECORD_OK) continue;
      const held = this.heldBytes(kernel, batch, record);
      let needed = this.fixed.lastByte;
      for (const { occurs, elementEnd } of this.tables) {
        const times = occurrencesOf(occurs).saidIn(record);
        if (times > 0) needed = Math.max(needed, reachOf(occurs, elementEnd, times).needed);
      }
      if (held < needed && !isFailed(record)) short++;
    }
    return short;
  }

  get hasTables(): boolean {
    return this.tables.length > 0;
  }

  /**
   * Does a record, without what it was filled up with, contradict the counter of a table? `timesOf` says how often each table of the record
   * occurs in it; less than 0 for a table that is not there.
   */
  contradicts(
    record: Uint8Array,
    occurs: Occurs,
    timesOf: (occurs: Occurs) => number,
    spaceByte: number,
  ): boolean {
    if (!this.provesCounts || occurs.ifLengthDiffers === 'accept') return false;
    let { lastByte } = this.fixed;
    for (const { occurs: other, elementEnd, mayEndEarly } of this.tables) {
      const times = timesOf(other);
      if (times < 0) continue;
      const { needed, claimed } = reachOf(other, elementEnd, times);
      if (other === occurs && this.isExact && !mayEndEarly && record.length < needed) return true;
      lastByte = Math.max(lastByte, claimed);
    }
    // Bytes after all that the table can be are of something that the layout does not name.
    if (record.length > occurs.startByte + occurs.count * occurs.strideBytes) return false;
    for (const { when, end } of this.fixed.ruled) if (holds(record, when)) lastByte = Math.max(lastByte, end);
    if (record.length <= lastByte) return false;
    return this.isExact || record.subarray(lastByte).some((byte) => byte !== spaceByte && byte !== 0);
  }

  /** The usual case, found quickly: the record ends within the last occurrence, or its fixed fields reach as far. */
  private fits({ occurs, elementEnd, mayEndEarly }: CountedTable, times: number, held: number): boolean {
    const claimed = occurs.startByte + times * occurs.strideBytes;
    if (held > claimed && held > this.fixed.lastByte) return false;
    if (!this.isExact || mayEndEarly || times === 0) return true;
    return held >= elementEnd + (times - 1) * occurs.strideBytes;
  }

  private heldBytes({ view }: Kernel, batch: RecordBatch, record: number): number {
    if (!batch.hasPadded) return this.lengthBytes;
    return view.getUint32(batch.ends + record * 4, true) - view.getUint32(batch.starts + record * 4, true);
  }
}

function reachOf(occurs: Occurs, elementEnd: number, times: number): TableReach {
  const { startByte, strideBytes } = occurs;
  const needed = times === 0 ? 0 : elementEnd + (times - 1) * strideBytes;
  return { needed, claimed: startByte + times * strideBytes };
}

function holds(record: Uint8Array, { startByte, endByte, anyOf }: Selection): boolean {
  const found = record.subarray(startByte, endByte);
  return anyOf.some((literal) => Buffer.compare(literal, found) === 0);
}

/** The tables of a type, each with the fields of one occurrence: lists, and those that make child rows. */
function tablesOf({ datasets }: RecordType): Map<Occurs, Field[]> {
  const tables = new Map<Occurs, Field[]>();
  for (const { occurs, fields } of datasets) {
    for (const field of fields) {
      if (field.origin.kind !== 'record') continue;
      const table = field.list ?? (field.inOccurrence ? occurs : undefined);
      if (table) tables.set(table, [...(tables.get(table) ?? []), field]);
    }
  }
  return tables;
}

function countedTables(type: RecordType): CountedTable[] {
  const tables = [...tablesOf(type)].filter(([{ dependingOn }]) => dependingOn !== undefined);
  return tables.map(([occurs, fields]) => ({
    occurs,
    elementEnd: Math.max(...fields.map(neededBytes)),
    mayEndEarly: fields.some(({ type, mayBeAbsent }) => type.kind !== 'string' && mayBeAbsent),
  }));
}

function fixedPart(type: RecordType): FixedPart {
  const part: FixedPart = { lastByte: 0, ruled: [] };
  const add = (when: Selection | undefined, end: number) => {
    if (when && !when.inOccurrence) part.ruled.push({ when, end });
    else if (!when) part.lastByte = Math.max(part.lastByte, end);
  };
  for (const field of type.datasets[0]?.fields ?? []) {
    if (field.origin.kind === 'record' && !field.inOccurrence) add(field.when, neededBytes(field));
  }
  for (const [occurs, fields] of tablesOf(type)) {
    if (occurs.dependingOn) continue;
    for (const field of fields) {
      add(field.list?.when ?? field.when, neededBytes(field) + (occurs.count - 1) * occurs.strideBytes);
    }
  }
  return part;
}
